/**
 * The IVRS: AMD's remapping units, the requester ids they serve, and memory blocks, as bytes and
 * as raw blocks. What they mean is `ivrs_digest.ts`.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { buildIvrs, parseIvrs } from "./ivrs.ts";
 *
 * const bytes = buildIvrs({
 *   ivInfo: 0x2801,
 *   entries: [{
 *     kind: "ivhd11",
 *     flags: 0,
 *     requesterId: 2,
 *     capabilityOffset: 0x40,
 *     base: 0xfed8_0000n,
 *     segment: 0,
 *     info: 0,
 *     attributes: 0,
 *     efrImage: 0x29d7n,
 *     efr2Image: 0n,
 *     devices: [{ kind: "special", data: 0xd7, handle: 0, requesterId: 0xa0, variety: 1 }],
 *   }],
 * });
 * const ivrs = parseIvrs(bytes);
 * assert(ivrs.kind === "ivrs" && ivrs.entries[0]?.kind === "ivhd11");
 * assert.equal(ivrs.entries[0].efrImage, 0x29d7n);
 * ```
 *
 * @module
 */
import { flag, Register, uint } from "../bits/register.ts";
import { AcpiTable, type TableOf, type TableParts } from "./acpi_table.ts";
import { type EntryIn, entryList, extra, listed } from "./entry_list.ts";
import { ivhdDevices } from "./ivhd_device.ts";
import type { Malformed } from "./malformed.ts";
import { implied, reserved, structure, u16, u32, u64, u8 } from "./structure.ts";
import { blockTag } from "./tags.ts";

const SOURCE = "AMD IOMMU specification, IVRS";

/** What an IVHD of type 10h says of the unit's features. */
export const ivhdFeatures = new Register({
  name: "IvhdFeatureReporting",
  width: 32,
  source: "AMD IOMMU specification, IVHD type 10h feature reporting",
  fields: {
    xtSup: flag("Remaps to 32-bit APIC IDs"),
    nxSup: flag("No-execute protection"),
    gtSup: flag("Guest translation"),
    glxSup: uint(2, "Levels of guest translation"),
    iaSup: flag("Invalidates all"),
    gaSup: flag("Guest APIC, hence 128-bit interrupt entries"),
    heSup: flag("Hardware error registers"),
    pasMax: uint(5, "PASID bits, less one"),
    pnCounters: uint(4, "Performance counters of a bank"),
    pnBanks: uint(6, "Banks of them"),
    msiNumPpr: uint(5, "Message number of the page request log"),
    gats: uint(2, "Guest address translation size"),
    hats: uint(2, "Host address translation size"),
  },
});

const FLAGS = u8(
  "Bits 0 HtTunEn, 1 PassPW, 2 ResPassPW, 3 Isoc, 4 IotlbSup, 5 Coherent, 6 PreFSup",
);
const devices = listed("devices", ivhdDevices);

const head = (type: number) => ({
  type: implied(1, `Block type ${type.toString(16)}h`),
  flags: FLAGS,
  length: implied(2, "Bytes of the block, device entries included"),
  requesterId: u16("The unit's own requester id"),
  capabilityOffset: u16("Its capability in configuration space"),
  base: u64("Physical address of its registers"),
  segment: u16("PCI segment"),
  info: u16("Bits 4:0 MSI number, 12:8 unit id"),
});

const extendedHead = (type: number) => ({
  type,
  layout: structure({
    name: `IVHD ${type.toString(16)}h`,
    source: SOURCE,
    fields: {
      ...head(type),
      attributes: u32("Counters, banks, message number of the page request log"),
      efrImage: u64("The extended feature register, see amdFeatures"),
      efr2Image: u64("The second one; reserved in type 11h of old tables"),
    },
  }),
  tail: devices,
});

const memory = (type: number, whom: string) => ({
  type,
  layout: structure({
    name: `IVMD ${type.toString(16)}h`,
    source: SOURCE,
    fields: {
      type: implied(1, `Block type ${type.toString(16)}h: ${whom}`),
      flags: u8("Bits 0 Unity, 1 IR, 2 IW, 3 ExclusionRange"),
      length: implied(2, "Bytes of the block"),
      requesterId: u16("The device, or the first of a range"),
      auxiliary: u16("The last of a range"),
      segment: u16("PCI segment"),
      reserved10: reserved(6),
      start: u64("First byte of the memory"),
      memoryLength: u64("Bytes of it"),
    },
  }),
  tail: extra,
});

/** The blocks. */
export const ivrsEntries = entryList({
  name: "IVRS block",
  tag: blockTag,
  kinds: {
    ivhd10: {
      type: 0x10,
      layout: structure({
        name: "IVHD 10h",
        source: SOURCE,
        fields: { ...head(0x10), featureReporting: u32("See ivhdFeatures") },
      }),
      tail: devices,
    },
    ivhd11: extendedHead(0x11),
    ivhd40: extendedHead(0x40),
    ivmdAll: memory(0x20, "all devices"),
    ivmdSelect: memory(0x21, "one device"),
    ivmdRange: memory(0x22, "a range of devices"),
  },
});
/** One block. */
export type IvrsEntry = EntryIn<typeof ivrsEntries>;

/** The whole table. */
export const ivrsTable = new AcpiTable({
  kind: "ivrs",
  signature: "IVRS",
  body: structure({
    name: "IVRS",
    source: SOURCE,
    from: 36,
    fields: {
      ivInfo: u32("Bits 0 EFRSup, 14:8 physical and 21:15 virtual address size"),
      reserved40: reserved(8),
    },
  }),
  list: ivrsEntries,
});

/** An IVRS's raw content. */
export type Ivrs = TableOf<typeof ivrsTable>;

/** The IVRS in these bytes. Source: AMD IOMMU specification, IVRS. */
export function parseIvrs(bytes: Uint8Array): Ivrs | Malformed {
  return ivrsTable.parse(bytes);
}

/** An IVRS's bytes, checksum right; RangeError when a field does not fit. */
export function buildIvrs(parts: TableParts<Ivrs>): Uint8Array<ArrayBuffer> {
  return ivrsTable.build({ ...parts, header: { revision: 2, ...parts.header } });
}
