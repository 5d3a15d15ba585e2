import { isProxy } from "node:util/types";
import { Array, Deno, Object, Reflect } from "../intrinsics.ts";
import { send } from "./pipe.ts";

/** Shows in the pager what is known of a value, or of the name a text says; alone, of the kernel. */
export function help(...asked: readonly unknown[]): void {
  if (asked.length === 0) return send({ kind: "help" });
  const [subject] = asked;
  const name = typeof subject === "string" ? said(subject) : pathOf(subject) ?? classOf(subject);
  send({ kind: "help", ...name === undefined ? {} : { name }, text: textOf(subject) });
}

/** The name a text consists of: `Math.max`. */
function said(text: string): string | undefined {
  return text.split(".").every((part) => identifier.test(part)) ? text : undefined;
}

function textOf(subject: unknown): string {
  if (typeof subject === "string") return `Nothing is known of ${subject}`;
  return typeof subject === "function" ? sourceOf(subject) : Deno.inspect(subject);
}

/** As V8 keeps it, whatever the function or a proxy of it would say. */
function sourceOf(subject: object): string {
  return Reflect.apply(functionText, subject, []);
}

const functionText = Function.prototype.toString;

/** Where a value is found: a global name, what it calls itself first, or a member of a global's. */
function pathOf(subject: unknown): string | undefined {
  const own = valueOf(subject, "name");
  const globals = [...typeof own === "string" ? [own] : [], ...namesIn(globalThis)];
  const found = globals.find((name) => valueOf(globalThis, name) === subject);
  return found ?? (isPlain(subject) ? memberPathOf(subject) : undefined);
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

/** A function's class says nothing of it. */
function classOf(subject: unknown): string | undefined {
  if (subject === undefined || subject === null || typeof subject === "function") return undefined;
  if (isProxy(subject)) return undefined;
  const made = valueOf(Object.getPrototypeOf(subject), "constructor");
  return made === undefined ? undefined : pathOf(made);
}

/** Names that can stand behind a dot; of what may hold a million items, none. */
function namesIn(value: unknown): readonly string[] {
  if (!isPlain(value) || ArrayBuffer.isView(value)) return [];
  if (Array.isArray(value) && value.length > 0) return [];
  return Object.getOwnPropertyNames(value).filter((name) => identifier.test(name));
}

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** What can be looked into without running code, as the traps of a proxy are. */
function isPlain(value: unknown): value is object {
  return (typeof value === "function" || typeof value === "object" && value !== null) &&
    !isProxy(value);
}

/** The value of a property of its own; getters are left alone. */
function valueOf(holder: unknown, name: string): unknown {
  return isPlain(holder) ? Object.getOwnPropertyDescriptor(holder, name)?.value : undefined;
}
