/**
 * What a Stop means to code that was busy when it came: the front is about to terminate it. A
 * termination that lands in native code is lost, and V8 takes no second one; one that comes
 * between two turns of the event loop ends the process. So such code stands still, in plain
 * JavaScript, wherever it would leave that.
 */
import type { Run } from "../frames.ts";
import { Atomics, Error, Set } from "../intrinsics.ts";
import { currentRun } from "./current.ts";

/** The runs whose code was busy when the user stopped them. */
export const stopping = new Set<Run>();

/** The front ends a cell this long after its busy code heard of a Stop, at the latest. */
const mostMs = 1_000;

const never = new Int32Array(new SharedArrayBuffer(4));

/** Waits for the termination; the size is looked at first, for every print and `await` asks this. */
export function stopHere(run?: Run): void {
  if (stopping.size === 0 || !stopping.has(run ?? currentRun())) return;
  Atomics.wait(never, 0, 0, mostMs);
  throw new Interrupted();
}

/** What ends a cell the user stopped. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  constructor() {
    super("the cell was stopped; variables are kept");
  }
}
