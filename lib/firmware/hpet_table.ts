/**
 * The HPET's table: where the timer block is and what it can do, as bytes and as fields.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { buildHpetTable, digestHpet, parseHpetTable } from "./hpet_table.ts";
 *
 * const bytes = buildHpetTable({
 *   eventTimerBlockId: 0x8086_a201,
 *   addressSpace: 0,
 *   registerBitWidth: 64,
 *   registerBitOffset: 0,
 *   accessSize: 0,
 *   address: 0xfed0_0000n,
 *   hpetNumber: 0,
 *   minTick: 128,
 *   pageProtection: 0,
 *   entries: [],
 * });
 * const hpet = parseHpetTable(bytes);
 * assert(hpet.kind === "hpet");
 * assert.equal(digestHpet(hpet).comparators, 3);
 * ```
 *
 * @module
 */
import { hpetCapabilities } from "../x86/hpet.ts";
import { AcpiTable, type TableOf, type TableParts } from "./acpi_table.ts";
import { entryList } from "./entry_list.ts";
import type { Malformed } from "./malformed.ts";
import { structure, u16, u32, u64, u8 } from "./structure.ts";
import { restTag } from "./tags.ts";

/** The whole table. */
export const hpetTable = new AcpiTable({
  kind: "hpet",
  signature: "HPET",
  body: structure({
    name: "HPET table",
    source: "IA-PC HPET 1.0a 3.2.4",
    from: 36,
    fields: {
      eventTimerBlockId: u32("The low half of hpetCapabilities"),
      addressSpace: u8("0: memory"),
      registerBitWidth: u8("Bits of a register"),
      registerBitOffset: u8("Offset in bits"),
      accessSize: u8("Size of an access"),
      address: u64("Physical address of the timer block"),
      hpetNumber: u8("The number by which remapping tables name it"),
      minTick: u16("Least clock ticks between periodic interrupts"),
      pageProtection: u8("Bits 3:0: what else may lie on its page"),
    },
  }),
  list: entryList({ name: "later field", tag: restTag, kinds: {} }),
});

/** An HPET table's raw content. */
export type HpetTable = TableOf<typeof hpetTable>;

/** What an HPET table means. */
export interface HpetDigest {
  /** The capability word. */
  readonly eventTimerBlockId: number;
  /** Timers, 1–32. */
  readonly comparators: number;
  /** Whether the counter has 64 bits. */
  readonly counter64: boolean;
  /** Whether it can take the place of PIT and RTC interrupts. */
  readonly legacyReplacement: boolean;
  /** PCI vendor. */
  readonly vendor: number;
  /** Physical address of the timer block. */
  readonly address: bigint;
  /** The number by which remapping tables name it. */
  readonly hpetNumber: number;
  /** Least clock ticks between periodic interrupts. */
  readonly minTick: number;
}

/** The HPET table in these bytes. Source: IA-PC HPET 1.0a 3.2.4. */
export function parseHpetTable(bytes: Uint8Array): HpetTable | Malformed {
  return hpetTable.parse(bytes);
}

/** An HPET table's bytes, checksum right; RangeError when a field does not fit. */
export function buildHpetTable(parts: TableParts<HpetTable>): Uint8Array<ArrayBuffer> {
  return hpetTable.build(parts);
}

/** What a table's fields mean. */
export function digestHpet(raw: HpetTable): HpetDigest {
  const { eventTimerBlockId, address, hpetNumber, minTick } = raw;
  const capabilities = hpetCapabilities.decode(BigInt(eventTimerBlockId));
  return {
    eventTimerBlockId,
    comparators: capabilities.lastTimer + 1,
    counter64: capabilities.counter64,
    legacyReplacement: capabilities.legacyCapable,
    vendor: capabilities.vendor,
    address,
    hpetNumber,
    minTick,
  };
}
