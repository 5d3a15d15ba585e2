/** Parts of a boot's answer as blocks of rows. */
import type { BootAnswer } from "../routing/outcome.ts";
import { columns } from "./terminal.ts";
import { ranges } from "./words.ts";

/** One row per reason, with all its CPUs. */
export function offlineRows({ offline }: BootAnswer): readonly (readonly string[])[] {
  const byReason = Map.groupBy(offline, ({ because }) => because);
  return [...byReason].map((
    [because, cpus],
  ) => [ranges(cpus.map(({ apicId }) => apicId)), because]);
}

/** One row per reason and device, with all its CPUs. */
export function lostRows({ lost }: BootAnswer): readonly (readonly string[])[] {
  const byReason = Map.groupBy(lost, ({ device, because }) => `${device}\0${because}`);
  return [...byReason.values()].map((pairs) => [
    pairs[0]!.device,
    ranges(pairs.map(({ apicId }) => apicId)),
    pairs[0]!.because,
  ]);
}

/** A title over its rows; nothing without rows. */
export function block(title: string, rows: readonly (readonly string[])[]): readonly string[] {
  return rows.length === 0 ? [] : ["", title, columns(rows, "  ")];
}
