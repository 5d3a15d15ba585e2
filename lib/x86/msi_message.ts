/**
 * A message signalled interrupt as a pair of words: what it says, and what a receiver makes of it.
 *
 * Layout is syntax; whose destination bits count is the receiver's affair and is asked for.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { fixedMessage } from "./interrupt_message.ts";
 * import { encodeMsi, messageFromMsi } from "./msi_message.ts";
 *
 * const msi = encodeMsi(fixedMessage({ dest: 0x1234, vector: 0x31 }), "ext15");
 * assert.ok(msi.kind === "encoded");
 * assert.equal(msi.address, 0xfee3_4240n);
 * assert.equal(messageFromMsi(msi, "ext15").dest, 0x1234);
 * assert.equal(messageFromMsi(msi, "compat8").dest, 0x34); // the upper bits are lost
 * ```
 *
 * @module
 */
import type { InterruptMessage } from "./interrupt_message.ts";
import {
  handleOf,
  msiAddressHigh,
  type MsiAddressLow,
  msiAddressLow,
  remappableAddressLow,
} from "./msi_address.ts";
import { msiData, remappableData } from "./msi_data.ts";

/** The two words a device writes: address in 64 bits, data in 32. */
export interface Msi {
  /** Where the device writes. */
  readonly address: bigint;
  /** What it writes. */
  readonly data: number;
}

/**
 * Which address bits carry the destination: 19:12; those and 11:5; or those and 63:40, which no
 * device can send and only KVM_CAP_X2APIC_API understands.
 */
export type DestEncoding = "compat8" | "ext15" | "kvm32";

/** The widths of the {@link DestEncoding}s in bits. */
export const DEST_BITS: Readonly<Record<DestEncoding, 8 | 15 | 32>> = {
  compat8: 8,
  ext15: 15,
  kvm32: 32,
};

/** What the words of a message say, by their format bit. */
export type MsiReading =
  | {
    readonly kind: "compatibility";
    /** Whether the address lies in 0xFEE00000–0xFEEFFFFF; outside it is ordinary DMA. */
    readonly isInterruptAddress: boolean;
    /** Address 19:12. */
    readonly destId8: number;
    /** Address 11:5. */
    readonly extDestBits: number;
    /** Both of them. */
    readonly destId15: number;
    /** Address 63:40, as destination 31:8. */
    readonly addrHiDest: number;
    /** The destination as KVM reads it with KVM_CAP_X2APIC_API. */
    readonly destId32: number;
    /** The message, its destination read from 8 bits. */
    readonly message: InterruptMessage;
  }
  | RemapIndex & {
    readonly kind: "remappable";
    /** Whether the address lies in 0xFEE00000–0xFEEFFFFF. */
    readonly isInterruptAddress: boolean;
  };

/** Reads a message as a platform with VT-d would: address bit 4 chooses the format. */
export function readMsi({ address, data }: Msi): MsiReading {
  const low = msiAddressLow.decode(lowHalf(address));
  const isInterruptAddress = isInterrupt(address);
  if (low.remappable) {
    return { kind: "remappable", isInterruptAddress, ...remapIndex(address, data) };
  }
  return {
    kind: "compatibility",
    isInterruptAddress,
    destId8: low.destId0to7,
    extDestBits: low.destId8to14,
    destId15: DESTINATIONS.ext15(low, address),
    addrHiDest: upperDest(address),
    destId32: DESTINATIONS.kvm32(low, address),
    message: messageFromMsi({ address, data }, "compat8"),
  };
}

/** The message a receiver takes the words for. */
export function messageFromMsi({ address, data }: Msi, encoding: DestEncoding): InterruptMessage {
  const low = msiAddressLow.decode(lowHalf(address));
  const { vector, deliveryMode, level, trigger } = msiData.decode(data);
  return {
    dest: DESTINATIONS[encoding](low, address),
    destMode: low.destMode,
    redirectionHint: low.redirectionHint,
    deliveryMode,
    vector,
    trigger,
    level: level === 1,
  };
}

/** The words for a message, or the refusal when its destination does not fit. */
export type EncodedMsi =
  | ({ readonly kind: "encoded" } & Msi)
  | {
    readonly kind: "declined";
    readonly because: "destinationTooWide";
    /** Bits the encoding has. */
    readonly destBits: number;
  };

/** Encodes a message; a destination wider than the encoding is refused, never truncated. */
export function encodeMsi(message: InterruptMessage, encoding: DestEncoding): EncodedMsi {
  const destBits = DEST_BITS[encoding];
  if (message.dest >= 2 ** destBits) {
    return { kind: "declined", because: "destinationTooWide", destBits };
  }
  const upper = encoding === "kvm32" ? message.dest >>> 8 : 0;
  const low = msiAddressLow.encode({
    destMode: message.destMode,
    redirectionHint: message.redirectionHint,
    destId8to14: encoding === "ext15" ? message.dest >>> 8 : 0,
    destId0to7: message.dest & 0xff,
  });
  const high = msiAddressHigh.encode({ destId8to31: upper });
  return { kind: "encoded", address: BigInt(high) << 32n | BigInt(low), data: dataOf(message) };
}

/** Whether an address is an interrupt and not memory. Source: Intel VT-d 3.14. */
export function isInterrupt(address: bigint): boolean {
  return address >> 20n === 0xfeen;
}

/** Which table entry a remappable request asks for. */
export interface RemapIndex {
  /** Address 19:5 and 2. */
  readonly handle: number;
  /** SHV. */
  readonly subhandleValid: boolean;
  /** Data 15:0. */
  readonly subhandle: number;
  /** Handle, plus subhandle where SHV says so; 17 bits. */
  readonly index: number;
}

/** Handle, subhandle and index of a remappable request. Source: Intel VT-d 5.1.3. */
export function remapIndex(address: bigint, data: number): RemapIndex {
  const low = remappableAddressLow.decode(lowHalf(address));
  const handle = handleOf(low);
  const { subhandle } = remappableData.decode(data);
  const { subhandleValid } = low;
  return { handle, subhandleValid, subhandle, index: handle + (subhandleValid ? subhandle : 0) };
}

const DESTINATIONS: Readonly<
  Record<DestEncoding, (low: MsiAddressLow, address: bigint) => number>
> = {
  compat8: ({ destId0to7 }) => destId0to7,
  ext15: ({ destId0to7, destId8to14 }) => destId8to14 << 8 | destId0to7,
  kvm32: ({ destId0to7 }, address) => (upperDest(address) | destId0to7) >>> 0,
};

function dataOf({ vector, deliveryMode, level, trigger }: InterruptMessage): number {
  return msiData.encode({ vector, deliveryMode, level: level ? 1 : 0, trigger });
}

/** Destination 31:8 out of address 63:40. */
function upperDest(address: bigint): number {
  return msiAddressHigh.decode(Number(BigInt.asUintN(32, address >> 32n))).destId8to31 * 256;
}

function lowHalf(address: bigint): number {
  return Number(BigInt.asUintN(32, address));
}
