/**
 * The device entries of an IVHD: which requester ids an AMD unit serves, and the ids under which
 * I/O APICs and HPETs speak.
 *
 * @module
 */
import {
  type EntryIn,
  type EntryKind,
  entryList,
  extra,
  type Tag,
  type Tail,
} from "./entry_list.ts";
import {
  ascii,
  type ByteFields,
  bytesOf,
  implied,
  type ImpliedField,
  reserved,
  structure,
  u16,
  u32,
  u8,
} from "./structure.ts";

const SOURCE = "AMD IOMMU specification, IVHD device entries; Linux 6.12 drivers/iommu/amd/init.c";
const ACPI_HID = 0xf0;
const ACPI_HID_HEAD = 22;

/** The length follows from the type; an ACPI device's from the length of its unique id. */
const deviceTag: Tag = {
  size: 1,
  read: (view, at, end) => {
    const type = view.getUint8(at);
    return { type, length: lengthOf(type, view, at, end) };
  },
  write: (view, at, type, length) => {
    view.setUint8(at, type);
    if (type === ACPI_HID) view.setUint8(at + ACPI_HID_HEAD - 1, length - ACPI_HID_HEAD);
  },
};

/** Source: Linux 6.12 drivers/iommu/amd/init.c ivhd_entry_length; 0 where nobody knows. */
function lengthOf(type: number, view: DataView, at: number, end: number): number {
  if (type < 0xc0) return 4 << (type >> 6);
  if (type !== ACPI_HID) return 0;
  if (end - at < ACPI_HID_HEAD) return ACPI_HID_HEAD;
  return ACPI_HID_HEAD + view.getUint8(at + ACPI_HID_HEAD - 1);
}

const uid: Tail<{ readonly uid: Uint8Array }> = {
  parse: (view, from, to) => ({ uid: bytesOf(view, from, to).slice() }),
  build: ({ uid }) => uid,
};

type Head = { readonly type: ImpliedField };
type Extra = { readonly extra?: Uint8Array };

function entry<const F extends ByteFields>(
  type: number,
  name: string,
  fields: F,
): EntryKind<Head & F, Extra> {
  const head: Head = { type: implied(1, `Entry type ${type}`) };
  const layout = structure({ name, source: SOURCE, fields: { ...head, ...fields } });
  return { type, layout, tail: extra };
}

const DATA = "Bits 0 INITPass, 1 EIntPass, 2 NMIPass, 5:4 SysMgt, 6 LINT0Pass, 7 LINT1Pass";
const one = { requesterId: u16("Requester id"), data: u8(DATA) };
const alias = {
  ...one,
  reserved4: reserved(1),
  aliasId: u16("The id under which its requests arrive"),
  reserved7: reserved(1),
};
const extended = { ...one, extendedData: u32("Bit 31: ATS disabled") };

/** The device entries. */
export const ivhdDevices = entryList({
  name: "IVHD device entry",
  tag: deviceTag,
  kinds: {
    all: entry(1, "all devices", { reserved1: reserved(2), data: u8(DATA) }),
    select: entry(2, "one device", one),
    rangeStart: entry(3, "start of a range", one),
    rangeEnd: entry(4, "end of a range", {
      requesterId: u16("Requester id, the last of the range"),
      reserved3: reserved(1),
    }),
    aliasSelect: entry(0x42, "one device under an alias", alias),
    aliasRangeStart: entry(0x43, "start of a range under an alias", alias),
    extendedSelect: entry(0x46, "one device, extended", extended),
    extendedRangeStart: entry(0x47, "start of a range, extended", extended),
    special: entry(0x48, "special device", {
      reserved1: reserved(2),
      data: u8(DATA),
      handle: u8("MADT id of the I/O APIC, or number of the HPET"),
      requesterId: u16("The id under which it speaks"),
      variety: u8("1 I/O APIC, 2 HPET"),
    }),
    acpiHid: {
      type: ACPI_HID,
      layout: structure({
        name: "ACPI device",
        source: SOURCE,
        fields: {
          type: implied(1, "Entry type 240"),
          ...one,
          hid: ascii(8, "Hardware id"),
          cid: ascii(8, "Compatible id"),
          uidFormat: u8("0 none, 1 a number, 2 text"),
          uidLength: implied(1, "Bytes of the unique id"),
        },
      }),
      tail: uid,
    },
  },
});
/** One device entry. */
export type IvhdDevice = EntryIn<typeof ivhdDevices>;
