import process from "node:process";
import type { Run, Thrown } from "../frames.ts";
import { Error, Map, Number, Object, Set, String, WeakMap } from "../intrinsics.ts";
import { isHelper, type Positions, userPlace } from "../positions.ts";
import { pristine } from "./pristine.ts";

/** The cells that ran, by the name they bear in stack traces. */
const cells = new Map<string, { readonly run: Run; readonly positions: Positions }>();
const cellFile = /(?:cell|aside)-[\d-]+\.ts/;
/** A frame of what the front evaluates through the inspector; a user's `eval` names its place. */
const nameless = /^(?:[^(]* \()?<anonymous>:\d+:\d+\)?$/;
const cellPlace = /((?:cell|aside)-[\d-]+\.ts):(\d+):(\d+)/;
const cellPlaces = new RegExp(cellPlace, "g");

/** Traces of cells that ran longer ago name compiled places. */
const kept = 5_000;

export function nameCell(file: string, run: Run, positions: Positions): void {
  cells.set(file, { run, positions });
  const [oldest] = cells.keys();
  if (cells.size > kept) cells.delete(oldest!);
}

let internals: readonly string[] = [];

/** Makes every stack, also one a user prints, name places as the user sees them. */
export function installStackTraces(own: readonly string[]): void {
  internals = own;
  Error.prepareStackTrace = (error, sites) => pristine(() => stackOf(error, sites));
}

function stackOf(error: Error, sites: readonly NodeJS.CallSite[]): string {
  const frames = withoutInternals(sites.map(String).filter(isOfCell)).map(inUserPlaces);
  return [heading(error), ...frames.map((frame) => `    at ${frame}`)].join("\n");
}

/** Not what the compiler put before the user's code, as for decorators. */
function isOfCell(frame: string): boolean {
  const [, file = "", line] = frame.match(cellPlace) ?? [];
  const cell = cells.get(file);
  return !cell || !isHelper(cell.positions, Number(line));
}

/** Without hidden frames, and without the native ones that they called. */
function withoutInternals(frames: readonly string[]): readonly string[] {
  const callers = frames.slice(1);
  return frames.filter((frame, at) =>
    !hidden(frame) && !(frame.endsWith("(<anonymous>)") && callers[at] && hidden(callers[at]))
  );
}

function hidden(frame: string): boolean {
  return nameless.test(frame) || internals.some((internal) => frame.includes(internal));
}

/**
 * Whether the code at work just now, beneath the inspector's own, must not be terminated, for that
 * would end the process: a module's top level (`JsRuntime::mod_evaluate` takes it for fatal), and
 * what the event loop's own functions call, those for microtasks aside (`01_core.js`,
 * `02_timers.js` of deno_core, in Deno 2.9.6).
 */
export function mustReturn(): boolean {
  return pristine(() => {
    const sites = sitesHere();
    const lowest = sites.at(-1)!;
    if (!isCore(lowest)) return isModule(lowest);
    const caller = coreCaller(sites);
    return fatalCallers.includes(caller.getFunctionName() ?? "") || ticks.has(placeOf(caller));
  });
}

/** Core's function that called what is not core's. */
function coreCaller(sites: readonly NodeJS.CallSite[]): NodeJS.CallSite {
  return sites.at(sites.findLastIndex((site) => !isCore(site)) + 1)!;
}

/** Where core calls what `process.nextTick` was given; microtasks it runs a line further on. */
const ticks = new Set<string>();

/** Core has a call of its own for each number of arguments. */
export function learnTicks(): void {
  for (const given of [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 4, 5]]) {
    process.nextTick(() => void ticks.add(placeOf(coreCaller(sitesHere()))), ...given);
  }
}

function placeOf(site: NodeJS.CallSite): string {
  return `${site.getFunctionName()}:${site.getLineNumber()}:${site.getColumnNumber()}`;
}

/** They call the user's code: timers of Deno's own, and listeners for unhandled rejections. */
const fatalCallers = ["listOnTimeout", "__handleRejections"];

function isCore(site: NodeJS.CallSite): boolean {
  return /^ext:core\//.test(site.getScriptNameOrSourceURL() ?? "");
}

function isModule(site: NodeJS.CallSite): boolean {
  const file = site.getScriptNameOrSourceURL() ?? "";
  const isUsers = /^[a-z]+:/.test(file) && !/^(?:ext|node):/.test(file) && !hidden(file);
  return isUsers && site.getFunctionName() === null;
}

/** The calls at work just now, the innermost first. */
export function sitesHere(most = Infinity): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = most;
    Error.prepareStackTrace = (_, sites) => sites;
    return new Error().stack as unknown as readonly NodeJS.CallSite[];
  } finally {
    Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  }
}

/** Where a cell awaited what then failed elsewhere, as in the runtime or in a module's loading. */
const awaited = new WeakMap<object, { readonly stack: string }>();

/** Remembers where the cell awaited an error that may well come from elsewhere. */
export function placeAwait(error: unknown, place: { readonly stack: string }): void {
  if (Error.isError(error)) awaited.set(error as Error, place);
}

/** The frames of a stack, `at f (cell-8.ts:2:9)`, down to the place that awaited it. */
export function framesOf(error: Error): readonly string[] {
  const frames = listed(stackBelowHeading(error));
  const place = listed(awaited.get(error)?.stack ?? "");
  const line = place[0]?.match(lineOfCell)?.[0];
  const all = !line || frames.some((frame) => frame.includes(line))
    ? frames
    : [...frames, ...place];
  return withoutInternals(all.map((frame) => frame.slice("at ".length)))
    .map((frame) => `at ${frame}`);
}

const lineOfCell = /(?:cell|aside)-[\d-]+\.ts:\d+:/;

/** A message may have lines that look like frames. */
function stackBelowHeading(error: Error): string {
  const stack = textOf(error, "stack");
  const head = heading(error);
  return stack.startsWith(head) ? stack.slice(head.length) : stack;
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
  return frame.replace(cellPlaces, (whole, file, line, column) => {
    const cell = cells.get(file);
    if (!cell) return whole;
    const place = userPlace(cell.positions, { line: Number(line), column: Number(column) });
    return `${file}:${place.line}:${place.column}`;
  });
}

function listed(stack: string): readonly string[] {
  return stack.split("\n").filter((line) => /^\s+at /.test(line)).map((line) => line.trim());
}

function heading(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

/** A field of an error; one that throws when looked at is not there. */
export function fieldOf(error: Error, field: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[field];
  } catch {
    return undefined;
  }
}

export function textOf(error: Error, field: "name" | "message" | "stack"): string {
  try {
    return String(fieldOf(error, field) ?? "");
  } catch {
    return "";
  }
}
