/** Counts and long lists as sentences say them. */
import { IdSet } from "../bits/id_set.ts";
import type { OnlineCpu } from "../linux/boot.ts";
import { type Booted, DEVICE_CLASSES, devicesOf } from "../routing/interrupt.ts";

/** `1 CPU`, `3 CPUs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** IDs in runs, such as `0-6, 300`. */
export function ranges(ids: Iterable<number>): string {
  return String(IdSet.ids(ids)).replaceAll(",", ", ");
}

/** Consecutive CPUs with consecutive IDs as one: `0=0 1-3=300-302`. */
export function numberedCpus(cpus: readonly OnlineCpu[]): string {
  const runs: { readonly from: OnlineCpu; to: OnlineCpu }[] = [];
  for (const cpu of cpus) {
    const run = runs.at(-1);
    if (run && cpu.cpu === run.to.cpu + 1 && cpu.apicId === run.to.apicId + 1) run.to = cpu;
    else runs.push({ from: cpu, to: cpu });
  }
  return runs.map(({ from, to }) => `${span(from.cpu, to.cpu)}=${span(from.apicId, to.apicId)}`)
    .join(" ");
}

function span(low: number, high: number): string {
  return low === high ? `${low}` : `${low}-${high}`;
}

/** Devices that would send messages and have no parent to compose them. */
export function orphansOf(booted: Booted): readonly string[] {
  return DEVICE_CLASSES.flatMap((of) => devicesOf(booted, of))
    .filter((device) => booted.boot.parents[device]?.kind === null);
}

/** `every device`, or `every device that has a parent`. */
export function everyDevice(orphans: readonly string[]): string {
  return orphans.length === 0 ? "every device" : "every device that has a parent";
}

/** Who has no interrupts of its own; nothing where there are none. */
export function orphansText(orphans: readonly string[]): string {
  if (orphans.length === 0) return "";
  const have = orphans.length === 1 ? "has no parent and so" : "have no parents and so";
  return `; ${orphans.join(", ")} ${have} no interrupts of ${
    orphans.length === 1 ? "its" : "their"
  } own`;
}
