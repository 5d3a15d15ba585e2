import process from "node:process";
import type { Run } from "../frames.ts";
import { dispatchEvent, ErrorEvent, PromiseRejectionEvent } from "../intrinsics.ts";
import { stray } from "./runs.ts";
import { Interrupted } from "./stopping.ts";
import { plainly } from "./thrown.ts";

/**
 * Shows what nobody catches on its cell. The user's own listeners come later than these, so they
 * are told by an event of their own; what they prevent is theirs.
 */
export function reportUncaught(): void {
  addEventListener("error", (event) => {
    if (event === told) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    if (!ofWorker(event)) uncaught(event.error);
  });
  addEventListener("unhandledrejection", (event) => {
    if (event === told) return;
    event.stopImmediatePropagation();
    const { promise, reason } = event;
    const again = new PromiseRejectionEvent(event.type, { promise, reason, cancelable: true });
    if (!(reason instanceof Interrupted) && !taken(again)) {
      // Node's listeners are called last, for an event that nobody has prevented.
      if (nodeListens()) return;
      stray(reason);
    }
    event.preventDefault();
  });
}

/** Tells of an error that code of a run threw and nobody caught. */
export function uncaught(error: unknown, run?: Run): void {
  if (error instanceof Interrupted) return;
  const message = `Uncaught ${plainly(error)}`;
  if (!taken(new ErrorEvent("error", { error, message, cancelable: true }))) stray(error, run);
}

/** The event that the user's listeners are being told of. */
let told: Event | undefined;

/** Whether a listener of the user's prevents what is done otherwise; what it throws is told. */
function taken(event: Event): boolean {
  if (told) return false;
  told = event;
  try {
    dispatchEvent(event);
  } finally {
    told = undefined;
  }
  return event.defaultPrevented;
}

function nodeListens(): boolean {
  const names = ["unhandledRejection", "uncaughtException"] as const;
  return names.some((name) => process.listenerCount(name as "exit") > 0);
}

/** A worker has told of its errors itself; the event bears but the message. */
function ofWorker({ error, message }: ErrorEvent): boolean {
  return error === null && message !== "Uncaught null";
}
