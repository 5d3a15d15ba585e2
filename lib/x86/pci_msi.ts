/**
 * PCI's MSI and MSI-X capabilities: where functions keep their messages.
 *
 * @module
 */
import { type Decoded, flag, ignored, Register, reserved, uint } from "../bits/register.ts";
import { type Msi, remapIndex } from "./msi_message.ts";

/** Capability IDs in configuration space. */
export const PCI_CAPABILITY = { msi: 0x05, msix: 0x11 } as const;

/** MSI message control, offset 2 of the capability. */
export const msiControl = new Register({
  name: "MsiControl",
  width: 16,
  source: "PCI Local Bus specification 3.0, 6.8.1.3",
  fields: {
    enabled: flag("MSI enable"),
    capableLog2: uint(3, "MMC: log2 of the messages it can send"),
    enabledLog2: uint(3, "MME: log2 of the messages it may send"),
    address64: flag("Has an upper address"),
    maskable: flag("Has a mask and a pending bit for each message"),
    extendedData: flag("Can send 32 bits of data"),
    extendedDataEnabled: flag("Sends 32 bits of data"),
    reserved11to15: reserved(5),
  },
});
/** Fields of {@link msiControl}. */
export type MsiControl = Decoded<typeof msiControl>;

/** MSI-X message control, offset 2 of the capability. */
export const msixControl = new Register({
  name: "MsixControl",
  width: 16,
  source: "PCI Local Bus specification 3.0, 6.8.2.3",
  fields: {
    lastEntry: uint(11, "Table size less one"),
    reserved11to13: reserved(3),
    functionMask: flag("Every entry is masked"),
    enabled: flag("MSI-X enable"),
  },
});
/** Fields of {@link msixControl}. */
export type MsixControl = Decoded<typeof msixControl>;

/** Where the MSI-X table, or its pending bits, lie: offsets 4 and 8 of the capability. */
export const msixLocation = new Register({
  name: "MsixLocation",
  width: 32,
  source: "PCI Local Bus specification 3.0, 6.8.2.4",
  fields: { bar: uint(3, "BIR: base address register"), offset8: uint(29, "Offset in 8 bytes") },
});
/** Fields of {@link msixLocation}. */
export type MsixLocation = Decoded<typeof msixLocation>;

/** One MSI-X table entry, 16 bytes. */
export const msixEntry = new Register({
  name: "MsixEntry",
  width: 128,
  source: "PCI Local Bus specification 3.0, 6.8.2.6 to 6.8.2.9",
  fields: {
    addressLow: uint(32, "Message address"),
    addressHigh: uint(32, "Message upper address"),
    data: uint(32, "Message data"),
    masked: flag("Sends nothing, notes it as pending"),
    ignored97to127: ignored(31),
  },
});
/** Fields of {@link msixEntry}. */
export type MsixEntry = Decoded<typeof msixEntry>;

/** Where the words of an MSI capability lie, from its start; null where it has none. */
export interface MsiLayout {
  /** Lower address. */
  readonly address: number;
  /** Upper address. */
  readonly upperAddress: number | null;
  /** Data, 16 bits unless extended. */
  readonly data: number;
  /** One bit a message. */
  readonly mask: number | null;
  /** One bit a message. */
  readonly pending: number | null;
}

/** The layout that a capability's control word announces. Source: PCI 3.0, figure 6-9. */
export function msiLayout(
  { address64, maskable }: Pick<MsiControl, "address64" | "maskable">,
): MsiLayout {
  const data = address64 ? 0xc : 0x8;
  return {
    address: 0x4,
    upperAddress: address64 ? 0x8 : null,
    data,
    mask: maskable ? data + 4 : null,
    pending: maskable ? data + 8 : null,
  };
}

/**
 * The messages of a block of 2^`log2`: one address for all, and the function writes its message
 * number over the low data bits. So without remapping the whole block has one destination.
 * Source: PCI 3.0, 6.8.3.4.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { messageBlock } from "./pci_msi.ts";
 *
 * const block = messageBlock({ address: 0xfee0_1000n, data: 0x40 }, 2);
 * assert.deepEqual(block.map(({ data }) => data), [0x40, 0x41, 0x42, 0x43]);
 * ```
 */
export function messageBlock({ address, data }: Msi, log2: number): readonly Msi[] {
  if (!(Number.isInteger(log2) && log2 >= 0 && log2 <= 5)) {
    const count = Number((2 ** log2).toFixed(3));
    throw new RangeError(`Cannot send ${count} messages: a function sends 1, 2, 4, 8, 16 or 32`);
  }
  const count = 2 ** log2;
  const base = data - data % count;
  return Array.from({ length: count }, (_, number) => ({ address, data: base + number }));
}

/** The remapping indexes of a block in VT-d's format: with SHV one entry for each message. */
export function blockIndexes(msi: Msi, log2: number): readonly number[] {
  return messageBlock(msi, log2).map(({ address, data }) => remapIndex(address, data).index);
}

/** One message of a function: an MSI-X entry, or one of an MSI block. */
export interface MessageSlot {
  /** What is written when it is raised. */
  readonly message: Msi;
  /** Held back; a function without mask bits has it clear always. */
  readonly masked: boolean;
  /** Raised while held back. */
  readonly pending: boolean;
}

/** The slot afterwards, and what was sent. */
export interface SlotStep {
  /** The slot afterwards. */
  readonly slot: MessageSlot;
  /** The message, null when none left. */
  readonly sent: Msi | null;
}

/**
 * The function raises a message: it leaves, or is noted as pending while the slot or the whole
 * function is masked. Several raises while masked are one. Source: PCI 3.0, 6.8.3.2.
 */
export function raise(slot: MessageSlot, functionMask = false): SlotStep {
  return slot.masked || functionMask
    ? { slot: { ...slot, pending: true }, sent: null }
    : { slot, sent: slot.message };
}

/** Software masks or unmasks a slot; unmasking sends what is pending. */
export function setMask(slot: MessageSlot, masked: boolean): SlotStep {
  const leaves = !masked && slot.pending;
  return {
    slot: { ...slot, masked, pending: slot.pending && !leaves },
    sent: leaves ? slot.message : null,
  };
}
