/** Source: Linux drivers/iommu/intel/irq_remapping.c intel_prepare_irq_remapping. */
import type { IntelRemapping, Machine } from "../machine/machine.ts";
import { drhdUnits } from "./drhd_units.ts";
import type { Prepared, RemapInput } from "./irq_remapping.ts";

export type IntelDeclined =
  | "chipsetErratum"
  | "noDmarUnits"
  | "dmarFlagClear"
  | "noUnitRemaps"
  | "ioapicOutOfScope"
  | "unitCannotRemap";

export interface IntelNotes {
  /** I/O APIC that no unit has in scope. */
  readonly unmappedIoapic: number | null;
  /** Firmware set X2APIC_OPT_OUT and nobody overrode it. */
  readonly optedOut: boolean;
  /** The first unit without extended interrupt mode that the kernel meets, by its number. */
  readonly unitWithoutEim: number | null;
}

/** The steps in the kernel's order; each failure leaves the next vendor to try. */
export function intelPrepareIrqRemapping(
  { machine, options, x2apicFeature }: RemapInput,
): Prepared<IntelDeclined, IntelNotes> {
  if (chipsetHasErratum(machine)) return declined("chipsetErratum");
  const dmar = dmarOf(machine);
  if (!dmar || dmar.units.length === 0) return declined("noDmarUnits");
  if (!dmar.intrRemapFlag) return declined("dmarFlagClear");
  if (!dmar.units.some(({ ir }) => ir !== false)) return declined("noUnitRemaps");
  const unmappedIoapic = parseIoapicsUnderIr(dmar, machine);
  if (unmappedIoapic !== null) return declined("ioapicOutOfScope", unmappedIoapic);
  if (!dmar.units.every(({ ir }) => ir !== false)) return declined("unitCannotRemap");

  const optedOut = x2apicFeature && dmar.x2apicOptOut && !options.noX2apicOptout;
  const wantsEim = x2apicFeature && !optedOut;
  const unitWithoutEim = wantsEim ? firstWithoutEim(dmar) : null;
  return {
    kind: "prepared",
    mode: wantsEim && unitWithoutEim === null ? "x2apic" : "xapic",
    notes: { unmappedIoapic: null, optedOut, unitWithoutEim },
  };
}

/** Only the first is told: by then no unit is asked any more. */
function firstWithoutEim(dmar: IntelRemapping): number | null {
  return drhdUnits(dmar).find((at) => dmar.units[at]!.eim === false) ?? null;
}

export function dmarOf({ remapping }: Machine): IntelRemapping | null {
  return remapping?.vendor === "intel" ? remapping : null;
}

function declined(because: IntelDeclined, unmappedIoapic: number | null = null) {
  const notes = { unmappedIoapic, optedOut: false, unitWithoutEim: null };
  return { kind: "declined", because, notes } as const;
}

/**
 * The first I/O APIC that no remapping unit has in scope, null when all are covered. HPETs need
 * not be. Source: the same file, parse_ioapics_under_ir.
 */
function parseIoapicsUnderIr({ units }: IntelRemapping, { ioapics }: Machine): number | null {
  const remapping = units.filter(({ ir }) => ir !== false);
  const orphan = ioapics.find(({ id }) => !remapping.some((unit) => unit.ioapics.includes(id)));
  return orphan?.id ?? null;
}

const ERRATUM_BRIDGES = new Set(["8086:3403", "8086:3405", "8086:3406"]);

/**
 * Intel 5500 and 5520 host bridges up to revision 0x13, and the X58's 0x22, lose interrupts when
 * remapping. Source: Linux arch/x86/kernel/early-quirks.c intel_remapping_check.
 */
function chipsetHasErratum({ devices }: Machine): boolean {
  return devices.some(({ id, revision }) => {
    if (revision === undefined || !ERRATUM_BRIDGES.has(id)) return false;
    return revision <= 0x13 || (id === "8086:3405" && revision === 0x22);
  });
}
