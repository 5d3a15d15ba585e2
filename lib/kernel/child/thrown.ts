import type { Thrown } from "../frames.ts";
import { Array, Deno, Error, Number, Object, Set, String } from "../intrinsics.ts";
import { fieldOf, framesOf, textOf } from "./errors.ts";
import { pristine } from "./pristine.ts";

/** Causes and errors of errors are told this deep, and this many of one error. */
const mostDepth = 8;
const mostErrors = 20;
/** Frames at either end of a stack that is told shortened. */
const framesKept = 40;
/** Characters of a text, likewise. */
const charactersKept = 10_000;

/** A thrown value as data, with everything a traceback needs. */
export function describe(thrown: unknown): Thrown {
  return pristine(() => describeBelow([], thrown));
}

/** Describes what belongs to the errors `above`. */
function describeBelow(above: readonly unknown[], thrown: unknown): Thrown {
  if (!Error.isError(thrown)) return described(inspect(thrown));
  const error = thrown as Error;
  const heading = { name: nameOf(error), message: bounded(textOf(error, "message")) };
  if (above.includes(error)) return { ...heading, frames: [], details: "(told above)" };
  if (above.length > mostDepth) return { ...heading, frames: [] };
  const deeper = (value: unknown) => describeBelow([...above, error], value);
  const frames = framesOf(error);
  const [cause, errors, details] = [fieldOf(error, "cause"), errorsOf(error), detailsOf(error)];
  return {
    ...heading,
    frames: shortened(frames),
    ...sourceOf(frames[0]),
    ...details ? { details } : {},
    ...cause !== undefined ? { cause: deeper(cause) } : {},
    ...errors ? { errors: firstOf(errors, deeper) } : {},
  };
}

function described(value: string): Thrown {
  return { name: "Uncaught", message: value, frames: [], value };
}

/** What an error calls itself; its class, where the name is only that of a class it extends. */
function nameOf(error: Error): string {
  const name = textOf(error, "name");
  const holder = holderOf(error, "name");
  if (name && holder && classOf(holder) !== name) return name;
  return classOf(error) || name || "Error";
}

function holderOf(object: object | null, key: string): object | undefined {
  for (let at = object; at; at = Object.getPrototypeOf(at)) if (Object.hasOwn(at, key)) return at;
  return undefined;
}

function classOf(object: object): string {
  const made = fieldOf(object as Error, "constructor");
  return typeof made === "function" ? String(made.name) : "";
}

/** Those of an AggregateError; of a SuppressedError the one of the disposal and the one before. */
function errorsOf(error: Error): readonly unknown[] | undefined {
  if (classOf(error) === "SuppressedError") {
    return [fieldOf(error, "error"), fieldOf(error, "suppressed")];
  }
  const errors = fieldOf(error, "errors");
  return Array.isArray(errors) ? errors : undefined;
}

function firstOf(
  errors: readonly unknown[],
  describe: (error: unknown) => Thrown,
): readonly Thrown[] {
  const more = errors.length - mostErrors;
  const first = errors.slice(0, mostErrors).map(describe);
  return more > 0 ? [...first, described(`... ${more} more errors`)] : first;
}

const usual = new Set(["name", "message", "stack", "cause", "errors"]);

/** Fields of its own beyond the usual ones; what getters would say is not asked. */
function detailsOf(error: Error): string | undefined {
  const fields = Object.keys(error).filter((name) => !usual.has(name))
    .map((name) => [name, Object.getOwnPropertyDescriptor(error, name)!] as const);
  if (fields.length === 0) return undefined;
  return inspect(Object.defineProperties({}, Object.fromEntries(fields)));
}

/** The file at fault, if it is one of the notebook's folder; cells are known to the front. */
function sourceOf(frame = ""): Pick<Thrown, "source"> {
  const [, path, line, column] = frame.match(filePlace) ?? [];
  if (!path || path.includes("/node_modules/")) return {};
  try {
    if (!path.startsWith(`${Deno.cwd()}/`)) return {};
    const place = { line: Number(line), column: Number(column) };
    return { source: { path, text: Deno.readTextFileSync(path), place } };
  } catch {
    return {};
  }
}

const filePlace = /[ (](?:file:\/\/)?(\/[^()]+):(\d+):(\d+)\)?$/;

function shortened(frames: readonly string[]): readonly string[] {
  const left = frames.length - 2 * framesKept;
  if (left <= 1) return frames;
  return [...frames.slice(0, framesKept), `... ${left} more ...`, ...frames.slice(-framesKept)];
}

function bounded(text: string): string {
  const left = text.length - 2 * charactersKept;
  if (left <= 100) return text;
  const [start, end] = [text.slice(0, charactersKept), text.slice(-charactersKept)];
  return `${start} ... ${left} more characters ... ${end}`;
}

function inspect(value: unknown): string {
  try {
    return bounded(Deno.inspect(value));
  } catch {
    return plainly(value);
  }
}

/** A value as text, also one that has none or throws when it is asked for it. */
export function plainly(value: unknown): string {
  try {
    return bounded(String(value));
  } catch {
    return `[${typeof value} that cannot be shown]`;
  }
}
