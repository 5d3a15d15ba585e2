/**
 * What requests ask, read from their contents field by field. A field is named here in camelCase
 * and on the wire in snake_case; unknown fields are left alone, as the protocol grows.
 *
 * Source: Jupyter messaging 5.5, one section per message type.
 */
import { isObject, type JsonObject } from "./json.ts";

/** A request whose content cannot be acted on. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
}

export const executeRequest = fields({
  code: text(),
  silent: flag(false),
  storeHistory: flag(true),
  userExpressions: texts(),
  allowStdin: flag(false),
  stopOnError: flag(true),
});
export type ExecuteRequest = ReturnType<typeof executeRequest>;

/** `cursorPos` counts code points; without one it is the end of the code. */
export const completeRequest = fields({ code: text(), cursorPos: integer(Infinity) });
export const inspectRequest = fields({
  code: text(),
  cursorPos: integer(Infinity),
  detailLevel: integer(0),
});
export const isCompleteRequest = fields({ code: text() });

export const historyRequest = fields({
  output: flag(false),
  histAccessType: text("tail"),
  session: integer(0),
  start: integer(0),
  stop: integer(Infinity),
  n: integer(Infinity),
  pattern: text("*"),
  unique: flag(false),
});
export type HistoryRequest = ReturnType<typeof historyRequest>;

export const commInfoRequest = fields({ targetName: text("") });
export const commMessage = fields({ commId: text(), targetName: text("") });
export const shutdownRequest = fields({ restart: flag(false) });
export const inputReply = fields({ value: text() });
export const deleteSubshellRequest = fields({ subshellId: text() });

/** Reads one field's value, or throws what it ought to be. */
type Field<T> = (value: unknown) => T;

function fields<F extends Record<string, Field<unknown>>>(layout: F) {
  const named = Object.entries(layout).map(([name, field]) => ({ name, wire: snake(name), field }));
  return (content: JsonObject): { readonly [K in keyof F]: ReturnType<F[K]> } =>
    Object.fromEntries(
      named.map(({ name, wire, field }) => [name, readField(wire, field, content[wire])]),
    ) as { [K in keyof F]: ReturnType<F[K]> };
}

function readField(wire: string, field: Field<unknown>, value: unknown): unknown {
  try {
    return field(value ?? undefined);
  } catch (wanted) {
    const found = value === undefined ? "is missing" : `is ${typeof value}`;
    throw new BadRequest(`Cannot read request: "${wire}" ${found}; send ${wanted}`);
  }
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function text(otherwise?: string): Field<string> {
  return (value = otherwise) => {
    if (typeof value === "string") return value;
    throw "a text";
  };
}

function flag(otherwise: boolean): Field<boolean> {
  return (value = otherwise) => {
    if (typeof value === "boolean") return value;
    throw "true or false";
  };
}

function integer(otherwise: number): Field<number> {
  return (value = otherwise) => {
    if (value === Infinity || Number.isInteger(value)) return value as number;
    throw "an integer";
  };
}

function texts(): Field<Readonly<Record<string, string>>> {
  return (value = {}) => {
    if (isObject(value) && Object.values(value).every((each) => typeof each === "string")) {
      return value as Readonly<Record<string, string>>;
    }
    throw "an object of texts";
  };
}
