import type { Run } from "../frames.ts";
import {
  AsyncDisposableStack,
  DisposableStack,
  Map,
  Object,
  Promise,
  Reflect,
  Set,
} from "../intrinsics.ts";
import type { Positions } from "../positions.ts";
import { Tidier } from "../tidy.ts";
import { currentRun } from "./current.ts";
import { nameCell, placeAwait, placeOfCall, runOf } from "./errors.ts";
import { bundleOf, isQuiet, type Shown } from "./format.ts";
import { mark, send } from "./pipe.ts";
import { pristine } from "./pristine.ts";
import { Interrupted, stopHere, stopping } from "./stopping.ts";
import { declaresTests, forgetTests, runTests } from "./tests.ts";
import { describe } from "./thrown.ts";

/** What a run still holds while its cell has not ended. */
interface Running {
  readonly file: string;
  readonly rejects: Set<(reason: unknown) => void>;
  /** What it started and has yet to be called, each with how to cancel that. */
  readonly timers: Map<unknown, (timer: unknown) => void>;
  /** Absent: it declares none. */
  resources?: AsyncDisposableStack;
  readonly expression: boolean;
}

const running = new Map<Run, Running>();
const immediate = setImmediate;

/** The runs that heard of a Stop: once their cell has ended, or is to be, they start no timer. */
const stopped = new Set<Run>();

/**
 * Opens a cell. Resolves in a turn of its own, which three behaviours of the inspector demand:
 * code that the inspector's evaluate calls directly can neither be terminated nor sure to have
 * its promise live until the reply, and it may stand in the midst of another cell's code, whose
 * run it must not change.
 */
export function begin(run: Run, cell: {
  readonly file: string;
  readonly names: readonly string[];
  readonly reset: readonly string[];
  readonly positions: Positions;
  readonly expression?: boolean;
}): Promise<void> {
  pristine(() => {
    nameCell(cell.file, run, cell.positions);
    running.set(run, {
      file: cell.file,
      rejects: new Set(),
      timers: new Map(),
      expression: cell.expression === true,
    });
    cell.names.forEach(makePlain);
    for (const name of cell.reset) Reflect.set(globalThis, name, undefined);
  });
  return turn();
}

/** Whether a cell's own code has yet to end. */
export function isOpen(run: Run): boolean {
  return stateOf(run) !== undefined;
}

function stateOf(run: Run): Running | undefined {
  return pristine(() => running.get(run));
}

/** A top-level `await`: ends early when the user stops the cell. */
export function aw<T>(run: Run, value: T): Promise<Awaited<T>> {
  stopHere(run);
  return pristine(() => awaiting(run, value));
}

function awaiting<T>(run: Run, value: T): Promise<Awaited<T>> {
  const state = running.get(run);
  // A cell given up on never goes on: what it awaits never comes.
  if (!state) return new Promise(() => {});
  const place = placeOfCall(aw);
  return new Promise((resolve, reject) => {
    state.rejects.add(reject);
    Promise.resolve(value).then((value) => {
      state.rejects.delete(reject);
      resolve(value);
    }, (error) => {
      state.rejects.delete(reject);
      placeAwait(error, place);
      reject(error);
    });
  });
}

/**
 * The items of a top-level `for await`, each in a box, which a generator in the cell takes from
 * its right side: so V8 keeps to its own rules and words. Each wait for one ends early when the
 * user stops the cell.
 */
export function each<T>(run: Run, boxed: () => AsyncGenerator<readonly [T]>): AsyncIterable<T> {
  const boxes = Reflect.apply(boxed, globalThis, []);
  const next = async (): Promise<IteratorResult<T>> => {
    const { done, value } = await aw(run, boxes.next()).catch((error) => stop(boxes, error));
    return done ? { done, value } : { done: false, value: value[0] };
  };
  const close = async (): Promise<IteratorResult<T>> => {
    await boxes.return(undefined);
    return { done: true, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: close }) };
}

/** Who stops a cell leaves the loop: what it waits for is closed as soon as it comes. */
function stop(boxes: AsyncGenerator, error: unknown): never {
  if (error instanceof Interrupted) boxes.return(undefined).catch(() => {});
  throw error;
}

export function using<T extends Disposable | null | undefined>(run: Run, resource: T): T {
  // In a stack of its own, which knows of `Symbol.dispose` only and complains as `using` does.
  const alone = new DisposableStack();
  alone.use(resource);
  resourcesOf(run).use(alone);
  return resource;
}

export function usingAsync<T extends AsyncDisposable | Disposable | null | undefined>(
  run: Run,
  resource: T,
): T {
  return resourcesOf(run).use(resource);
}

function resourcesOf(run: Run): AsyncDisposableStack {
  return stateOf(run)!.resources ??= new AsyncDisposableStack();
}

/** Closes a cell that came to its end; the value, when there is one, is its result. */
export async function end(run: Run, ...shown: readonly unknown[]): Promise<void> {
  stopHere(run);
  const state = stateOf(run);
  if (state && declaresTests(run)) {
    const threw = (error: unknown) => stray(error, run);
    await aw(run, runTests({ run, file: state.file, threw }));
  }
  if (shown.length > 0 && (state?.expression || tells(shown[0]))) {
    sendResult(run, await bundleOf(shown[0]));
  }
  if (state?.resources) await state.resources.disposeAsync();
  stopHere(run);
  await close(run);
}

function tells(value: unknown): boolean {
  return value !== undefined && !isQuiet(value);
}

