/** What words say, field by field: the layout that the words' own format bits choose. */
import type { FieldPlace } from "../../bits/register.ts";
import { irte128, irte128Guest, irte32 } from "../../x86/amd_irte.ts";
import { hpetRoute } from "../../x86/hpet.ts";
import { icrX2apic, icrXapic, ipiMessage, readIcr } from "../../x86/icr.ts";
import { fixedMessage, type InterruptMessage } from "../../x86/interrupt_message.ts";
import type { LapicMode } from "../../x86/lapic.ts";
import { msiAddressHigh, msiAddressLow, remappableAddressLow } from "../../x86/msi_address.ts";
import { amdRemappableData, msiData, remappableData } from "../../x86/msi_data.ts";
import { isInterrupt, type Msi, remapIndex } from "../../x86/msi_message.ts";
import {
  amdRedirectionTableEntry,
  redirectionTableEntry,
  remappableRedirectionTableEntry,
} from "../../x86/redirection_table_entry.ts";
import {
  descriptorAddressOf,
  irtePosted,
  irteRemapped,
  irteRemappedXapic,
} from "../../x86/vtd_irte.ts";

/** One field of a word. */
export interface FieldReading {
  readonly key: string;
  readonly bits: string;
  readonly value: unknown;
  readonly note: string;
}

/** Whose formats the words may be in. */
export interface Platform {
  /** Undefined where the words alone are to tell. */
  readonly vendor: "intel" | "amd" | undefined;
  readonly mode: LapicMode;
}

/** What words say. */
export interface Reading {
  /** Which reading applies. */
  readonly format: string;
  /** The fields of every word, lowest bit first. */
  readonly fields: readonly FieldReading[];
  /** What follows from several fields together. */
  readonly derived: Readonly<Record<string, unknown>>;
  /** Reserved fields that are not as hardware wants them. */
  readonly misused: readonly string[];
  /** The message at the LAPICs, where the words alone tell it. */
  readonly message: InterruptMessage | null;
}

/** Address and data of a message; on AMD a remapped one looks like any other. */
export function readMsiWords({ address, data }: Msi, remappedByAmd = false): Reading {
  const low = Number(BigInt.asUintN(32, address)),
    high = Number(BigInt.asUintN(32, address >> 32n));
  if (!isInterrupt(address) && high % 256 !== 0) return memoryWrite();
  if (remappedByAmd) {
    const words = [...fieldsOf(msiAddressLow, low), ...fieldsOf(amdRemappableData, data)];
    return reading("amdRemappable", words, {}, msiAddressLow.misused(low));
  }
  if (msiAddressLow.decode(low).remappable) {
    const words = [...fieldsOf(remappableAddressLow, low), ...fieldsOf(remappableData, data)];
    const { handle, index } = remapIndex(address, data);
    const { subhandleValid } = remappableAddressLow.decode(low);
    const misused = [
      ...remappableAddressLow.misused(low),
      ...subhandleValid ? remappableData.misused(data) : [],
    ];
    return reading("remappable", words, { handle, index }, misused);
  }
  return compatibility(low, high, data);
}

function memoryWrite(): Reading {
  return reading("memoryWrite", [], { isInterruptAddress: false }, []);
}

function compatibility(low: number, high: number, data: number): Reading {
  const words = [
    ...fieldsOf(msiAddressLow, low),
    ...(high === 0 ? [] : fieldsOf(msiAddressHigh, high)),
    ...fieldsOf(msiData, data),
  ];
  const { destId0to7, destId8to14 } = msiAddressLow.decode(low);
  const derived = { destId8: destId0to7, destId15: destId8to14 << 8 | destId0to7 };
  const misused = [...msiAddressLow.misused(low), ...msiData.misused(data)];
  return reading("compatibility", words, derived, misused);
}

/** A redirection entry, by its format bit; `amd` reads the index of a remapping AMD unit. */
export function readEntryWord(raw: bigint, remappedByAmd = false): Reading {
  if (remappedByAmd) return one("amdRemappable", amdRedirectionTableEntry, raw, {});
  const compatible = redirectionTableEntry.decode(raw);
  if (compatible.remappable) {
    const { index0to14, index15 } = remappableRedirectionTableEntry.decode(raw);
    return one("remappable", remappableRedirectionTableEntry, raw, {
      index: index15 << 15 | index0to14,
    });
  }
  const { destId0to7, destId8to14 } = compatible;
  const derived = { destId8: destId0to7, destId15: destId8to14 << 8 | destId0to7 };
  return one("compatibility", redirectionTableEntry, raw, derived);
}

