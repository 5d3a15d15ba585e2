/**
 * Who parents each device, under which domain and chip names.
 * Sources: Linux arch/x86/kernel/apic/io_apic.c mp_irqdomain_create, arch/x86/kernel/apic/msi.c,
 * arch/x86/kernel/hpet.c hpet_create_irq_domain, drivers/iommu/intel/dmar.c,
 * drivers/iommu/amd/init.c iommu_setup_intcapxt.
 */
import type { PciFunction } from "../machine/machine.ts";
import { amdUnits, ivrsOf } from "./amd_iommu_prepare.ts";
import type { Declined, Parent } from "./boot.ts";
import type { Decided } from "./decide.ts";
import type { Era } from "./eras.ts";
import type { Found, IrqDomain } from "./irqdomain.ts";
import { drhdUnitOf } from "./dmar_find_matched_drhd_unit.ts";
import { dmarOf } from "./intel_prepare_irq_remapping.ts";
import { findParent } from "./parents.ts";

export type DeviceClass = "ioapic" | "hpetMsi" | "iommuMsi" | "pciMsi";

/** One device's place in the tree of domains. */
export interface DeviceDomain {
  /** `ioapic:0`, `hpet:0`, `iommu:0` or a PCI address. */
  readonly device: string;
  readonly class: DeviceClass;
  readonly parent: Parent;
  /** Chip name stem in /proc/interrupts; null while nothing of it is in use. */
  readonly chip: string | null;
  /** Domains between its own and the parent that composes, nearest first. */
  readonly between: readonly string[];
}

/** I/O APICs, HPET, remapping units and PCI functions, in that order. */
export function deviceDomains(decided: Decided): readonly DeviceDomain[] {
  if (decided.apicOff === "xenPv") return xenDomains(decided);
  if (decided.apicOff) return [];
  return [
    ...ioapicDomains(decided),
    ...hpetDomains(decided),
    ...iommuDomains(decided),
    ...pciDomains(decided),
  ];
}

/** Every message of a paravirtual domain's devices becomes an event channel. */
function xenDomains({ machine: { devices }, era, options }: Decided): readonly DeviceDomain[] {
  if (options.pciNomsi) return [];
  const xen: IrqDomain = { name: "XEN-MSI", kind: "xenMsi", unit: null, select: null };
  return devices.filter(({ msi, msix }) => msi + msix > 0).map(({ bdf, uses }) => ({
    device: bdf,
    class: "pciMsi",
    parent: parentOf({ domain: xen, declined: [] }, null, era),
    chip: uses === "none" ? null : "xen-pirq",
    between: [],
  }));
}

function ioapicDomains({ machine, era, ioapicParents }: Decided): readonly DeviceDomain[] {
  return ioapicParents.map((found, index) => {
    const { id } = machine.ioapics[index]!;
    const remapped = found.domain !== null && found.domain.kind !== "vector";
    const name = era.ioapicDomain === "byId"
      ? `IO-APIC-${id}`
      : `IO-APIC-${remapped ? "IR-" : ""}${index}`;
    return {
      device: `ioapic:${id}`,
      class: "ioapic",
      parent: parentOf(found, name, era),
      chip: found.domain ? `${remapped ? "IR-" : ""}IO-APIC` : null,
      between: [],
    };
  });
}

/** An HPET sends messages only where a CPU's own timer stops in deep sleep (no ARAT). */
function hpetDomains(decided: Decided): readonly DeviceDomain[] {
  const { machine: { hpet }, era, domains } = decided;
  if (!hpet || !wantsHpetMsi(decided)) return [];
  const found = findParent({ kind: "hpet", id: hpet.id }, domains, era);
  const remapped = found.domain !== null && found.domain.kind !== "vector";
  const stem = era.hierarchicalDomains ? "HPET-MSI" : "HPET_MSI";
  const named = era.parentSearch === "fwspec" ? stem : `${remapped ? "IR-" : ""}${stem}`;
  const inUse = found.domain !== null && hpetChannels(decided) > 0;
  return [{
    device: `hpet:${hpet.id}`,
    class: "hpetMsi",
    parent: parentOf(found, `${named}-${hpet.id}`, era),
    chip: inUse ? `${remapped ? "IR-" : ""}${stem}` : null,
    between: [],
  }];
}

export function wantsHpetMsi({ machine: { hpet, cpu }, options, apicOff }: Decided): boolean {
  return hpet !== null && !cpu.arat && !options.hpetOff && !options.hpetMsiOff && !apicOff;
}

/** Two channels serve as legacy timers, one as /dev/hpet. */
const RESERVED_CHANNELS = 3;

/** Channels that become per-CPU timers. Source: Linux 6.1 hpet_select_clockevents. */
export function hpetChannels({ machine: { hpet }, registration }: Decided): number {
  if (!hpet?.fsb) return 0;
  return Math.min(Math.max(hpet.timers - RESERVED_CHANNELS, 0), registration.possible);
}

/** A unit's own interrupt is never remapped: its domain hangs under VECTOR itself. */
function iommuDomains(decided: Decided): readonly DeviceDomain[] {
  const { machine, era, domains } = decided;
  const vector: Found = { domain: domains[0]!, declined: [] };
  const own = (device: string, name: string, chip: string): DeviceDomain => ({
    device,
    class: "iommuMsi",
    parent: parentOf(vector, name, era),
    chip,
    between: [],
  });
  const dmar = dmarOf(machine);
  if (dmar && dmarUnitsSetUp(decided)) {
    const name = era.hierarchicalDomains ? "DMAR-MSI" : "DMAR_MSI";
    return dmar.units.map((_, unit) => own(`iommu:${unit}`, name, name));
  }
  return amdOwnInterrupt(decided) === "intcapxt" ? [own("iommu:0", "AMD-Vi-MSI", "IOMMU-MSI")] : [];
}

