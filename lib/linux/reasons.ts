/** The reasons of decisions as sentences: what each code of a `because` says to a person. */
import type { DeclinedDomain } from "./boot.ts";
import type { RejectedBecause } from "./registration.ts";

export const NOX2APIC = {
  bootIdNeedsX2apic: "the boot CPU's APIC ID does not fit an xAPIC",
  x2apicLocked: "firmware locked x2APIC mode",
  x2apicWasOn: "nox2apic, though firmware had switched it on",
  x2apicWasOff: "nox2apic",
};

export const APIC_OFF = {
  nolapic: "nolapic",
  xenPv: "a paravirtual domain has event channels instead",
  noX2apicConfig: "firmware hands over in x2APIC mode, the kernel was built without",
};

export const X2APIC_STATES = {
  on: () => ["on", "firmware hands over in x2APIC mode"],
  onLocked: () => ["on and locked", "firmware hands over in x2APIC mode and locked it"],
  off: () => ["off", "firmware hands over in xAPIC mode; the CPU can do x2APIC"],
  disabled: (cpuHas: boolean) => [
    "disabled",
    cpuHas ? "nox2apic took the feature away" : "the CPU has no x2APIC",
  ],
} satisfies Record<string, (cpuHas: boolean) => [string, string]>;

export const DECLINED = {
  chipsetErratum: "this host bridge loses interrupts when it remaps",
  noDmarUnits: "there is no DMAR table with units",
  dmarFlagClear: "the DMAR's INTR_REMAP flag is clear",
  noUnitRemaps: "no unit can remap interrupts",
  ioapicOutOfScope: "an I/O APIC is in no unit's scope",
  unitCannotRemap: "one unit cannot remap interrupts",
  noIvrs: "there is no IVRS table with units",
  amdIommuOff: "amd_iommu=off or iommu=off",
  ioapicNotInIvrs: "an I/O APIC is missing in the IVRS",
  noSouthbridgeIoapic: "the IVRS does not place the southbridge's I/O APIC",
  notHyperv: "this is no Hyper-V guest",
  extendedDestinations: "Hyper-V's I/O APIC reads 15-bit destinations: no stub is needed",
  noX2apicFeature: "without x2APIC the stub has no purpose",
};

export const REFUSED = {
  wasOff: "x2APIC stays off",
  disabled: "x2APIC is switched off",
  panic: "panic: the boot CPU's APIC ID needs x2APIC",
  kept: "x2APIC is locked and stays on, without a limit",
  modeLost: "x2APIC is locked and stays on, but software forgets it",
};

export const X2APIC_BECAUSE = {
  ioapicSkipped: "the I/O APIC is skipped, so the question is not asked",
  nosmpLeavesRoutingOut: "with nosmp this kernel chooses no routing, so the question is not asked",
  noFeatureNoRemapping: "the CPU's x2APIC is not to be used and nothing remaps",
  x2apicStateDisabled: "x2APIC was disabled before",
  remappingReachesAll: "remapped messages reach every APIC ID",
  hypervisorVouches: "the hypervisor vouches for x2APIC without remapping",
  nobodyVouches: "no x2APIC-mode remapping, and no hypervisor vouches",
  apicIdsAbove255: "no x2APIC-mode remapping, and some APIC ID is above 255",
};

export const DECLINED_PARENT: Readonly<Record<string, string>> = {
  apicIdsOutOfReach: "CPUs may come online that its own messages cannot reach",
  neitherIoapicNorHpet: "neither an I/O APIC nor an HPET",
  notInScope: "the firmware's table places the device elsewhere or nowhere",
  onlyIoapics: "it takes I/O APICs only",
  remappingOff: "remapping is off",
  selectNotCalled: "it was not asked",
  pciNomsi: "pci=nomsi",
  noUnitCoversDevice: "no remapping unit has the device in scope",
};

/** Who declined to be a device's parent, and why: `VECTOR declined: …`. */
export function declinedInWords(declined: readonly DeclinedDomain[]): string {
  return declined
    .map(({ domain, because }) => `${domain} declined: ${DECLINED_PARENT[because] ?? because}`)
    .join("; ");
}

/** Why an entry of the MADT is no CPU. */
export const REJECTED: Readonly<Record<RejectedBecause, string>> = {
  placeholderId: "its APIC ID is a placeholder",
  notOnlineCapable: "disabled in the MADT and not online-capable",
  x2apicEntryOfLowId: "an x2APIC entry below 255 beside local APIC entries is ignored",
  noX2apicConfig: "the kernel was built without x2APIC",
  invalidForDriver: "the APIC driver in force while the MADT is read does not take its APIC ID",
  exceedsMaxLocalApic: "its APIC ID exceeds 32767, the greatest Linux registers",
  disabledInFirmware: "disabled in the MADT, may be added later",
  requestedOff: "disable_cpu_apicid= names it",
  slotKeptForBootCpu: "the last CPU number is kept for the boot CPU",
  cpuLimit: "no CPU number is left for it",
  inPresentPackage: "hot-pluggable in a package that is present",
  apicDisabled: "the local APIC is not used",
  smpOff: "only the boot CPU runs",
};