/** A remapping entry; of two widths only AMD's are, and where nothing is said 32 bits are AMD's. */
export function readIrteWord(raw: bigint, digits: number, { vendor, mode }: Platform): Reading {
  if (digits <= 8 && vendor !== "intel") return amd32(Number(raw));
  return vendor === "amd" ? amd128(raw, mode) : vtd(raw, mode);
}

function amd32(raw: number): Reading {
  const { destId, destMode, vector, intType, remapEnabled, guestMode } = irte32.decode(raw);
  const found = one("amd32", irte32, raw, {});
  if (!remapEnabled || guestMode) return found;
  return { ...found, message: amdMessage({ dest: destId, destMode, vector }, intType) };
}

/** What an enabled entry sends; the unit faults on types other than these two. */
function amdMessage(
  to: Pick<InterruptMessage, "dest" | "destMode" | "vector">,
  intType: string,
): InterruptMessage | null {
  if (intType !== "fixed" && intType !== "lowest") return null;
  return fixedMessage({ ...to, deliveryMode: intType });
}

function amd128(raw: bigint, mode: LapicMode): Reading {
  const entry = irte128.decode(raw);
  if (entry.guestMode) return one("amd128Guest", irte128Guest, raw, {});
  const { destId0to23: low, destId24to31: high, destMode, vector, intType } = entry;
  const dest = mode === "x2apic" ? high * 2 ** 24 + low : low & 0xff;
  const found = one("amd128", irte128, raw, { dest });
  if (!entry.remapEnabled) return found;
  return { ...found, message: amdMessage({ dest, destMode, vector }, intType) };
}

function vtd(raw: bigint, mode: LapicMode): Reading {
  const entry = irteRemapped.decode(raw);
  if (entry.posted) {
    const descriptorAddress = descriptorAddressOf(irtePosted.decode(raw)).toString(16);
    return one("vtdPosted", irtePosted, raw, { descriptorAddress });
  }
  const { destMode, redirectionHint, deliveryMode, vector, trigger, present } = entry;
  const layout = mode === "x2apic" ? irteRemapped : irteRemappedXapic;
  const dest = layout.decode(raw).destId;
  const message = { dest, destMode, redirectionHint, deliveryMode, vector, trigger, level: false };
  const found = one(mode === "x2apic" ? "vtd" : "vtdXapic", layout, raw, {});
  return { ...found, message: present && found.misused.length === 0 ? message : null };
}

/** An HPET timer's FSB route: the words of the message it holds. */
export function readHpetWord(
  raw: bigint,
  remappedByAmd = false,
): Reading & { readonly msi: Msi } {
  const { address, data } = hpetRoute.decode(raw);
  const msi = { address: BigInt(address), data };
  const words = readMsiWords(msi, remappedByAmd);
  const derived = { address: hexWord(address, 8), data: hexWord(data, 8), ...words.derived };
  return { ...words, derived, msi };
}

/** An interrupt command, in the mode its LAPIC runs in. */
export function readIcrWord(raw: bigint, mode: LapicMode): Reading {
  const layout = mode === "x2apic" ? icrX2apic : icrXapic;
  return { ...one(mode, layout, raw, {}), message: ipiMessage(readIcr(raw, mode)) };
}

/** A word as the files of this project write it: lower case, full width. */
export function hexWord(word: number | bigint, digits: number): string {
  return word.toString(16).padStart(digits, "0");
}

/** What it takes to read words of type `W`. */
interface Layout<W> {
  readonly places: readonly FieldPlace[];
  decode(raw: W): Readonly<Record<string, unknown>>;
  misused(raw: W): readonly string[];
}

function one<W>(
  format: string,
  layout: Layout<W>,
  raw: W,
  derived: Readonly<Record<string, unknown>>,
): Reading {
  return reading(format, fieldsOf(layout, raw), derived, layout.misused(raw));
}

function reading(
  format: string,
  fields: readonly FieldReading[],
  derived: Readonly<Record<string, unknown>>,
  misused: readonly string[],
): Reading {
  return { format, fields, derived, misused, message: null };
}

/** Every field but reserved and ignored ones that hold zero. */
function fieldsOf<W>(layout: Layout<W>, raw: W): readonly FieldReading[] {
  const values = layout.decode(raw);
  return layout.places
    .filter(({ key }) => !/^(reserved|ignored)\d/.test(key) || Number(values[key]) !== 0)
    .map((place) => ({
      key: place.key,
      bits: bitsOf(place),
      value: jsonValue(values[place.key]),
      note: place.note,
    }));
}

function bitsOf({ low, high }: FieldPlace): string {
  return low === high ? `${low}` : `${high}:${low}`;
}

function jsonValue(value: unknown): unknown {
  return typeof value === "bigint" ? value.toString(16) : value;
}
