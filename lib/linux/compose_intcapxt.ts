import { amdInterruptControl } from "../x86/amd_registers.ts";
import type { ApicState } from "./boot.ts";
import type { Route } from "./compose_message.ts";

/**
 * The register from which an AMD unit with XT sends its own interrupts: a whole x2APIC destination.
 * Kernels up to 5.10 filled it from the unit's own MSI, upper address word included: the one
 * rightful reader of those bits; the word is the same.
 *
 * Source: Linux 6.1 drivers/iommu/amd/init.c intcapxt_unmask_irq.
 */
export function composeIntcapxt({ destMode }: ApicState, { dest, vector }: Route): bigint {
  return amdInterruptControl.encode({
    destMode,
    destId0to23: dest & 0xff_ffff,
    destId24to31: dest >>> 24,
    vector,
  });
}
