/**
 * Turning VT-d remapping on is a matter of order: table pointer, cache, then IRE.
 *
 * The unit reads entries through a cache that keeps what it read until it is told. The model is
 * that cache: what a request meets depends on what was invalidated since the entry was written.
 *
 * @module
 */
import type { IecInvalidation } from "./vtd_registers.ts";
import { invalidatedIndexes } from "./vtd_registers.ts";

/** What software does to a unit, in the order it does it. */
export type VtdCommand =
  | { readonly kind: "writeTablePointer"; readonly table: string }
  | { readonly kind: "setTablePointer" }
  | { readonly kind: "writeEntry"; readonly index: number; readonly entry: bigint }
  | { readonly kind: "request"; readonly index: number }
  | { readonly kind: "invalidate"; readonly descriptor: IecInvalidation }
  | { readonly kind: "enable" };

/** A unit part way through its commands. */
export interface VtdCacheState {
  /** IRTA as written, not yet taken. */
  readonly written: string | null;
  /** The table in force, since SIRTP. */
  readonly table: string | null;
  /** IRES. */
  readonly enabled: boolean;
  /** Entries in memory by index. */
  readonly memory: ReadonlyMap<number, bigint>;
  /** Entries the unit has read and keeps. */
  readonly cache: ReadonlyMap<number, bigint>;
}

/** What the unit knows at reset. */
export const RESET_UNIT: VtdCacheState = {
  written: null,
  table: null,
  enabled: false,
  memory: new Map(),
  cache: new Map(),
};

/** Why a command is a mistake of software's. */
export type SequenceFault = "enabledWithoutTable" | "pointerNotWritten";

/**
 * The unit after a command; a fault when software got the order wrong.
 * Source: Intel VT-d 5.1.7, 6.5.2.7 and 11.4.4.1; Linux iommu_set_irq_remapping, iommu_enable_irq_remapping.
 */
export function afterCommand(
  unit: VtdCacheState,
  command: VtdCommand,
): VtdCacheState | SequenceFault {
  switch (command.kind) {
    case "writeTablePointer":
      return { ...unit, written: command.table };
    case "setTablePointer":
      return unit.written === null ? "pointerNotWritten" : { ...unit, table: unit.written };
    case "enable":
      return unit.table === null ? "enabledWithoutTable" : { ...unit, enabled: true };
    case "writeEntry":
      return { ...unit, memory: new Map(unit.memory).set(command.index, command.entry) };
    case "request":
      return { ...unit, cache: withRead(unit, command.index) };
    case "invalidate":
      return { ...unit, cache: without(unit.cache, invalidatedIndexes(command.descriptor)) };
  }
}

/** The entry a request for an index meets now: the cached one, or memory's. */
export function entryMet({ cache, memory }: VtdCacheState, index: number): bigint {
  return cache.get(index) ?? memory.get(index) ?? 0n;
}

function withRead(unit: VtdCacheState, index: number): ReadonlyMap<number, bigint> {
  return unit.cache.has(index) ? unit.cache : new Map(unit.cache).set(index, entryMet(unit, index));
}

function without(
  cache: ReadonlyMap<number, bigint>,
  [first, last]: readonly [number, number],
): ReadonlyMap<number, bigint> {
  return new Map([...cache].filter(([index]) => index < first || index > last));
}
