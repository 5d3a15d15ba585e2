/**
 * The address half of an interrupt message, in every format.
 *
 * ```text
 *  31      20 19        12 11         5  4   3   2  1 0
 * ┌──────────┬────────────┬────────────┬───┬───┬───┬───┐
 * │  0xFEE   │ destId 7:0 │ destId 14:8│ 0 │RH │DM │ - │ compatibility
 * ├──────────┼────────────┴────────────┼───┼───┼───┼───┤
 * │  0xFEE   │        handle 14:0      │ 1 │SHV│h15│ - │ remappable
 * └──────────┴─────────────────────────┴───┴───┴───┴───┘
 * ```
 *
 * @module
 */
import {
  type Decoded,
  fixed,
  fixedFlag,
  flag,
  ignored,
  oneOf,
  Register,
  uint,
} from "../bits/register.ts";
import { DEST_MODES } from "./interrupt_message.ts";

/** Bits 31:20 of every interrupt address. */
export const INTERRUPT_WINDOW = 0xfee;

/** The lower address of a compatibility-format message. */
export const msiAddressLow = new Register({
  name: "MsiAddressLow",
  width: 32,
  source: "Intel SDM volume 3, 11.11.1; Linux arch/x86/include/asm/msi.h struct x86_msi_addr_lo",
  fields: {
    reserved0to1: ignored(2),
    destMode: oneOf(DEST_MODES, "How the destination names LAPICs"),
    redirectionHint: flag("One of the named LAPICs suffices"),
    remappable: fixedFlag(false, "Clear: compatibility format"),
    destId8to14: uint(7, "Destination 14:8, read only where a hypervisor offers it"),
    destId0to7: uint(8, "Destination 7:0"),
    base: fixed(12, INTERRUPT_WINDOW, "0xFEE, the interrupt window"),
  },
});
/** Fields of {@link msiAddressLow}. */
export type MsiAddressLow = Decoded<typeof msiAddressLow>;

/** The upper address as KVM takes it with KVM_CAP_X2APIC_API; on a real bus it is zero. */
export const msiAddressHigh = new Register({
  name: "MsiAddressHigh",
  width: 32,
  source: "Linux arch/x86/include/asm/msi.h struct x86_msi_addr_hi; KVM API KVM_CAP_X2APIC_API",
  fields: {
    reserved0to7: fixed(8, 0, "Zero, or KVM answers EINVAL"),
    destId8to31: uint(24, "Destination 31:8"),
  },
});
/** Fields of {@link msiAddressHigh}. */
export type MsiAddressHigh = Decoded<typeof msiAddressHigh>;

/** The lower address of a remappable-format message. */
export const remappableAddressLow = new Register({
  name: "RemappableAddressLow",
  width: 32,
  source: "Intel VT-d 5.1.2.2; Linux arch/x86/include/asm/msi.h struct x86_msi_addr_lo dmar_*",
  fields: {
    reserved0to1: ignored(2),
    handle15: uint(1, "Handle 15"),
    subhandleValid: flag("SHV: data 15:0 is added to the handle"),
    remappable: fixedFlag(true, "Set: remappable format"),
    handle0to14: uint(15, "Handle 14:0"),
    base: fixed(12, INTERRUPT_WINDOW, "0xFEE, the interrupt window"),
  },
});
/** Fields of {@link remappableAddressLow}. */
export type RemappableAddressLow = Decoded<typeof remappableAddressLow>;

/** The CPU a message names; `extDestId` is the hypervisor's promise to read bits 11:5. */
export function destIdOf(low: MsiAddressLow, { extDestId }: { extDestId: boolean }): number {
  return extDestId ? low.destId8to14 << 8 | low.destId0to7 : low.destId0to7;
}

/** The 16-bit handle of a remappable address. */
export function handleOf({ handle0to14, handle15 }: RemappableAddressLow): number {
  return handle15 << 15 | handle0to14;
}
