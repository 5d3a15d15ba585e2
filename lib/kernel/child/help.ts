import { Array, Deno, Object, String } from "../intrinsics.ts";
import { send } from "./pipe.ts";

/** Shows in the pager what is known of a value, or of the name a text says; alone, of the kernel. */
export function help(...asked: readonly unknown[]): void {
  if (asked.length === 0) return send({ kind: "help" });
  const [subject] = asked;
  if (typeof subject === "string") {
    return send({ kind: "help", name: subject, text: `Nothing is known of ${subject}` });
  }
  const name = pathOf(subject) ?? (typeof subject === "function" ? undefined : classOf(subject));
  const text = typeof subject === "function" ? String(subject) : Deno.inspect(subject);
  send({ kind: "help", ...name === undefined ? {} : { name }, text });
}

/** Where a value is found: a global name, what it calls itself first, or a member of a global's. */
function pathOf(subject: unknown): string | undefined {
  const own = valueOf(subject, "name");
  const globals = [String(own), ...namesIn(globalThis)];
  const found = globals.find((name) => valueOf(globalThis, name) === subject);
  return found ?? (isObject(subject) ? memberPathOf(subject) : undefined);
}

function memberPathOf(subject: object): string | undefined {
  const holders = namesIn(globalThis).flatMap((name) => {
    const value = valueOf(globalThis, name);
    return [[name, value], [`${name}.prototype`, valueOf(value, "prototype")]] as const;
  });
  for (const [path, holder] of holders) {
    const member = namesIn(holder).find((key) => valueOf(holder, key) === subject);
    if (member) return `${path}.${member}`;
  }
  return undefined;
}

function classOf(subject: unknown): string | undefined {
  if (subject === undefined || subject === null) return undefined;
  const made = valueOf(Object.getPrototypeOf(subject), "constructor");
  return made === undefined ? undefined : pathOf(made);
}

/** Names that can stand behind a dot; of what may hold a million items, none. */
function namesIn(value: unknown): readonly string[] {
  if (!isObject(value) || ArrayBuffer.isView(value)) return [];
  if (Array.isArray(value) && value.length > 0) return [];
  return Object.getOwnPropertyNames(value).filter((name) => identifier.test(name));
}

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

function isObject(value: unknown): value is object {
  return typeof value === "function" || typeof value === "object" && value !== null;
}

/** The value of a property of its own; getters are left alone. */
function valueOf(holder: unknown, name: string): unknown {
  return isObject(holder) ? Object.getOwnPropertyDescriptor(holder, name)?.value : undefined;
}
