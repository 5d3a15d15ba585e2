/**
 * The smallest changes after which every CPU can be interrupted by every device: sets of changes
 * are tried on the machine itself, small ones first, and each result is a boot of the model.
 */
import type { Machine } from "../machine/machine.ts";
import { bootOutcome } from "../routing/outcome.ts";
import { REMEDIES, type Remedy } from "./remedies.ts";

/** A change after which every CPU is reachable. */
export interface Advice {
  /** What to do; several things are joined by "; and". */
  readonly change: string;
  /** Who can do it, as remedies name it; several are joined by ", ". */
  readonly where: string;
  /**
   * Effort of all of them together: 1 for a word on the command line up to 4 for a mended table.
   */
  readonly cost: number;
  /** What the machine is like afterwards. */
  readonly result: string;
}

/** Whether every CPU that firmware offers runs and every device reaches it. */
export function isWhole(machine: Machine): boolean {
  const { outcome, online } = bootOutcome(machine);
  const offered = machine.cpus.filter(({ enabled }) => enabled).length;
  return outcome === "up" && online.length === offered;
}

/** More changes at once than this are no advice any more. */
const MOST = 3;

/** The minimal sets of changes that help, cheapest first; none when the machine is whole. */
export function advise(machine: Machine): readonly Advice[] {
  if (isWhole(machine)) return [];
  const found: (readonly Remedy[])[] = [];
  for (let size = 1; size <= MOST; size++) {
    for (const set of subsetsOf(REMEDIES, size)) {
      if (found.some((smaller) => smaller.every((change) => set.includes(change)))) continue;
      const changed = applied(machine, set);
      if (changed && isWhole(changed)) found.push(set);
    }
  }
  return found.map((set) => adviceOf(machine, set)).sort((a, b) => a.cost - b.cost);
}

/** The machine after all of them; null when one has nothing to change. */
function applied(machine: Machine, set: readonly Remedy[]): Machine | null {
  return set.reduce<Machine | null>((now, { apply }) => now && apply(now), machine);
}

function adviceOf(machine: Machine, set: readonly Remedy[]): Advice {
  const { online, maxApicId, irqRemapping } = bootOutcome(applied(machine, set)!);
  const cpus = online.length === 1 ? "the only CPU" : `all ${online.length} CPUs`;
  const limit = maxApicId === null ? "no limit" : `APIC IDs up to ${maxApicId}`;
  return {
    change: set.map(({ change }) => change).join("; and "),
    where: [...new Set(set.map(({ where }) => where))].join(", "),
    cost: set.reduce((sum, { cost }) => sum + cost, 0),
    result: `${cpus} reachable, ${limit}, remapping ${irqRemapping}`,
  };
}

function* subsetsOf<T>(items: readonly T[], size: number, from = 0): Generator<readonly T[]> {
  if (size === 0) return yield [];
  for (let at = from; at <= items.length - size; at++) {
    for (const rest of subsetsOf(items, size - 1, at + 1)) yield [items[at]!, ...rest];
  }
}
