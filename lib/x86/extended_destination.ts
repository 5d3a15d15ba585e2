/**
 * What virtual machine monitors do with address bits 11:5 before KVM sees a message.
 *
 * KVM itself never looks at those bits: a monitor that advertises the extended destination moves
 * them to address 46:40, where KVM_CAP_X2APIC_API reads them.
 *
 * @module
 */

/** Monitors whose handling is known. */
export type Vmm = "qemu" | "cloud-hypervisor" | "openvmm" | "crosvm" | "firecracker";

const EXTENDED_BITS = 0x7fn << 5n;
const FORMAT_BIT = 1n << 4n;

/** The address a monitor hands to KVM. */
export const SWIZZLES: Readonly<Record<Vmm, (address: bigint) => bigint>> = {
  "qemu": swizzle,
  "cloud-hypervisor": swizzle,
  "openvmm": swizzle,
  "crosvm": (address) => address,
  "firecracker": (address) => address,
};

/**
 * Moves destination 14:8 from address 11:5 to 46:40; an address in remappable format, with a
 * used upper half, or without extended bits stays as it is.
 * Source: QEMU 10.2 target/i386/kvm/kvm.c kvm_swizzle_msi_ext_dest_id; cloud-hypervisor
 * hypervisor/src/kvm/mod.rs translate_msi_ext_dest_id.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { swizzle } from "./extended_destination.ts";
 *
 * assert.equal(swizzle(0xfee3_4240n), 0x1200_fee3_4000n);
 * ```
 */
export function swizzle(address: bigint): bigint {
  const extended = address & EXTENDED_BITS;
  if (extended === 0n || (address & FORMAT_BIT) !== 0n || address >> 32n !== 0n) return address;
  return (address & ~EXTENDED_BITS) | extended << 35n;
}
