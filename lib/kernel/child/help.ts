import { send } from "./pipe.ts";
import { Deno, Object, String } from "../intrinsics.ts";

/** Shows in the pager what is known of a value, or of the name a text says. */
export function help(subject: unknown): void {
  const name = typeof subject === "string" ? subject : nameOf(subject);
  if (name !== undefined) send({ kind: "help", name });
  else {throw new TypeError(
      `Cannot help with ${Deno.inspect(subject)}: no global name stands for it`,
    );}
}

/** A global name of the value: what it calls itself, if that holds, else the first that fits. */
function nameOf(subject: unknown): string | undefined {
  const own = (subject as { readonly name?: unknown } | null | undefined)?.name;
  const names = Object.getOwnPropertyNames(globalThis);
  return [String(own), ...names].find((name) => valueOf(name) === subject);
}

/** The value of a global name; getters are left alone. */
function valueOf(name: string): unknown {
  return Object.getOwnPropertyDescriptor(globalThis, name)?.value;
}
