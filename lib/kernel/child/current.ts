import { AsyncLocalStorage } from "node:async_hooks";
import type { Run } from "../frames.ts";

/**
 * Which run the code at hand belongs to, also long after its cell ended: callbacks carry the run
 * that started them. Code nobody started, as in a module's own listeners, counts to the latest.
 */
const storage = new AsyncLocalStorage<Run>();
let latest: Run = 0;

export function currentRun(): Run {
  return storage.getStore() ?? latest;
}

/** Everything the caller does from here on, awaits included, belongs to this run. */
export function enterRun(run: Run): void {
  latest = run;
  storage.enterWith(run);
}

export function inRun<T>(run: Run, work: () => T): T {
  return storage.run(run, work);
}
