/**
 * Under which domain each PCI function's messages are composed.
 * Source: Linux arch/x86/kernel/apic/msi.c, drivers/pci/msi/irqdomain.c;
 * drivers/iommu/intel/irq_remapping.c intel_irq_remap_add_device; drivers/iommu/amd/iommu.c
 * amd_iommu_set_pci_msi_domain.
 */
import type { PciFunction } from "../machine/machine.ts";
import type { Decided } from "./decide.ts";
import { type DeviceDomain, parentOf } from "./device_domain.ts";
import { drhdUnitOf } from "./dmar_find_matched_drhd_unit.ts";
import type { Era } from "./eras.ts";
import { dmarOf } from "./intel_prepare_irq_remapping.ts";
import { amdOwnInterrupt } from "./iommu_domain.ts";
import type { Found, IrqDomain } from "./irqdomain.ts";

export function pciDomains(decided: Decided): readonly DeviceDomain[] {
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

/** Class code of an IOMMU's PCI function. */
const IOMMU_CLASS = /^0806/i;

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
  return { domain: null, declined: [{ domain: "VECTOR", because }] };
}

/** Every message of a paravirtual domain's devices becomes an event channel. */
export function xenDomains(
  { machine: { devices }, era, options }: Decided,
): readonly DeviceDomain[] {
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
