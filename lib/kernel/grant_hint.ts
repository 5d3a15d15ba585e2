/** What mends a denied access, which the error itself cannot know. */
import type { Thrown } from "./frames.ts";

/** A sentence that names the flag, and what it must allow where that is known; else undefined. */
export function grantHint({ name, message }: Pick<Thrown, "name" | "message">): string | undefined {
  const [, what, kind] = message.match(denial) ?? [];
  if (kind) return hint(`${kind}${what && isNameable(kind, what) ? `=${what}` : ""}`, "it");
  return name === "NotCapable" ? hint("…", "more") : undefined;
}

function hint(flag: string, granted: string): string {
  return "The kernel's rights are named when it is installed: " +
    `\`kernel install --allow-${flag}\` grants ${granted}`;
}

/**
 * A denied import is a TypeError, one of JSR within a sentence. Source: deno 2.9
 * runtime/permissions/lib.rs, `PermissionDeniedError`.
 */
const denial =
  /\bRequires \w+ access(?: to (?:"(.*?)"|<\w+>))?, run again with the --allow-(\w+) flag/;

/**
 * Whether it may follow the flag as it stands: without quotes of a shell's, from whichever folder.
 * A host that may be imported from would take the place of all that Deno implies.
 */
function isNameable(kind: string, what: string): boolean {
  if (kind === "import" || !/^[\w.:@/-]+$/.test(what)) return false;
  const isPath = ["read", "write", "ffi"].includes(kind) || what.includes("/");
  return !isPath || what.startsWith("/");
}
