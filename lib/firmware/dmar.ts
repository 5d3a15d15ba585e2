/**
 * The DMAR: Intel's remapping units and what stands in their scope, as bytes and as raw
 * structures. What they mean is `dmar_digest.ts`.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { buildDmar, parseDmar } from "./dmar.ts";
 *
 * const bytes = buildDmar({
 *   hostAddressWidth: 38,
 *   flags: 1,
 *   entries: [{
 *     kind: "drhd",
 *     flags: 1,
 *     pages: 0,
 *     segment: 0,
 *     registerBase: 0xfed9_0000n,
 *     scopes: [{
 *       kind: "ioapic",
 *       flags: 0,
 *       enumerationId: 2,
 *       startBus: 0xf0,
 *       path: [{ device: 31, function: 0 }],
 *     }],
 *   }],
 * });
 * const dmar = parseDmar(bytes);
 * assert(dmar.kind === "dmar" && dmar.entries[0]?.kind === "drhd");
 * assert.equal(dmar.entries[0].scopes[0]?.kind, "ioapic");
 * ```
 *
 * @module
 */
import { flag, Register, reserved as reservedBits } from "../bits/register.ts";
import { AcpiTable, type TableOf, type TableParts } from "./acpi_table.ts";
import { deviceScopes } from "./device_scope.ts";
import { type EntryIn, type EntryKind, entryList, extra, listed, type Tail } from "./entry_list.ts";
import type { Malformed } from "./malformed.ts";
import {
  type ByteFields,
  bytesOf,
  implied,
  type ImpliedField,
  latin1,
  reserved,
  structure,
  u16,
  u32,
  u64,
  u8,
} from "./structure.ts";
import { wordTag } from "./tags.ts";

const SOURCE = "Intel VT-d 8";

/** The DMAR's own flags. */
export const dmarFlags = new Register({
  name: "DmarFlags",
  width: 8,
  source: `${SOURCE}.1`,
  fields: {
    intrRemap: flag("INTR_REMAP: the platform supports interrupt remapping"),
    x2apicOptOut: flag("X2APIC_OPT_OUT: firmware asks that x2APIC mode stay off"),
    dmaCtrlPlatformOptIn: flag("DMA_CTRL_PLATFORM_OPT_IN: DMA is to be blocked from the start"),
    reserved3to7: reservedBits(5),
  },
});

/** Flags of a remapping unit. */
export const drhdFlags = new Register({
  name: "DrhdFlags",
  width: 8,
  source: `${SOURCE}.3`,
  fields: {
    includePciAll: flag("INCLUDE_PCI_ALL: all of the segment that no other unit names"),
    reserved1to7: reservedBits(7),
  },
});

const scopes = listed("scopes", deviceScopes);

/** An object's name in the ACPI namespace, its ending NULs included. */
const objectName: Tail<{ readonly objectName: string }> = {
  parse: (view, from, to) => ({ objectName: latin1(bytesOf(view, from, to)) }),
  build: ({ objectName }) => Uint8Array.from(objectName, (letter) => letter.charCodeAt(0)),
};

type DmarTag = { readonly type: ImpliedField; readonly length: ImpliedField };

function dmarEntry<const F extends ByteFields, T>(
  { type, name, section, fields, tail }: {
    type: number;
    name: string;
    section: string;
    fields: F;
    tail: Tail<T>;
  },
): EntryKind<DmarTag & F, T> {
  const tag: DmarTag = {
    type: implied(2, `Structure type ${type}`),
    length: implied(2, "Bytes of the structure, scopes included"),
  };
  const source = `${SOURCE}.${section}`;
  return { type, layout: structure({ name, source, fields: { ...tag, ...fields } }), tail };
}

/** The remapping structures. */
export const dmarEntries = entryList({
  name: "remapping structure",
  tag: wordTag,
  kinds: {
    drhd: dmarEntry({
      type: 0,
      name: "DRHD",
      section: "3",
      fields: {
        flags: u8("See drhdFlags"),
        pages: u8("Bits 3:0: log2 of the register set's pages, VT-d 4.0"),
        segment: u16("PCI segment"),
        registerBase: u64("Physical address of the unit's registers"),
      },
      tail: scopes,
    }),
    rmrr: dmarEntry({
      type: 1,
      name: "RMRR",
      section: "4",
      fields: {
        reserved4: reserved(2),
        segment: u16("PCI segment"),
        base: u64("First byte of memory that devices keep using"),
        limit: u64("Last byte of it"),
      },
      tail: scopes,
    }),
    atsr: dmarEntry({
      type: 2,
      name: "ATSR",
      section: "5",
      fields: {
        flags: u8("Bit 0: all root ports support ATS"),
        reserved5: reserved(1),
        segment: u16("PCI segment"),
      },
      tail: scopes,
    }),
    rhsa: dmarEntry({
      type: 3,
      name: "RHSA",
      section: "6",
      fields: {
        reserved4: reserved(4),
        registerBase: u64("The unit it speaks of"),
        proximityDomain: u32("Where that unit is"),
      },
      tail: extra,
    }),
    andd: dmarEntry({
      type: 4,
      name: "ANDD",
      section: "7",
      fields: {
        reserved4: reserved(3),
        deviceNumber: u8("The enumeration id by which scopes name it"),
      },
      tail: objectName,
    }),
    satc: dmarEntry({
      type: 5,
      name: "SATC",
      section: "8",
      fields: {
        flags: u8("Bit 0: the devices need ATS"),
        reserved5: reserved(1),
        segment: u16("PCI segment"),
      },
      tail: scopes,
    }),
    sidp: dmarEntry({
      type: 6,
      name: "SIDP",
      section: "9",
      fields: { reserved4: reserved(2), segment: u16("PCI segment") },
      tail: scopes,
    }),
  },
});
/** One remapping structure. */
export type DmarEntry = EntryIn<typeof dmarEntries>;

/** The whole table. */
export const dmarTable = new AcpiTable({
  kind: "dmar",
  signature: "DMAR",
  body: structure({
    name: "DMAR",
    source: `${SOURCE}.1`,
    from: 36,
    fields: {
      hostAddressWidth: u8("Bits of a DMA address, less one"),
      flags: u8("See dmarFlags"),
      reserved38: reserved(10),
    },
  }),
  list: dmarEntries,
});

/** A DMAR's raw content. */
export type Dmar = TableOf<typeof dmarTable>;

/** The DMAR in these bytes. Source: Intel VT-d 8.1. */
export function parseDmar(bytes: Uint8Array): Dmar | Malformed {
  return dmarTable.parse(bytes);
}

/** A DMAR's bytes, checksum right; RangeError when a field does not fit. */
export function buildDmar(parts: TableParts<Dmar>): Uint8Array<ArrayBuffer> {
  return dmarTable.build(parts);
}
