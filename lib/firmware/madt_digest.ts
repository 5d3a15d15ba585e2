/**
 * What a MADT means: processors, I/O APICs and overrides, in the table's order.
 *
 * @module
 */
import { intiFlags, type Madt, type MadtEntry, processorFlags } from "./madt.ts";

/** A processor entry, in the words of a machine file. */
export interface MadtCpu {
  /** 0–255 in a `lapic` entry, 32 bits in an `x2apic` one; all ones mark an unused entry. */
  readonly apicId: number;
  /** Type 0 or type 9. */
  readonly entry: "lapic" | "x2apic";
  /** ACPI processor. */
  readonly uid: number;
  /** Ready for use. */
  readonly enabled: boolean;
  /** May be enabled at run time; told from revision 5 of the table on. */
  readonly onlineCapable?: boolean;
}

/** An I/O APIC. */
export interface MadtIoapic {
  /** I/O APIC ID. */
  readonly id: number;
  /** Physical address. */
  readonly address: number;
  /** GSI of pin 0. */
  readonly gsiBase: number;
}

/** An ISA IRQ that is not wired one to one, edge, active high. */
export interface InterruptOverride {
  /** 0: ISA. */
  readonly bus: number;
  /** ISA IRQ. */
  readonly irq: number;
  /** The GSI it is wired to. */
  readonly gsi: number;
  /** Polarity and trigger as found. */
  readonly flags: number;
  /** Active level; `bus`: as ISA has it, high. */
  readonly polarity: "bus" | "high" | "reserved2" | "low";
  /** Mode; `bus`: as ISA has it, edge. */
  readonly trigger: "bus" | "edge" | "reserved2" | "level";
}

/** What a MADT means. */
export interface MadtDigest {
  /** Where all local APICs are, an override taken into account. */
  readonly localApicAddress: bigint;
  /** The table's flags: bit 0 two 8259s. */
  readonly flags: number;
  /** Processor entries. */
  readonly cpus: readonly MadtCpu[];
  /** I/O APICs. */
  readonly ioapics: readonly MadtIoapic[];
  /** ISA overrides. */
  readonly overrides: readonly InterruptOverride[];
}

/**
 * What a MADT's entries mean. The online capable bit came with ACPI 6.3, revision 5 of this table;
 * Linux asked this revision at first, later that of the FADT.
 * Source: ACPI 6.5 5.2.12; Linux arch/x86/kernel/acpi/boot.c acpi_parse_madt.
 */
export function digestMadt(madt: Madt): MadtDigest {
  const { flags, entries } = madt;
  const moved = entries.findLast((entry) => entry.kind === "lapicAddressOverride");
  return {
    localApicAddress: moved?.address ?? BigInt(madt.localApicAddress),
    flags,
    cpus: entries.flatMap((entry) => cpuOf(entry, madt.header.revision)),
    ioapics: entries.flatMap((entry) => ioapicOf(entry)),
    overrides: entries.flatMap((entry) => overrideOf(entry)),
  };
}

function cpuOf(entry: MadtEntry, revision: number): MadtCpu[] {
  if (entry.kind !== "lapic" && entry.kind !== "x2apic") return [];
  const { enabled, onlineCapable } = processorFlags.decode(entry.flags);
  return [{
    apicId: entry.kind === "lapic" ? entry.apicId : entry.x2apicId,
    entry: entry.kind,
    uid: entry.acpiProcessorUid,
    enabled,
    ...(revision >= 5 && { onlineCapable }),
  }];
}

function ioapicOf(entry: MadtEntry): MadtIoapic[] {
  if (entry.kind !== "ioapic") return [];
  return [{ id: entry.ioapicId, address: entry.address, gsiBase: entry.gsiBase }];
}

function overrideOf(entry: MadtEntry): InterruptOverride[] {
  if (entry.kind !== "interruptSourceOverride") return [];
  const { bus, source, gsi, flags } = entry;
  const { polarity, trigger } = intiFlags.decode(flags);
  return [{ bus, irq: source, gsi, flags, polarity, trigger }];
}