/** For remapping interrupts or for translating DMA, whichever wants the units. */
function dmarUnitsSetUp({ machine: { kernel: { config } }, options, remapping }: Decided): boolean {
  if (!config.INTEL_IOMMU) return false;
  if (remapping.enabled?.vendor === "intel") return true;
  if (options.iommuOff) return false;
  return options.intelIommu ? options.intelIommu === "on" : config.INTEL_IOMMU_DEFAULT_ON;
}

/** How an AMD unit interrupts: hardware with XT by its own registers, also while remapping is off. */
function amdOwnInterrupt(
  { machine, era, options, remapping }: Decided,
): "intcapxt" | "pciMsi" | null {
  const ivrs = ivrsOf(machine);
  if (!ivrs || !machine.kernel.config.AMD_IOMMU || options.amdIommuOff) return null;
  if (options.iommuOff && remapping.enabled?.vendor !== "amd") return null;
  const xt = amdUnits(ivrs, era, options).mode === "x2apic";
  return xt ? era.amdOwnInterrupt : "pciMsi";
}

/** Class code of an IOMMU's PCI function. */
const IOMMU_CLASS = /^0806/i;

function pciDomains(decided: Decided): readonly DeviceDomain[] {
  const { machine: { devices } } = decided;
  const amdOwn = amdOwnInterrupt(decided);
  const parentFound = pciParents(decided);
  return devices.filter(({ msi, msix }) => msi + msix > 0).map((device) => {
    const isUnit = amdOwn !== null && IOMMU_CLASS.test(device.class);
    if (!isUnit) return pciDomain(device, device.uses, parentFound(device), decided);
    const uses = amdOwn === "pciMsi" ? "msi" : "none";
    return pciDomain(device, uses, unremapped(decided), decided);
  });
}

function pciDomain(
  device: PciFunction,
  uses: PciFunction["uses"],
  found: Found,
  { era, promises }: Decided,
): DeviceDomain {
  const remapped = found.domain?.kind === "intelIr" || found.domain?.kind === "amdIr";
  const inUse = uses !== "none" && found.domain !== null;
  const perDevice = era.msiDomains === "perDevice";
  const stem = `${remapped ? "IR-" : ""}PCI-MSI${perDevice && uses === "msix" ? "X" : ""}`;
  const own = pciDomainName(device, uses, stem, found.domain, era);
  return {
    device: device.bdf,
    class: "pciMsi",
    parent: parentOf(found, inUse ? own : null, era),
    chip: inUse ? stem : null,
    between: found.domain && promises.hypervRoot ? ["HV-PCI-MSI"] : [],
  };
}

/** Up to 6.1 one domain serves all devices of a parent; later each device and kind has its own. */
function pciDomainName(
  { bdf }: PciFunction,
  uses: PciFunction["uses"],
  stem: string,
  parent: IrqDomain | null,
  { msiDomains, busTokens }: Era,
): string {
  if (msiDomains === "global") {
    const name = parent?.kind === "intelIr"
      ? `INTEL-IR-MSI-${parent.unit}`
      : parent?.kind === "amdIr"
      ? `AMD-IR-MSI-${parent.unit}`
      : "PCI-MSI";
    return `${name}-${busTokens.pciMsi}`;
  }
  return `${stem}-${bdf}-${uses === "msix" ? busTokens.pciDeviceMsix : busTokens.pciDeviceMsi}`;
}

/**
 * Who composes each function's messages: the unit that remaps them, or VECTOR. Intel's driver
 * leaves a function that no unit covers without any MSI domain; AMD's leaves it with VECTOR.
 */
function pciParents(decided: Decided): (device: PciFunction) => Found {
  const { machine, domains, options, remapping } = decided;
  if (options.pciNomsi) return () => orphan("pciNomsi");
  switch (remapping.enabled?.vendor) {
    case "intel": {
      const unitOf = drhdUnitOf(dmarOf(machine)!, machine);
      return (device) => intelParent(unitOf(device), domains);
    }
    case "amd": {
      const found = { domain: domains.find(({ kind }) => kind === "amdIr")!, declined: [] };
      return () => found;
    }
    default:
      return () => unremapped(decided);
  }
}

function intelParent(unit: number | null, domains: readonly IrqDomain[]): Found {
  if (unit === null) return orphan("noUnitCoversDevice");
  return { domain: domains.find((domain) => domain.unit === unit)!, declined: [] };
}

function unremapped({ domains, options }: Decided): Found {
  return options.pciNomsi ? orphan("pciNomsi") : { domain: domains[0]!, declined: [] };
}

function orphan(because: string): Found {
  return { domain: null, declined: [{ domain: "VECTOR", because }] as readonly Declined[] };
}

function parentOf({ domain, declined }: Found, own: string | null, era: Era): Parent {
  return {
    domain: domain?.name ?? null,
    kind: domain?.kind ?? null,
    unit: domain?.unit ?? null,
    own: domain && era.hierarchicalDomains ? own : null,
    declined,
  };
}
