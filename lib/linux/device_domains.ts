import type { Decided } from "./decide.ts";
import type { DeviceDomain } from "./device_domain.ts";
import { hpetDomains } from "./hpet_domain.ts";
import { ioapicDomains } from "./ioapic_domain.ts";
import { iommuDomains } from "./iommu_domain.ts";
import { pciDomains, xenDomains } from "./pci_domain.ts";

/** I/O APICs, HPET, remapping units and PCI functions, in that order. */
export function deviceDomains(decided: Decided): readonly DeviceDomain[] {
  if (decided.apicOff === "xenPv") return xenDomains(decided);
  if (decided.apicOff || decided.panic?.kind === "cannotDisableX2apic") return [];
  return [
    ...ioapicDomains(decided),
    ...hpetDomains(decided),
    ...iommuDomains(decided),
    ...pciDomains(decided),
  ];
}
