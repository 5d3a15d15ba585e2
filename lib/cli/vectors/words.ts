/** Groups about words: `msi-decode`, `msi-encode`, `msi-multi`, `extdest-swizzle`, `rte`, `eoi`, `hpet`. */
import { SWIZZLES } from "../../x86/extended_destination.ts";
import { hpetRoute, hpetTimer } from "../../x86/hpet.ts";
import { afterEoi } from "../../x86/ioapic.ts";
import { messageFromEntry } from "../../x86/ioapic_message.ts";
import { type DestEncoding, encodeMsi, type Msi, readMsi } from "../../x86/msi_message.ts";
import { blockIndexes, messageBlock } from "../../x86/pci_msi.ts";
import {
  redirectionTableEntry,
  remappableRedirectionTableEntry,
} from "../../x86/redirection_table_entry.ts";
import { bigintIn, bit, flagIn, type Given, hex, numberIn } from "./input.ts";
import { messageIn } from "./lapics.ts";

/** Address and data to fields. */
export function msiDecode(given: Given) {
  const reading = readMsi(msiIn(given));
  const { isInterruptAddress } = reading;
  if (reading.kind === "remappable") {
    return {
      isInterruptAddress,
      format: reading.kind,
      handle: hex(reading.handle),
      shv: bit(reading.subhandleValid),
      subhandle: hex(reading.subhandle),
      index: hex(reading.index),
    };
  }
  const { redirectionHint, destMode, vector, deliveryMode, level, trigger } = reading.message;
  return {
    isInterruptAddress,
    format: reading.kind,
    destId8: hex(reading.destId8),
    extDestBits: hex(reading.extDestBits),
    destId15: hex(reading.destId15),
    addrHiDest: hex(reading.addrHiDest),
    destId32KvmX2apicFormat: hex(reading.destId32),
    redirectionHint: bit(redirectionHint),
    destMode,
    vector: hex(vector),
    deliveryMode,
    level: bit(level),
    trigger,
  };
}

/** A destination to words, or the refusal. */
export function msiEncode(given: Given) {
  const encoded = encodeMsi(messageIn(given), encodingIn(given));
  return encoded.kind === "declined"
    ? { encodable: false }
    : { encodable: true, ...words(encoded) };
}

function encodingIn(given: Given): DestEncoding {
  if (flagIn(given, "kvmX2apicFormat")) return "kvm32";
  return flagIn(given, "extDestId") ? "ext15" : "compat8";
}

/** What a monitor hands to KVM. */
export function swizzled(given: Given) {
  return { address: hex(SWIZZLES.qemu(bigintIn(given, "address"))) };
}

/** A block of messages: every one's vector and destination, or its remapping entry. */
export function msiMulti(given: Given) {
  const msi = msiIn(given);
  const log2 = Math.log2(numberIn(given, "messages", 1));
  const readings = messageBlock(msi, log2).map(readMsi);
  const indexes = blockIndexes(msi, log2).map(hex);
  if (readings[0]?.kind === "remappable") return { irteIndexes: indexes };
  const messages = readings.flatMap((r) => r.kind === "compatibility" ? [r.message] : []);
  const dests = messages.map(({ dest }) => hex(dest));
  const block = messageBlock(msi, log2);
  return {
    vectors: messages.map(({ vector }) => hex(vector)),
    data: block.map(({ data }) => hex(data)),
    dests,
    dest: dests[0],
    irteIndexes: block.map(({ data }) => hex(data & 0x7ff)),
  };
}

const IOAPICS = ["ich", "qemu", "cloud-hypervisor", "crosvm"] as const;

/** A redirection entry's fields, and the message of each implementation. */
export function rte(given: Given) {
  const raw = bigintIn(given, "rte");
  const entry = redirectionTableEntry.decode(raw);
  const { index0to14, index15 } = remappableRedirectionTableEntry.decode(raw);
  return {
    fields: {
      vector: hex(entry.vector),
      deliveryMode: entry.deliveryMode,
      destMode: entry.destMode,
      deliveryStatus: bit(entry.deliveryStatus),
      activeLow: bit(entry.activeLow),
      remoteIrr: bit(entry.remoteIrr),
      trigger: entry.trigger,
      masked: bit(entry.masked),
      destId8: hex(entry.destId0to7),
      extDestBits: hex(entry.destId8to14),
      destId15: hex(entry.destId8to14 << 8 | entry.destId0to7),
      interruptFormat: bit(entry.remappable),
      remapIndex: hex(index15 << 15 | index0to14),
    },
    message: Object.fromEntries(IOAPICS.map((flavour) => {
      const message = messageFromEntry(raw, flavour);
      return [flavour, message && words(message)];
    })),
  };
}

/** An entry after the EOI of a vector. */
export function eoi(given: Given) {
  return { rte: hex(afterEoi(bigintIn(given, "rte"), numberIn(given, "eoiVector"))) };
}

/** An HPET timer's configuration, and its message where it sends one. */
export function hpet(given: Given) {
  const timer = hpetTimer.decode(bigintIn(given, "config"));
  const { address, data } = hpetRoute.decode(bigintIn(given, "route"));
  const message = { address: hex(address), data: hex(data) };
  return {
    fsbEnabled: timer.fsbEnabled,
    fsbCapable: timer.fsbCapable,
    interruptEnabled: timer.interruptEnabled,
    trigger: timer.trigger,
    ioapicPin: hex(timer.ioapicPin),
    routeCapMask: hex(timer.routeCapMask),
    ...(timer.fsbEnabled && { message }),
  };
}

/** `address` and `data`. */
export function msiIn(given: Given): Msi {
  return { address: bigintIn(given, "address"), data: numberIn(given, "data") };
}

/** A message as the vectors write it. */
export function words({ address, data }: Msi) {
  return { address: hex(address), data: hex(data) };
}
