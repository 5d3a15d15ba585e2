/**
 * VT-d interrupt remapping table entries, 128 bits, and the descriptor a posted one points to.
 *
 * @module
 */
import {
  type Decoded,
  fixedFlag,
  flag,
  ignored,
  oneOf,
  Register,
  reserved,
  uint,
  wide,
} from "../bits/register.ts";
import { DELIVERY_MODES, DEST_MODES, TRIGGERS } from "./interrupt_message.ts";

/** Which bits of the requester ID are compared, code 0 first. */
export const SOURCE_ID_QUALIFIERS = [
  "all",
  "ignoreBit2",
  "ignoreBits2to1",
  "ignoreBits2to0",
] as const;
/** How the requester is checked, code 0 first. */
export const SOURCE_VALIDATION_TYPES = ["none", "sourceId", "busRange", "reserved3"] as const;

const MODE_FIELDS = {
  present: flag("P: entry may be used"),
  faultProcessingDisable: flag("FPD: qualified faults are not recorded"),
  destMode: oneOf(DEST_MODES, "DM: how the destination names LAPICs"),
  redirectionHint: flag("RH: one of the named LAPICs suffices"),
  trigger: oneOf(TRIGGERS, "TM: trigger mode"),
  deliveryMode: oneOf(DELIVERY_MODES, "DLM: delivery mode"),
  available: ignored(4, "For software"),
  reserved12to14: reserved(3),
  posted: fixedFlag(false, "IM: clear, remapped"),
  vector: uint(8, "V: vector"),
  reserved24to31: reserved(8),
} as const;

const SOURCE_FIELDS = {
  sourceId: uint(16, "SID: requester ID, or first and last bus"),
  sourceIdQualifier: oneOf(SOURCE_ID_QUALIFIERS, "SQ: which bits are compared"),
  sourceValidationType: oneOf(SOURCE_VALIDATION_TYPES, "SVT: how the requester is checked"),
} as const;

/** A remapped entry while the unit runs with EIME set: 32 bits of destination. */
export const irteRemapped = new Register({
  name: "IrteRemapped",
  width: 128,
  source: "Intel VT-d 9.10; Linux include/linux/dmar.h struct irte",
  fields: {
    ...MODE_FIELDS,
    destId: uint(32, "DST: destination, x2APIC mode"),
    ...SOURCE_FIELDS,
    reserved84to127: reserved(44),
  },
});
/** Fields of {@link irteRemapped}. */
export type IrteRemapped = Decoded<typeof irteRemapped>;

/** A remapped entry while EIME is clear: the destination is bits 47:40 alone. */
export const irteRemappedXapic = new Register({
  name: "IrteRemappedXapic",
  width: 128,
  source: "Intel VT-d 9.10, DST in xAPIC mode; Linux IRTE_DEST (x) << 8",
  fields: {
    ...MODE_FIELDS,
    reserved32to39: reserved(8),
    destId: uint(8, "DST 15:8: destination, xAPIC mode"),
    reserved48to63: reserved(16),
    ...SOURCE_FIELDS,
    reserved84to127: reserved(44),
  },
});
/** Fields of {@link irteRemappedXapic}. */
export type IrteRemappedXapic = Decoded<typeof irteRemappedXapic>;

/** A posted entry: the interrupt is noted in a descriptor in memory. */
export const irtePosted = new Register({
  name: "IrtePosted",
  width: 128,
  source: "Intel VT-d 9.11; Linux include/linux/dmar.h struct irte p_*",
  fields: {
    present: flag("P: entry may be used"),
    faultProcessingDisable: flag("FPD: qualified faults are not recorded"),
    reserved2to7: reserved(6),
    available: ignored(4, "For software"),
    reserved12to13: reserved(2),
    urgent: flag("URG: notify even while suppressed"),
    posted: fixedFlag(true, "IM: set, posted"),
    vector: uint(8, "V: bit of the descriptor's request field"),
    reserved24to37: reserved(14),
    descriptorAddress6to31: uint(26, "PDA 31:6"),
    ...SOURCE_FIELDS,
    reserved84to95: reserved(12),
    descriptorAddress32to63: uint(32, "PDA 63:32"),
  },
});
/** Fields of {@link irtePosted}. */
export type IrtePosted = Decoded<typeof irtePosted>;

/** The posted-interrupt descriptor, 64 bytes. */
export const postedDescriptor = new Register({
  name: "PostedDescriptor",
  width: 512,
  source: "Intel VT-d 9.12; Linux arch/x86/include/asm/posted_intr.h struct pi_desc",
  fields: {
    requests: wide(256, "PIR: one bit a vector"),
    outstanding: flag("ON: a notification is under way"),
    suppress: flag("SN: no notification unless urgent"),
    reserved258to271: reserved(14),
    notificationVector: uint(8, "NV: physical interrupt that notifies"),
    reserved280to287: reserved(8),
    notificationDest: uint(32, "NDST: x2APIC ID, or xAPIC ID in bits 15:8"),
    reserved320to511: reserved(192),
  },
});
/** Fields of {@link postedDescriptor}. */
export type PostedDescriptor = Decoded<typeof postedDescriptor>;

/** The descriptor's address: 64-byte aligned. */
export function descriptorAddressOf(entry: IrtePosted): bigint {
  return BigInt(entry.descriptorAddress32to63) << 32n |
    BigInt(entry.descriptorAddress6to31) << 6n;
}
