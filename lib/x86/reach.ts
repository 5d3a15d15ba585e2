/**
 * Which APIC IDs a path can name, in closed form: LAPIC reading × message format × source.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { reachOf } from "./reach.ts";
 *
 * const reach = reachOf({ reading: "x2apic-logical", format: "ext15", source: "ioapic" });
 * assert.ok(reach.kind === "ids");
 * assert.equal(String(reach.ids), "0-14"); // ID 15 needs mask bit 15
 * ```
 *
 * @module
 */
import { IdSet } from "../bits/id_set.ts";
import type { LapicMode } from "./lapic.ts";
import { VTD_FAULTS } from "./vtd_fault.ts";

/** How the LAPICs of a machine read destinations. */
export type LapicReading =
  | "xapic-physical"
  | "xapic-logical-flat"
  | "xapic-logical-cluster"
  | "x2apic-physical"
  | "x2apic-logical";

/** What lies between device and LAPIC. */
export type MessageFormat =
  | "compat"
  | "ext15"
  | "vtd-xapic-irte"
  | "vtd-eim"
  | "amd-irte32"
  | "amd-irte128-xten0"
  | "amd-irte128-xten1"
  | "hyperv-no-ext"
  | "hyperv-ext";

/** Who sends. */
export type MessageSource = "msi" | "ioapic" | "hpet-fsb" | "iommu-own" | "ipi";

/** Destination bits a path can express; a hypercall names virtual processors instead. */
export type DestWidth = number | "hypercall" | null;

/** One path. */
export interface Path {
  /** How the LAPICs read. */
  readonly reading: LapicReading;
  /** What lies between. */
  readonly format: MessageFormat;
  /** Who sends. */
  readonly source: MessageSource;
}

/** What a path can name. */
export type PathReach =
  | {
    readonly kind: "ids";
    /** IDs that can be the single target. */
    readonly ids: IdSet;
    /** How many. */
    readonly count: number;
    /** Destinations that name everyone. */
    readonly broadcast: readonly number[];
  }
  | {
    /** Software hands out LDR bits: any `count` LAPICs, whatever their IDs. */
    readonly kind: "assigned";
    readonly count: number;
    /** Destinations that name a group within the set. */
    readonly groups: number;
    readonly broadcast: readonly number[];
  }
  /** A hypercall names virtual processors: all of them. */
  | { readonly kind: "virtualProcessors" }
  /** Hardware blocks every message. */
  | { readonly kind: "blocked"; readonly fault: number }
  /** There is no such sender here. */
  | { readonly kind: "noSuchSource" };

const BROADCAST = 0xffff_ffff;
const CLUSTER_BITS = 4;

/** Destination bits of everybody who sends through a format, IPIs apart. */
export type DeviceWidths = Readonly<Record<Exclude<MessageSource, "ipi">, DestWidth>>;

function everySource(bits: number): DeviceWidths {
  return { "msi": bits, "ioapic": bits, "hpet-fsb": bits, "iommu-own": bits };
}

/** Destination bits by format and source. Source: as each format's layout in this folder cites. */
export const DEST_WIDTHS: Readonly<Record<MessageFormat, DeviceWidths>> = {
  "compat": { ...everySource(8), "iommu-own": null },
  "ext15": { ...everySource(15), "iommu-own": null },
  "vtd-xapic-irte": everySource(8),
  "vtd-eim": everySource(32),
  "amd-irte32": everySource(8),
  "amd-irte128-xten0": everySource(8),
  "amd-irte128-xten1": everySource(32),
  "hyperv-no-ext": { "msi": "hypercall", "ioapic": 8, "hpet-fsb": null, "iommu-own": null },
  "hyperv-ext": { "msi": "hypercall", "ioapic": 15, "hpet-fsb": null, "iommu-own": null },
};

/** The mode of LAPICs that read so. */
export function modeOf(reading: LapicReading): LapicMode {
  return reading.startsWith("x2apic") ? "x2apic" : "xapic";
}

/** Destination bits of a path; null when there is no such sender. */
export function destWidth({ reading, format, source }: Path): DestWidth {
  if (source === "ipi") return modeOf(reading) === "x2apic" ? 32 : 8;
  return DEST_WIDTHS[format][source];
}

/** What a path can name. */
export function reachOf(path: Path): PathReach {
  const width = destWidth(path);
  if (width === null) return { kind: "noSuchSource" };
  if (width === "hypercall") return { kind: "virtualProcessors" };
  return reachByWidth(path.reading, width);
}

/** What LAPICs that read so can be named by, with destinations of `bits` bits (8 … 32). */
export function reachByWidth(reading: LapicReading, bits: number): PathReach {
  if (!(bits >= 8 && bits <= 32)) {
    throw new RangeError(`Cannot reach by ${bits}-bit destinations: they have 8 to 32 bits`);
  }
  return READINGS[reading](bits);
}

/**
 * A compatibility-format message while VT-d remapping is on: blocked (25h), unless CFIS is set and
 * EIME is clear; then it keeps its 8 bits. Source: Intel VT-d 5.1.4.
 */
export function compatibilityReach(
  reading: LapicReading,
  unit: { readonly extendedInterruptMode: boolean; readonly compatibilityFormat: boolean },
): PathReach {
  return unit.compatibilityFormat && !unit.extendedInterruptMode
    ? reachByWidth(reading, 8)
    : { kind: "blocked", fault: VTD_FAULTS.compatibilityBlocked.code };
}

/** What a receiver and a machine add to a path. */
export interface Receivers {
  /** APIC IDs of the machine's LAPICs; for logical xAPIC those that software gave an LDR bit. */
  readonly lapics: IdSet;
  /** Whether destination 0xFF reaches everyone although LAPICs run in x2APIC mode (KVM's quirk). */
  readonly byteIsBroadcast?: boolean;
}

/** The machine's LAPICs that the path can make its single target. */
export function reachable(reach: PathReach, { lapics, byteIsBroadcast }: Receivers): IdSet {
  switch (reach.kind) {
    case "ids":
      return lapics.intersect(byteIsBroadcast ? reach.ids.minus(ID_255) : reach.ids);
    case "assigned":
    case "virtualProcessors":
      return lapics;
    case "blocked":
    case "noSuchSource":
      return IdSet.empty;
  }
}

const ID_255 = IdSet.ids([0xff]);

const READINGS: Readonly<Record<LapicReading, (bits: number) => PathReach>> = {
  // An xAPIC compares 8 bits: wider destinations must hold zero above.
  "xapic-physical": () => ids(IdSet.of([0, 254]), [0xff]),
  "xapic-logical-flat": () => ({ kind: "assigned", count: 8, groups: 255, broadcast: [0xff] }),
  "xapic-logical-cluster": () => ({
    kind: "assigned",
    count: 15 * 4,
    groups: 15 * 15,
    broadcast: [0xff],
  }),
  "x2apic-physical": (bits) =>
    bits === 32
      ? ids(IdSet.of([0, BROADCAST - 1]), [BROADCAST])
      : ids(IdSet.of([0, 2 ** bits - 1]), []),
  "x2apic-logical": (bits) => {
    if (bits <= 16) return ids(IdSet.of([0, bits - 1]), []);
    // The all-ones cluster is left to broadcast when the field reaches it.
    const clusters = 2 ** (bits - 16) - (bits === 32 ? 1 : 0);
    return ids(IdSet.of([0, clusters * 2 ** CLUSTER_BITS - 1]), bits === 32 ? [BROADCAST] : []);
  },
};

function ids(set: IdSet, broadcast: readonly number[]): PathReach {
  return { kind: "ids", ids: set, count: set.count, broadcast };
}
