/**
 * The data half of an interrupt message, in every format.
 *
 * @module
 */
import { type Decoded, ignored, oneOf, Register, reserved, uint } from "../bits/register.ts";
import { DELIVERY_MODES, TRIGGERS } from "./interrupt_message.ts";

/** The data of a compatibility-format message. */
export const msiData = new Register({
  name: "MsiData",
  width: 32,
  source: "Intel SDM volume 3, 11.11.2; Linux arch/x86/include/asm/msi.h struct x86_msi_data",
  fields: {
    vector: uint(8, "Vector"),
    deliveryMode: oneOf(DELIVERY_MODES, "Delivery mode"),
    destModeLogical: uint(1, "Reserved; chipsets repeat the destination mode here"),
    reserved12to13: ignored(2),
    level: uint(1, "Level asserted; of no matter for edge"),
    trigger: oneOf(TRIGGERS, "Trigger mode"),
    reserved16to31: reserved(16),
  },
});
/** Fields of {@link msiData}. */
export type MsiData = Decoded<typeof msiData>;

/** The data of a VT-d remappable request whose address has SHV set. */
export const remappableData = new Register({
  name: "RemappableData",
  width: 32,
  source: "Intel VT-d 5.1.2.2; Linux arch/x86/include/asm/msi.h dmar_subhandle",
  fields: {
    subhandle: uint(16, "Added to the handle"),
    reserved16to31: reserved(16),
  },
});
/** Fields of {@link remappableData}. */
export type RemappableData = Decoded<typeof remappableData>;

/** The data of a message that an AMD unit remaps. */
export const amdRemappableData = new Register({
  name: "AmdRemappableData",
  width: 32,
  source: "AMD IOMMU specification 2.2.5; Linux drivers/iommu/amd/iommu.c irq_remapping_prepare",
  fields: {
    index: uint(11, "Index into the device's own table; 10:8 double as message type"),
    reserved11to31: ignored(21),
  },
});
/** Fields of {@link amdRemappableData}. */
export type AmdRemappableData = Decoded<typeof amdRemappableData>;
