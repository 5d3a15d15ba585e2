/**
 * The MADT, "APIC": processors, I/O APICs and ISA overrides, as bytes and as raw entries.
 * What they mean is `madt_digest.ts`.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { buildMadt, parseMadt } from "./madt.ts";
 *
 * const bytes = buildMadt({
 *   localApicAddress: 0xfee0_0000,
 *   flags: 1,
 *   entries: [{ kind: "x2apic", x2apicId: 300, flags: 1, acpiProcessorUid: 300 }],
 * });
 * const madt = parseMadt(bytes);
 * assert(madt.kind === "madt");
 * assert.deepEqual(madt.entries, [
 *   { kind: "x2apic", x2apicId: 300, flags: 1, acpiProcessorUid: 300 },
 * ]);
 * ```
 *
 * @module
 */
import { flag, oneOf, Register, reserved as reservedBits } from "../bits/register.ts";
import { AcpiTable, type TableOf, type TableParts } from "./acpi_table.ts";
import { type EntryIn, type EntryKind, entryList, extra } from "./entry_list.ts";
import type { Malformed } from "./malformed.ts";
import {
  type ByteFields,
  implied,
  type ImpliedField,
  reserved,
  structure,
  u16,
  u32,
  u64,
  u8,
} from "./structure.ts";
import { byteTag } from "./tags.ts";

const SOURCE = "ACPI 6.5 5.2.12";

/** The MADT's own flags. */
export const madtFlags = new Register({
  name: "MultipleApicFlags",
  width: 32,
  source: `${SOURCE}, table 5.20`,
  fields: {
    pcatCompat: flag("Two 8259s are there too and must be masked"),
    reserved1to31: reservedBits(31),
  },
});

/** Flags of a processor entry. */
export const processorFlags = new Register({
  name: "LocalApicFlags",
  width: 32,
  source: `${SOURCE}.2, table 5.23`,
  fields: {
    enabled: flag("Ready for use"),
    onlineCapable: flag("Not enabled, but may be at run time"),
    reserved2to31: reservedBits(30),
  },
});

/** Polarity and trigger of an interrupt input. */
export const intiFlags = new Register({
  name: "MpsIntiFlags",
  width: 16,
  source: `${SOURCE}.5, table 5.26`,
  fields: {
    polarity: oneOf(["bus", "high", "reserved2", "low"], "Active level; bus: as the bus has it"),
    trigger: oneOf(["bus", "edge", "reserved2", "level"], "Mode; bus: as the bus has it"),
    reserved4to15: reservedBits(12),
  },
});

type MadtTag = { readonly type: ImpliedField; readonly length: ImpliedField };

function madtEntry<const F extends ByteFields>(
  type: number,
  name: string,
  section: string,
  fields: F,
): EntryKind<MadtTag & F, Extra> {
  const tag: MadtTag = {
    type: implied(1, `Entry type ${type}`),
    length: implied(1, "Bytes of the entry"),
  };
  const source = `${SOURCE}.${section}`;
  return { type, layout: structure({ name, source, fields: { ...tag, ...fields } }), tail: extra };
}
type Extra = { readonly extra?: Uint8Array };

const INTI = "Polarity and trigger, see intiFlags";

/** The entries that concern x86 interrupt routing; all others stay raw. */
export const madtEntries = entryList({
  name: "MADT entry",
  tag: byteTag,
  kinds: {
    lapic: madtEntry(0, "Processor Local APIC", "2", {
      acpiProcessorUid: u8("ACPI processor"),
      apicId: u8("APIC ID, 0–254; 255 marks an unused entry"),
      flags: u32("See processorFlags"),
    }),
    ioapic: madtEntry(1, "I/O APIC", "3", {
      ioapicId: u8("I/O APIC ID"),
      reserved3: reserved(1),
      address: u32("Physical address of its registers"),
      gsiBase: u32("The GSI of its pin 0"),
    }),
    interruptSourceOverride: madtEntry(2, "Interrupt Source Override", "5", {
      bus: u8("0: ISA"),
      source: u8("ISA IRQ"),
      gsi: u32("The GSI it is wired to"),
      flags: u16(INTI),
    }),
    nmiSource: madtEntry(3, "NMI Source", "6", {
      flags: u16(INTI),
      gsi: u32("The GSI that signals NMI"),
    }),
    lapicNmi: madtEntry(4, "Local APIC NMI", "7", {
      acpiProcessorUid: u8("ACPI processor; 255: all"),
      flags: u16(INTI),
      lint: u8("LINT input, 0 or 1"),
    }),
    lapicAddressOverride: madtEntry(5, "Local APIC Address Override", "8", {
      reserved2: reserved(2),
      address: u64("Physical address of all local APICs"),
    }),
    x2apic: madtEntry(9, "Processor Local x2APIC", "12", {
      reserved2: reserved(2),
      x2apicId: u32("x2APIC ID"),
      flags: u32("See processorFlags"),
      acpiProcessorUid: u32("ACPI processor"),
    }),
    x2apicNmi: madtEntry(0xa, "Local x2APIC NMI", "13", {
      flags: u16(INTI),
      acpiProcessorUid: u32("ACPI processor; 0xffffffff: all"),
      lint: u8("LINT input, 0 or 1"),
      reserved9: reserved(3),
    }),
    multiprocessorWakeup: madtEntry(0x10, "Multiprocessor Wakeup", "19", {
      mailboxVersion: u16("0: version 1 of the mailbox"),
      reserved4: reserved(4),
      mailboxAddress: u64("Physical address of the mailbox"),
    }),
  },
});
/** One entry. */
export type MadtEntry = EntryIn<typeof madtEntries>;

/** The whole table. */
export const madtTable = new AcpiTable({
  kind: "madt",
  signature: "APIC",
  body: structure({
    name: "MADT",
    source: `${SOURCE}, table 5.19`,
    from: 36,
    fields: {
      localApicAddress: u32("Physical address of all local APICs"),
      flags: u32("See madtFlags"),
    },
  }),
  list: madtEntries,
});

/** A MADT's raw content. */
export type Madt = TableOf<typeof madtTable>;

/** The MADT in these bytes. Source: ACPI 6.5 5.2.12. */
export function parseMadt(bytes: Uint8Array): Madt | Malformed {
  return madtTable.parse(bytes);
}

/** A MADT's bytes, checksum right; RangeError when a field does not fit. */
export function buildMadt(parts: TableParts<Madt>): Uint8Array<ArrayBuffer> {
  return madtTable.build({ ...parts, header: { revision: 5, ...parts.header } });
}
