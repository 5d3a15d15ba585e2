/**
 * Interrupt domains as debugfs shows them.
 *
 * @module
 */

/** A domain's parents, root last, and the line of the text it begins in. */
export interface ShownDomain {
  /** The chain above it. */
  readonly parents: readonly string[];
  /** The first line being 1. */
  readonly line: number;
}

/**
 * The domains of /sys/kernel/debug/irq/domains/*, one file after another: each begins with `name:`
 * at the line's start and shows its parents below, further in. Those without a name of their own
 * are left out.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { domainsIn } from "./domain_text.ts";
 *
 * const text = "name:   IO-APIC-0\n parent: VECTOR\n    name:   VECTOR\n";
 * assert.deepEqual(domainsIn(text), new Map([["IO-APIC-0", { parents: ["VECTOR"], line: 1 }]]));
 * ```
 */
export function domainsIn(text: string): ReadonlyMap<string, ShownDomain> {
  const found = new Map<string, { parents: string[]; line: number }>();
  let current: string[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    const name = /^name:\s+(\S+)/.exec(line)?.[1];
    const parent = /^\s+parent: (\S+)/.exec(line)?.[1];
    if (name) found.set(name, { parents: current = [], line: i + 1 });
    else if (parent) current.push(parent);
  }
  return found;
}