function sendResult(run: Run, { data, metadata }: Shown): void {
  for (const _ in data) return send({ kind: "result", data, metadata }, run);
}

/**
 * Closes a cell that threw; `at` is where V8 saw it. A cell that V8 could not even compile never
 * began, and its error has no other place.
 */
export async function fail(run: Run, error: unknown, at: string): Promise<void> {
  await turn(); // As in `begin`: describing an error, and letting go of resources, run user's code.
  const state = stateOf(run);
  const thrown = describe(error);
  send({ kind: "thrown", thrown: state ? thrown : { ...thrown, frames: [at] } }, run);
  if (!state) return sayEnd(run);
  try {
    await state.resources?.disposeAsync();
  } catch (error) {
    stray(error, run);
  }
  await close(run);
}

/** Closes a cell that will never say so itself. */
export function abandon(run: Run): void {
  forget(run);
  sayEnd(run);
}

/** Whether the run was still open. */
function forget(run: Run): boolean {
  return pristine(() => {
    stopping.delete(run);
    forgetTests(run);
    if (calling === run) calling = undefined;
    // A loop of timers may have been between two of them as the Stop came.
    if (stopped.has(run)) cancelTimers(running.get(run));
    return running.delete(run);
  });
}

/**
 * Ends what the running cells wait for, and the timers they started. Resolves in the next turn of
 * the event loop: the inspector answers also from within a busy loop, which must not count.
 */
export function interrupt(): Promise<void> {
  pristine(() => {
    for (const [run, state] of running) {
      const { rejects } = state;
      // Busy, in the cell itself or in a timer's callback: nothing it awaits can tell it.
      if (rejects.size === 0 || calling === run) stopping.add(run);
      stopped.add(run);
      cancelTimers(state);
      for (const reject of rejects) reject(new Interrupted());
      rejects.clear();
    }
  });
  return turn();
}

function cancelTimers(state: Running | undefined): void {
  for (const [timer, cancel] of state?.timers ?? []) cancel(timer);
  state?.timers.clear();
}

/** Reports what a cell's callbacks throw once no code of the cell is left to catch it. */
export function stray(error: unknown, run?: Run): void {
  if (error instanceof Interrupted) return;
  const thrown = describe(error);
  send({ kind: "stray", thrown }, run ?? pristine(() => runOf(thrown)) ?? currentRun());
}

/** One turn lets rejections that nobody handled be told while their cell is still open. */
async function close(run: Run): Promise<void> {
  await turn();
  if (forget(run)) sayEnd(run);
}

/** Marks the end on all three ways out; each of them keeps its own order. */
export function sayEnd(run: Run): void {
  pristine(() => {
    send({ kind: "end", closed: mark(run) }, run);
    tidier.ofRound();
  });
}

/** What users hold on to may take V8 long to walk through; it does so on its own, in parts. */
const tidier = new Tidier(256 * 2 ** 20);

export function turn(): Promise<void> {
  return new Promise((resolve) => immediate(resolve));
}

/** A cell may declare `location` or `performance`: an accessor of that name must give way. */
function makePlain(name: string): void {
  const found = Object.getOwnPropertyDescriptor(globalThis, name);
  if (!found?.configurable || (found.writable && found.enumerable)) return;
  Object.defineProperty(globalThis, name, {
    value: found.value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/**
 * Timers know their run: what they throw is told there, and stopping it stops them. Callbacks run
 * as microtasks, for a termination there ends the callback; in the timer's own call it would end
 * the process.
 */
export function installTimers(uncaught: (error: unknown, run: Run) => void): void {
  for (const [name, cancel] of timersOfDeno()) {
    const start = globalThis[name] as unknown as StartTimer;
    const startInRun: StartTimer = (callback, ...how) => {
      if (typeof callback !== "function") return start(callback, ...how);
      const [delay, args] = name === "setImmediate" ? [[], how] : [how.slice(0, 1), how.slice(1)];
      const run = currentRun();
      const timers = running.get(run)?.timers;
      const timer = start(function (this: unknown) {
        if (name !== "setInterval") timers?.delete(timer);
        pristine(() =>
          Promise.resolve().then(() => guard(run, () => callback.apply(this, args), uncaught))
        );
      }, ...delay);
      timers?.set(timer, cancel);
      if (stopping.has(run) || !timers && stopped.has(run)) cancel(timer);
      return timer;
    };
    const { length: _length, name: _name, prototype: _prototype, ...own } = Object
      .getOwnPropertyDescriptors(start) as PropertyDescriptorMap;
    Reflect.set(globalThis, name, Object.defineProperties(startInRun, own));
  }
}

/** What starts timers, and cancels those. None may be given to another's: Deno would miscount. */
function timersOfDeno() {
  return [
    ["setTimeout", clearTimeout],
    ["setInterval", clearInterval],
    ["setImmediate", clearImmediate],
  ] as [name: "setTimeout" | "setInterval" | "setImmediate", cancel: (timer: unknown) => void][];
}

type StartTimer = (callback: unknown, ...how: readonly unknown[]) => unknown;

/** The run whose timer calls back just now. */
let calling: Run | undefined;

function guard(
  run: Run,
  work: () => unknown,
  uncaught: (error: unknown, run: Run) => void,
): void {
  if (stopping.has(run)) return;
  calling = run;
  try {
    work();
  } catch (error) {
    uncaught(error, run);
  }
  calling = undefined;
  stopHere(run);
}
