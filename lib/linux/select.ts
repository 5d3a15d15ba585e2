/** The `select` functions of x86's parent domains: "is this device mine?" */
import type { AmdRemapping, IntelRemapping } from "../machine/machine.ts";
import type { Options } from "./cmdline.ts";
import { drhdUnits } from "./drhd_units.ts";
import { type Fwspec, x86FwspecIsHpet, x86FwspecIsIoapic } from "./fwspec.ts";

/** What a domain answers a device that looks for its parent. */
export type Selection =
  | { readonly kind: "selected" }
  | { readonly kind: "declined"; readonly because: DeclinedBecause };

/** Why a domain declines. */
export type DeclinedBecause =
  /** VECTOR: an APIC ID may be valid that its messages cannot name. */
  | "apicIdsOutOfReach"
  /** The device is none that is looked up by name. */
  | "neitherIoapicNorHpet"
  /** The firmware's table places the device under another unit, or nowhere. */
  | "notInScope"
  /** Hyper-V's stub: it takes no HPET. */
  | "onlyIoapics"
  /** AMD-IR exists, though its unit does not remap. */
  | "remappingOff"
  /** The kernel did not come to ask it, or it has no `select`. */
  | "selectNotCalled";

const SELECTED: Selection = { kind: "selected" };
const declined = (because: DeclinedBecause): Selection => ({ kind: "declined", because });

/**
 * VECTOR parents I/O APICs and HPETs while its own messages reach every CPU that may come online:
 * 15 destination bits at most, so an APIC ID of 1 << 15 must not be valid. Remapping is no part
 * of the question. Source: Linux 5.11 arch/x86/kernel/apic/vector.c x86_vector_select.
 */
export function x86VectorSelect(
  fwspec: Fwspec,
  { maxApicId }: { readonly maxApicId: number | null },
): Selection {
  if (apicIdValid(1 << 15, maxApicId)) return declined("apicIdsOutOfReach");
  const asked = x86FwspecIsIoapic(fwspec) || x86FwspecIsHpet(fwspec);
  return asked ? SELECTED : declined("neitherIoapicNorHpet");
}

/** `apic_id_valid` under a limit; null is no limit. */
export function apicIdValid(apicId: number, maxApicId: number | null): boolean {
  return maxApicId === null || apicId <= maxApicId;
}

/**
 * INTEL-IR-n takes an id when unit n is the first the kernel meets with it in scope.
 * Source: Linux 5.11 drivers/iommu/intel/irq_remapping.c intel_irq_remapping_select.
 */
export function intelIrqRemappingSelect(
  fwspec: Fwspec,
  dmar: IntelRemapping,
  unit: number,
): Selection {
  if (x86FwspecIsIoapic(fwspec)) return scoped("ioapics");
  if (x86FwspecIsHpet(fwspec)) return scoped("hpets");
  return declined("neitherIoapicNorHpet");

  function scoped(devices: "ioapics" | "hpets"): Selection {
    const id = fwspec.params[0]!;
    const found = drhdUnits(dmar).find((at) => dmar.units[at]![devices].includes(id));
    return found === unit ? SELECTED : declined("notInScope");
  }
}

/**
 * AMD-IR-n takes what the IVRS has a special device entry for, while remapping is on.
 * Source: Linux 5.11 drivers/iommu/amd/iommu.c irq_remapping_select.
 */
export function amdIrqRemappingSelect(
  fwspec: Fwspec,
  remapping: AmdRemapping,
  options: Options,
  { enabled }: { readonly enabled: boolean },
): Selection {
  if (!enabled) return declined("remappingOff");
  const id = fwspec.params[0]!;
  if (x86FwspecIsIoapic(fwspec)) return listed(ioapicRequesterId(remapping, options, id));
  if (x86FwspecIsHpet(fwspec)) return listed(hpetRequesterId(remapping, options, id));
  return declined("neitherIoapicNorHpet");
}

function listed(requesterId: number | null): Selection {
  return requesterId === null ? declined("notInScope") : SELECTED;
}

/** `get_ioapic_devid`: the command line before the IVRS. */
export function ioapicRequesterId(
  { ioapics }: AmdRemapping,
  { ivrsIoapics }: Options,
  id: number,
): number | null {
  return requesterId(ivrsIoapics, ioapics, id);
}

/** `get_hpet_devid`. */
export function hpetRequesterId(
  { hpets }: AmdRemapping,
  { ivrsHpets }: Options,
  id: number,
): number | null {
  return requesterId(ivrsHpets, hpets, id);
}

function requesterId(
  overrides: ReadonlyMap<number, number>,
  entries: AmdRemapping["ioapics"],
  id: number,
): number | null {
  const entry = entries.find((special) => special.id === id);
  return overrides.get(id) ?? (entry ? Number(entry.requesterId) : null);
}

/**
 * Hyper-V's stub takes any I/O APIC and no HPET.
 * Source: Linux 5.11 drivers/iommu/hyperv-iommu.c hyperv_irq_remapping_select.
 */
export function hypervIrqRemappingSelect(fwspec: Fwspec): Selection {
  return x86FwspecIsIoapic(fwspec) ? SELECTED : declined("onlyIoapics");
}
