import type { Parent } from "./boot.ts";
import type { Era } from "./eras.ts";
import type { Found } from "./irqdomain.ts";

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

export function parentOf({ domain, declined }: Found, own: string | null, era: Era): Parent {
  return {
    domain: domain?.name ?? null,
    kind: domain?.kind ?? null,
    unit: domain?.unit ?? null,
    own: domain && era.hierarchicalDomains ? own : null,
    declined,
  };
}
