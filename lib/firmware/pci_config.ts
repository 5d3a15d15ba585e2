/**
 * PCI functions from their configuration space.
 *
 * @module
 */
import { msiControl, msixControl, PCI_CAPABILITY } from "../x86/pci_msi.ts";
import { bytesOfHex } from "./hex.ts";
import { lineFault, type Malformed } from "./malformed.ts";
import { implied, structure, u16, u8 } from "./structure.ts";

/** A function and the start of its configuration space. */
export interface PciConfig {
  /** `ssss:bb:dd.f`. */
  readonly bdf: string;
  /** At least the 64 bytes of the header; root sees 256 or more. */
  readonly bytes: Uint8Array;
}

/** A function in the words of a machine file. */
export interface PciFunctionDigest {
  /** `ssss:bb:dd.f`. */
  readonly bdf: string;
  /** `vendor:device`. */
  readonly id: string;
  /** Class, subclass and interface. */
  readonly class: string;
  /** Messages its MSI capability can send; 0 without one. */
  readonly msi: number;
  /** Entries of its MSI-X table; 0 without one. */
  readonly msix: number;
  /** What is enabled. */
  readonly uses: "msi" | "msix" | "none";
}

/** Tells a text's functions from a fault. */
export interface PciConfigText {
  /** Tells it from {@linkcode Malformed}. */
  readonly kind: "pciConfig";
  /** In the text's order. */
  readonly functions: readonly PciConfig[];
}

const HEADER_BYTES = 64;
const BDF = /^((?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])(?: (.*))?$/i;
const ROW = /^[0-9a-f]{2,3}:((?: [0-9a-f]{2})+)$/i;

/**
 * The functions in what `lspci -xxx` prints, or in lines of an address and all bytes as hex.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { parsePciConfig } from "./pci_config.ts";
 *
 * const text = `00:1f.0 ISA bridge\n00: 86 80 ${"00 ".repeat(14)}
 * 10: ${"00 ".repeat(16)}
 * 20: ${"00 ".repeat(16)}
 * 30: ${"00 ".repeat(16)}
 * `;
 * const answer = parsePciConfig(text);
 * assert(answer.kind === "pciConfig");
 * assert.equal(answer.functions[0]?.bdf, "0000:00:1f.0");
 * ```
 */
export function parsePciConfig(text: string): PciConfigText | Malformed {
  const found: { readonly line: number; readonly bdf: string; hex: string }[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    const [, bdf, rest = ""] = BDF.exec(line.trimEnd()) ?? [];
    const row = ROW.exec(line.trimEnd())?.[1];
    if (bdf) found.push({ line: i + 1, bdf: wholeBdf(bdf), hex: isHex(rest) ? rest : "" });
    else if (row && found.length > 0) found.at(-1)!.hex += row.replaceAll(" ", "");
    else if (line.trim() !== "") return unreadable(i + 1, line);
  }
  const functions = found.map(({ bdf, hex }) => ({ bdf, bytes: bytesOfHex(hex)! }));
  const short = functions.findIndex(({ bytes }) => bytes.length < HEADER_BYTES);
  if (short >= 0) return tooShort(found[short]!.line, functions[short]!);
  return { kind: "pciConfig", functions };
}

function wholeBdf(bdf: string): string {
  return (bdf.length === "00:00.0".length ? `0000:${bdf}` : bdf).toLowerCase();
}

function isHex(text: string): boolean {
  return text.length >= 2 * HEADER_BYTES && bytesOfHex(text) !== undefined;
}

function unreadable(line: number, text: string): Malformed {
  const found = JSON.stringify(text.slice(0, 60));
  return lineFault("PCI configuration space", line, found, "give what lspci -xxx prints");
}

function tooShort(line: number, { bdf, bytes }: PciConfig): Malformed {
  const found = `${bytes.length} bytes of ${bdf}`;
  const needs = `a header has ${HEADER_BYTES}; give what lspci -xxx prints`;
  return lineFault("PCI configuration space", line, found, needs);
}

const header = structure({
  name: "PCI configuration header",
  source: "PCI Local Bus specification 3.0, 6.1",
  fields: {
    vendorId: u16("Vendor"),
    deviceId: u16("Device"),
    command: u16("Command"),
    status: u16("Bit 4: has a list of capabilities"),
    revision: u8("Revision"),
    interface: u8("Programming interface"),
    subclass: u8("Subclass"),
    class: u8("Class"),
    cacheLineSize: u8("Cache line size"),
    latencyTimer: u8("Latency timer"),
    headerType: u8("Bits 6:0: 0 device, 1 bridge, 2 CardBus bridge"),
    selfTest: u8("Built-in self test"),
    ofItsType: implied(48, "Depends on the header type"),
  },
});
const HAS_CAPABILITIES = 1 << 4;
/** By header type. */
const CAPABILITIES_POINTER: readonly number[] = [0x34, 0x34, 0x14];
const MOST_CAPABILITIES = 48;

/** What a function is and which messages it offers and uses. */
export function digestPciConfig({ bdf, bytes }: PciConfig): PciFunctionDigest {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { vendorId, deviceId, ...is } = header.decode(view, 0);
  const { msi, msix } = messagesOf(view, capabilitiesOf(view));
  return {
    bdf,
    id: `${digits(vendorId, 4)}:${digits(deviceId, 4)}`,
    class: digits(is.class, 2) + digits(is.subclass, 2) + digits(is.interface, 2),
    msi: msi ? 1 << msi.capableLog2 : 0,
    msix: msix ? msix.lastEntry + 1 : 0,
    uses: msix?.enabled ? "msix" : msi?.enabled ? "msi" : "none",
  };
}

function digits(value: number, count: number): string {
  return value.toString(16).padStart(count, "0");
}

/** Where each capability begins, by id; the first of an id wins. */
function capabilitiesOf(view: DataView): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const { status, headerType } = header.decode(view, 0);
  const pointer = CAPABILITIES_POINTER[headerType & 0x7f];
  if (!(status & HAS_CAPABILITIES) || pointer === undefined) return found;
  let at = view.getUint8(pointer) & ~3;
  for (let left = MOST_CAPABILITIES; left > 0 && isCapability(view, at); left--) {
    const id = view.getUint8(at);
    if (!found.has(id)) found.set(id, at);
    at = view.getUint8(at + 1) & ~3;
  }
  return found;
}

function isCapability(view: DataView, at: number): boolean {
  return at >= HEADER_BYTES && at + 4 <= view.byteLength && view.getUint8(at) !== 0xff;
}

function messagesOf(view: DataView, capabilities: ReadonlyMap<number, number>) {
  const control = (id: number) => {
    const at = capabilities.get(id);
    return at === undefined ? undefined : view.getUint16(at + 2, true);
  };
  const [msi, msix] = [control(PCI_CAPABILITY.msi), control(PCI_CAPABILITY.msix)];
  return {
    msi: msi === undefined ? undefined : msiControl.decode(msi),
    msix: msix === undefined ? undefined : msixControl.decode(msix),
  };
}
