import type { Run, Thrown } from "../frames.ts";
import { Array, Deno, Error, Map, Number, Object, Set, String } from "../intrinsics.ts";
import { type Positions, userPlace } from "../positions.ts";

/** The cells that ran, by the name they bear in stack traces. */
const cells = new Map<string, { readonly run: Run; readonly positions: Positions }>();
const cellFile = /(?:cell|aside)-[\d-]+\.ts/;
/** A frame of what the front evaluates through the inspector; a user's `eval` names its place. */
const nameless = /^(?:[^(]* \()?<anonymous>:\d+:\d+\)?$/;
const cellPlace = /((?:cell|aside)-[\d-]+\.ts):(\d+):(\d+)/g;

/** Traces of cells that ran longer ago name compiled places. */
const kept = 5_000;

export function nameCell(file: string, run: Run, positions: Positions): void {
  cells.set(file, { run, positions });
  const [oldest] = cells.keys();
  if (cells.size > kept) cells.delete(oldest!);
}

/** Makes every stack, also one a user prints, name places as the user sees them. */
export function installStackTraces(internals: readonly string[]): void {
  const hidden = (frame: string) =>
    nameless.test(frame) || internals.some((internal) => frame.includes(internal));
  Error.prepareStackTrace = (error, sites) => {
    const frames = withoutInternals(sites.map(String), hidden).map(inUserPlaces);
    return [heading(error), ...frames.map((frame) => `    at ${frame}`)].join("\n");
  };
}

/** Without hidden frames, and without the native ones that they called. */
function withoutInternals(
  frames: readonly string[],
  hidden: (frame: string) => boolean,
): readonly string[] {
  const callers = frames.slice(1);
  return frames.filter((frame, at) =>
    !hidden(frame) && !(frame.endsWith("(<anonymous>)") && callers[at] && hidden(callers[at]))
  );
}

/** A thrown value as data, with everything a traceback needs. */
export function describe(thrown: unknown, depth = 0): Thrown {
  if (!Error.isError(thrown)) {
    return { name: "Uncaught", message: inspect(thrown), frames: [], value: inspect(thrown) };
  }
  const error = thrown as Error & { readonly errors?: unknown };
  const deeper = (value: unknown) => describe(value, depth + 1);
  const details = detailsOf(error);
  return {
    name: text(error, "name"),
    message: text(error, "message"),
    frames: [...framesOf(text(error, "stack")), ...awaitFrames(error)],
    ...details ? { details } : {},
    ...error.cause !== undefined && depth < 8 ? { cause: deeper(error.cause) } : {},
    ...Array.isArray(error.errors) && depth < 8 ? { errors: error.errors.map(deeper) } : {},
  };
}

/** Where a cell awaited what then failed elsewhere, as in the runtime or in a module's loading. */
const awaited = new WeakMap<object, { readonly stack: string }>();

/** Remembers the place of an `await` for an error whose own stack leads to no cell. */
export function placeAwait(error: unknown, place: { readonly stack: string }): void {
  if (!Error.isError(error) || cellFile.test(text(error as Error, "stack"))) return;
  awaited.set(error, place);
}

/** V8 places a call at its last name, which in `__k.aw(x)` stands that much right of the `x`. */
const beforeName = "__k.".length;

function awaitFrames(error: Error): readonly string[] {
  const [first, ...rest] = framesOf(awaited.get(error)?.stack ?? "");
  const shifted = first?.replace(/\d+(?=\)?$)/, (column) => String(Number(column) - beforeName));
  return shifted ? [shifted, ...rest] : [];
}

/** The place of a call, told only when it is asked for: V8 makes a stack's text lazily. */
export function placeOfCall(call: unknown): { readonly stack: string } {
  const place = { stack: "" };
  Error.captureStackTrace(place, call as () => void);
  return place;
}

/** The run whose cell stands topmost in the trace. */
export function runOf({ frames }: Thrown): Run | undefined {
  const file = frames.map((frame) => frame.match(cellFile)?.[0]).find(Boolean);
  return file ? cells.get(file)?.run : undefined;
}

function inUserPlaces(frame: string): string {
  return frame.replace(cellPlace, (whole, file, line, column) => {
    const cell = cells.get(file);
    if (!cell) return whole;
    const place = userPlace(cell.positions, { line: Number(line), column: Number(column) });
    return `${file}:${place.line}:${place.column}`;
  });
}

function framesOf(stack: string): readonly string[] {
  return stack.split("\n").filter((line) => /^\s+at /.test(line)).map((line) => line.trim());
}

function heading(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

function text(error: Error, field: "name" | "message" | "stack"): string {
  try {
    return String(error[field] ?? "");
  } catch {
    return "";
  }
}

const usual = new Set(["name", "message", "stack", "cause", "errors"]);

function detailsOf(error: Error): string | undefined {
  const fields = Object.entries(error).filter(([name]) => !usual.has(name));
  return fields.length > 0 ? inspect(Object.fromEntries(fields)) : undefined;
}

function inspect(value: unknown): string {
  try {
    return Deno.inspect(value);
  } catch {
    return String(value);
  }
}
