/**
 * How remapping units raise their own interrupts.
 * Source: Linux drivers/iommu/intel/dmar.c dmar_set_interrupt; drivers/iommu/amd/init.c
 * iommu_init_irq.
 */
import { amdUnits, ivrsOf } from "./amd_iommu_prepare.ts";
import type { Decided } from "./decide.ts";
import { type DeviceDomain, parentOf } from "./device_domain.ts";
import { dmarOf } from "./intel_prepare_irq_remapping.ts";
import type { Found } from "./irqdomain.ts";

/** A unit's own interrupt is never remapped: its domain hangs under VECTOR itself. */
export function iommuDomains(decided: Decided): readonly DeviceDomain[] {
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

/** How an AMD unit interrupts: with XT by registers of its own, also while remapping is off. */
export function amdOwnInterrupt(
  { machine, era, options }: Decided,
): "intcapxt" | "pciMsi" | null {
  const ivrs = ivrsOf(machine);
  if (!ivrs || !machine.kernel.config.AMD_IOMMU || options.amdIommuOff) return null;
  const xt = amdUnits(ivrs, era, options).mode === "x2apic";
  return xt ? era.amdOwnInterrupt : "pciMsi";
}
