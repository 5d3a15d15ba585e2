/**
 * From redirection entry to message, as each I/O APIC does it.
 *
 * Entry bits 63:48 map straight onto address 19:4 and bit 11 onto address 2; what is copied, and
 * what the data says besides, differs.
 *
 * @module
 */
import { msiAddressLow } from "./msi_address.ts";
import { msiData } from "./msi_data.ts";
import type { Msi } from "./msi_message.ts";
import { type RedirectionTableEntry, redirectionTableEntry } from "./redirection_table_entry.ts";

/** The I/O APICs whose entry-to-message rule is known. */
export type IoapicFlavour =
  | "ich"
  | "openvmm"
  | "qemu"
  | "cloud-hypervisor"
  | "crosvm"
  | "kvm-in-kernel"
  | "xen"
  | "bhyve"
  | "acrn";

/** What one implementation does with an entry. */
export interface IoapicRules {
  /** Where it is read. */
  readonly source: string;
  /** Whether entry 55:48 (upper destination bits, or format and index) reach the message. */
  readonly copiesUpperBits: boolean;
  /** Whether the message says that one of the named LAPICs suffices. */
  readonly redirectionHint: (entry: RedirectionTableEntry) => boolean;
  /** Data bit 11 repeats the destination mode. */
  readonly repeatsDestMode: boolean;
  /** Data bit 14. */
  readonly level: (entry: RedirectionTableEntry) => boolean;
}

const never = () => false;

/** Delivered inside the hypervisor without a message: destination 63:56 alone, no hint. */
const DIRECT: Omit<IoapicRules, "source"> = {
  copiesUpperBits: false,
  redirectionHint: never,
  repeatsDestMode: false,
  level: never,
};

const ICH: IoapicRules = {
  source: "Intel ICH family datasheets, interrupt message format; OpenVMM vm/devices/chipset",
  copiesUpperBits: true,
  redirectionHint: ({ deliveryMode }) => deliveryMode === "lowest",
  repeatsDestMode: true,
  level: () => true,
};

/** The rules of every implementation. */
export const IOAPIC_RULES: Readonly<Record<IoapicFlavour, IoapicRules>> = {
  "ich": ICH,
  "openvmm": ICH,
  "qemu": {
    source: "QEMU 10.2 hw/intc/ioapic.c ioapic_entry_parse",
    copiesUpperBits: true,
    redirectionHint: never,
    repeatsDestMode: false,
    level: never,
  },
  "cloud-hypervisor": {
    source: "cloud-hypervisor devices/src/ioapic.rs update_entry, August 2026",
    copiesUpperBits: false,
    redirectionHint: () => true,
    repeatsDestMode: false,
    level: ({ remoteIrr }) => remoteIrr,
  },
  "crosvm": {
    source: "crosvm devices/src/irqchip/ioapic.rs, August 2026",
    copiesUpperBits: false,
    redirectionHint: never,
    repeatsDestMode: false,
    level: never,
  },
  "kvm-in-kernel": { source: "Linux 6.19 arch/x86/kvm/ioapic.c ioapic_service", ...DIRECT },
  "xen": { source: "Xen xen/arch/x86/hvm/vioapic.c vioapic_deliver", ...DIRECT },
  "bhyve": { source: "FreeBSD 14 sys/amd64/vmm/io/vioapic.c", ...DIRECT },
  "acrn": { source: "ACRN hypervisor/dm/vioapic.c", ...DIRECT },
};

/**
 * The message an entry sends; null while it is masked.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { messageFromEntry } from "./ioapic_message.ts";
 *
 * const entry = 0x0102_0000_0000_0031n; // destination 0x101
 * assert.equal(messageFromEntry(entry, "qemu")?.address, 0xfee0_1020n);
 * assert.equal(messageFromEntry(entry, "cloud-hypervisor")?.address, 0xfee0_1008n);
 * ```
 */
export function messageFromEntry(raw: bigint, flavour: IoapicFlavour): Msi | null {
  const entry = redirectionTableEntry.decode(raw);
  if (entry.masked) return null;
  const rules = IOAPIC_RULES[flavour];
  return { address: BigInt(addressOf(entry, rules)), data: dataOf(entry, rules) };
}

function addressOf(entry: RedirectionTableEntry, rules: IoapicRules): number {
  return msiAddressLow.encode({
    destMode: entry.destMode,
    redirectionHint: rules.redirectionHint(entry),
    remappable: rules.copiesUpperBits && entry.remappable,
    destId8to14: rules.copiesUpperBits ? entry.destId8to14 : 0,
    destId0to7: entry.destId0to7,
  });
}

function dataOf(entry: RedirectionTableEntry, rules: IoapicRules): number {
  return msiData.encode({
    vector: entry.vector,
    deliveryMode: entry.deliveryMode,
    destModeLogical: rules.repeatsDestMode && entry.destMode === "logical" ? 1 : 0,
    level: rules.level(entry) ? 1 : 0,
    trigger: entry.trigger,
  });
}
