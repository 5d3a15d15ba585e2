/**
 * The remapping entries Linux writes into an AMD unit's table.
 *
 * Source: Linux 6.1 drivers/iommu/amd/iommu.c irte_prepare, irte_ga_prepare.
 */
import { irte128, irte32 } from "../x86/amd_irte.ts";
import type { ApicState } from "./boot.ts";
import type { Route } from "./compose_message.ts";

/** The 32-bit entry of a unit without guest virtual APIC: 8 bits of destination. */
export function composeIrte32(apic: Delivery, route: Route): number {
  return irte32.encode({
    remapEnabled: true,
    ...deliveryOf(apic),
    destId: route.dest & 0xff,
    vector: route.vector,
  });
}

/** The 128-bit entry. Linux writes all 32 bits; without XT hardware reads the lowest 8 alone. */
export function composeIrte128(apic: Delivery, { dest, vector }: Route): bigint {
  return irte128.encode({
    remapEnabled: true,
    ...deliveryOf(apic),
    destId0to23: dest & 0xff_ffff,
    destId24to31: dest >>> 24,
    vector,
  });
}

type Delivery = Pick<ApicState, "destMode" | "deliveryMode">;

function deliveryOf({ destMode, deliveryMode }: Delivery) {
  return { destMode, intType: deliveryMode === "lowestPriority" ? "lowest" : "fixed" } as const;
}
