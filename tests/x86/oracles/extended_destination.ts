/** Three implementations' decoders of the 15-bit destination, re-stated from their sources. */

/** OpenVMM vm/x86/x86defs/src/msi.rs: an 8-bit destination, and an 8-bit field at 11:4 above it. */
export function openVmmDestination(address: number): number {
  const destination = Math.floor(address / 4096) % 256;
  const extended = Math.floor(address / 16) % 256;
  return destination + (extended - extended % 2) / 2 * 256;
}

/**
 * cloud-hypervisor hypervisor/src/kvm/mod.rs translate_msi_ext_dest_id, then KVM's own reading of
 * the address pair (Linux arch/x86/include/asm/msi.h x86_msi_msg_get_destid with extid).
 */
export function cloudHypervisorDestination(address: number): number {
  let low = address, high = 0;
  const remappable = Math.floor(low / 16) % 2 === 1;
  if (!remappable) {
    const extended = Math.floor(low / 32) % 128;
    high += extended * 256;
    low -= extended * 32;
  }
  return kvmDestination(low, high);
}

/** QEMU target/i386/kvm/kvm.c kvm_swizzle_msi_ext_dest_id: the field moves up by 35 bits. */
export function qemuDestination(address: number): number {
  const field = BigInt(address) % 4096n - BigInt(address) % 16n;
  if (field === 0n || field / 16n % 2n === 1n) return kvmDestination(address, 0);
  const moved = BigInt(address) - field + field * 2n ** 35n;
  return kvmDestination(Number(moved % 2n ** 32n), Number(moved / 2n ** 32n));
}

function kvmDestination(low: number, high: number): number {
  return Math.floor(low / 4096) % 256 + Math.floor(high / 256) * 256;
}

/** libkrun src/devices ioapic_kvm.rs and QEMU hw/intc/ioapic.c: entry 63:48 onto address 19:4. */
export function entryAddress(entry: bigint): number {
  return 0xfee00000 + Number(entry / 2n ** 48n) * 16;
}
