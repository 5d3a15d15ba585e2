/** The options that name what the user's code may do, passed on to Deno as they stand. */
import { type PermissionKind, permissionKinds } from "../../kernel/permissions.ts";
import { Misuse } from "../error.ts";
import { allOrSome, flag, type Given, kebab, type Option, type ValuesOf } from "../option.ts";

/** What each kind is narrowed by, and what it lets cells do. */
const meanings: Readonly<Record<PermissionKind, readonly [placeholder: string, deed: string]>> = {
  read: ["PATHS", "read files"],
  write: ["PATHS", "write files"],
  net: ["HOSTS", "use the network"],
  env: ["NAMES", "read environment variables"],
  sys: ["APIS", "ask about the system"],
  run: ["PROGRAMS", "run programs"],
  ffi: ["PATHS", "load native libraries"],
  import: ["HOSTS", "import modules from web hosts such as jsr.io"],
};

const allowing = optionsOf("allow", "Cells may");
const denying = optionsOf("deny", "Cells may not");

export const permissionOptions = {
  ...allowing,
  allowAll: flag("Cells may do everything you may do"),
  ...denying,
};

type Key<V extends string> = `${V}${Capitalize<PermissionKind>}`;

/** Every kind the kernel takes, as `allowRead` or `denyRead`. */
function optionsOf<const V extends string>(verb: V, may: string): Record<Key<V>, Option<Given>> {
  const options = permissionKinds.map((kind) => {
    const [placeholder, deed] = meanings[kind];
    return [keyOf(verb, kind), allOrSome(placeholder, `${may} ${deed}`)];
  });
  return Object.fromEntries(options);
}

function keyOf(verb: string, kind: string): string {
  return `${verb}${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

/** Deno's options in the order above, such as `--allow-net=example.org`. */
export function permissionsOf(given: ValuesOf<typeof permissionOptions>): readonly string[] {
  const allowed = namedOf(allowing, given);
  const denied = namedOf(denying, given);
  if (!given.allowAll) return [...allowed, ...denied];
  if (allowed.length === 0) return ["--allow-all", ...denied];
  throw new Misuse(
    `Cannot restrict ${allowed[0]}: --allow-all allows everything; give one of them`,
  );
}

function namedOf(options: object, given: Readonly<Record<string, Given | boolean>>) {
  return Object.keys(options).flatMap((key) => denoOption(`--${kebab(key)}`, given[key]));
}

function denoOption(name: string, value: Given | boolean): readonly string[] {
  if (value === undefined) return [];
  return [value === true ? name : `${name}=${value}`];
}
