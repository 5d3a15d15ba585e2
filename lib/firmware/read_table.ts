/**
 * Any table that irqscope knows, from bytes to what it says, ready to be written as JSON.
 *
 * @module
 */
import { signatureOf } from "./acpi_table.ts";
import { parseDmar } from "./dmar.ts";
import { digestDmar, type IntelRemappingDigest } from "./dmar_digest.ts";
import { digestFadt, type FadtDigest, parseFadt } from "./fadt.ts";
import { hex } from "./hex.ts";
import { digestHpet, type HpetDigest, parseHpetTable } from "./hpet_table.ts";
import { parseIvrs } from "./ivrs.ts";
import { type AmdRemappingDigest, digestIvrs } from "./ivrs_digest.ts";
import { parseMadt } from "./madt.ts";
import { digestMadt, type InterruptOverride, type MadtDigest } from "./madt_digest.ts";
import { fault, inTable, isMalformed, type Malformed } from "./malformed.ts";

/** A MADT's content; addresses, flags and APIC IDs as hex. */
export interface MadtReading {
  /** Where all local APICs are. */
  readonly localApicAddress: string;
  /** The table's flags. */
  readonly flags: string;
  /** Processor entries: type 0 or 9, id, ACPI processor. */
  readonly cpus: readonly {
    readonly type: number;
    readonly apicId: string;
    readonly uid: number;
    readonly enabled: boolean;
  }[];
  /** I/O APICs. */
  readonly ioapics: readonly {
    readonly id: number;
    readonly address: string;
    readonly gsiBase: number;
  }[];
  /** ISA overrides. */
  readonly overrides: readonly InterruptOverride[];
}

/** An HPET table's content; addresses and ids as hex. */
export interface HpetReading extends Omit<HpetDigest, "eventTimerBlockId" | "vendor" | "address"> {
  /** The capability word. */
  readonly eventTimerBlockId: string;
  /** PCI vendor. */
  readonly vendor: string;
  /** Physical address. */
  readonly address: string;
}

/** What a table says; the remapping tables in the shape of a machine file's `remapping`. */
export type TableReading =
  | MadtReading
  | IntelRemappingDigest
  | AmdRemappingDigest
  | HpetReading
  | FadtDigest;

/**
 * What the bytes of a MADT, DMAR, IVRS, HPET table or FADT say, told by its signature.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { buildMadt } from "./madt.ts";
 * import { readTable } from "./read_table.ts";
 *
 * const entries = [{ kind: "lapic", acpiProcessorUid: 1, apicId: 7, flags: 1 }] as const;
 * const bytes = buildMadt({ localApicAddress: 0xfee0_0000, flags: 0, entries });
 * assert.deepEqual(readTable(bytes), {
 *   localApicAddress: "0xfee00000",
 *   flags: "0x0",
 *   cpus: [{ type: 0, apicId: "0x7", uid: 1, enabled: true }],
 *   ioapics: [],
 *   overrides: [],
 * });
 * ```
 */
export function readTable(bytes: Uint8Array): TableReading | Malformed {
  const signature = signatureIn(bytes);
  const read = READERS[signature];
  return read ? read(bytes) : unknownTable(signature);
}

type Reader = (bytes: Uint8Array) => TableReading | Malformed;

const READERS: Readonly<Record<string, Reader>> = {
  APIC: reader(parseMadt, (raw) => madtReading(digestMadt(raw))),
  DMAR: reader(parseDmar, digestDmar),
  IVRS: reader(parseIvrs, digestIvrs),
  HPET: reader(parseHpetTable, (raw) => hpetReading(digestHpet(raw))),
  FACP: reader(parseFadt, digestFadt),
};

function reader<T extends { readonly kind: string }>(
  parse: (bytes: Uint8Array) => T | Malformed,
  digest: (raw: T) => TableReading,
): Reader {
  return (bytes) => {
    const raw = parse(bytes);
    return isMalformed(raw) ? raw : digest(raw);
  };
}

function signatureIn(bytes: Uint8Array): string {
  if (bytes.length < 4) return "";
  return signatureOf(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

function unknownTable(signature: string): Malformed {
  const needs = `the known ones are ${Object.keys(READERS).join(", ")}`;
  return inTable("an ACPI table", fault(0, `signature ${JSON.stringify(signature)}`, needs));
}

const ENTRY_TYPE = { lapic: 0, x2apic: 9 } as const;

function madtReading(digest: MadtDigest): MadtReading {
  return {
    localApicAddress: hex(digest.localApicAddress),
    flags: hex(digest.flags),
    cpus: digest.cpus.map(({ entry, apicId, uid, enabled }) => (
      { type: ENTRY_TYPE[entry], apicId: hex(apicId), uid, enabled }
    )),
    ioapics: digest.ioapics.map((ioapic) => ({ ...ioapic, address: hex(ioapic.address) })),
    overrides: digest.overrides,
  };
}

function hpetReading(digest: HpetDigest): HpetReading {
  const { eventTimerBlockId, vendor, address } = digest;
  return {
    ...digest,
    eventTimerBlockId: hex(eventTimerBlockId, 8),
    vendor: hex(vendor, 4),
    address: hex(address),
  };
}
