/**
 * CPU lists as sysfs prints them.
 *
 * @module
 */

/** The lists of CPUs, by name. */
export interface CpuLists {
  /** CPUs that run. */
  readonly online?: string;
  /** CPUs there is room for. */
  readonly possible?: string;
  /** CPUs that are plugged in. */
  readonly present?: string;
}

/**
 * The lists in lines such as `online 0-3`, or `/sys/…/online:0-3` as `grep` prints it.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { cpuListsIn } from "./cpu_list.ts";
 *
 * assert.deepEqual(cpuListsIn("online 0-2\npossible 0-3\n"), { online: "0-2", possible: "0-3" });
 * ```
 */
export function cpuListsIn(text: string): CpuLists {
  const lines = text.matchAll(/^(?:\S*\/)?(online|possible|present)[ :]+(\d[\d,-]*)$/gm);
  return Object.fromEntries([...lines].map(([, name, list]) => [name!, list!]));
}
