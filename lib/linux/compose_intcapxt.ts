/**
 * The register from which an AMD unit with XT sends its own interrupts: it holds a whole x2APIC
 * destination. Kernels up to 5.10 filled it from the unit's own MSI, upper address word included:
 * the one rightful reader of those bits; the word is the same.
 */
import { type Decoded, oneOf, register, reserved, uint } from "../bits/register.ts";
import { DEST_MODES } from "../x86/interrupt_message.ts";
import type { ApicState } from "./boot.ts";
import type { Route } from "./compose_message.ts";

/** MMIO 0x170 event log, 0x178 PPR log, 0x180 GA log. */
export const xtInterruptControl = register({
  name: "XtInterruptControl",
  width: 64,
  source: "AMD IOMMU specification 3.4.2; Linux drivers/iommu/amd/init.c union intcapxt",
  fields: {
    reserved0to1: reserved(2),
    destMode: oneOf(DEST_MODES, "How the destination names LAPICs"),
    reserved3to7: reserved(5),
    destId0to23: uint(24, "Destination 23:0"),
    vector: uint(8, "Vector"),
    deliveryMode: uint(1, "Fixed or arbitrated; Linux leaves it fixed"),
    reserved41to55: reserved(15),
    destId24to31: uint(8, "Destination 31:24"),
  },
});
export type XtInterruptControl = Decoded<typeof xtInterruptControl>;

/** Source: Linux 6.1 drivers/iommu/amd/init.c intcapxt_unmask_irq. */
export function composeIntcapxt({ destMode }: ApicState, { dest, vector }: Route): bigint {
  return xtInterruptControl.encode({
    destMode,
    destId0to23: dest & 0xff_ffff,
    destId24to31: dest >>> 24,
    vector,
  });
}
