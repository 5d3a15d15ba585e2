/**
 * Tables one after another in a stream, such as `cat /sys/firmware/acpi/tables/*`, however the
 * stream is cut into chunks.
 *
 * @module
 */
import { tableHeader } from "./acpi_table.ts";
import { concat } from "./entry_list.ts";
import { fault, inTable, isMalformed, type Malformed } from "./malformed.ts";

/**
 * Yields each table's bytes; at a length that cannot be, or an unfinished table at the end, a
 * fault whose offset counts from the stream's first byte, and then no more.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { buildMadt } from "./madt.ts";
 * import { splitTables } from "./split_tables.ts";
 *
 * const table = buildMadt({ localApicAddress: 0xfee0_0000, flags: 0, entries: [] });
 * const chunks = [table.subarray(0, 5), table.subarray(5), table];
 * assert.deepEqual([...splitTables(chunks)], [table, table]);
 * ```
 */
export function* splitTables(chunks: Iterable<Uint8Array>): Generator<Uint8Array | Malformed> {
  let held: Uint8Array = new Uint8Array();
  let at = 0;
  for (const chunk of chunks) {
    held = concat([held, chunk]);
    for (let table = firstTable(held, at); table; table = firstTable(held, at)) {
      yield table;
      if (isMalformed(table)) return;
      held = held.subarray(table.length);
      at += table.length;
    }
  }
  if (held.length > 0) yield unfinished(at, held.length);
}

/** The table at the start of the bytes, once all of it is there. */
function firstTable(held: Uint8Array, at: number): Uint8Array | Malformed | undefined {
  if (held.length < 8) return undefined;
  const length = new DataView(held.buffer, held.byteOffset).getUint32(4, true);
  if (length < tableHeader.size) return tooShort(at + 4, length);
  return held.length < length ? undefined : held.slice(0, length);
}

function tooShort(at: number, length: number): Malformed {
  const needs = `an ACPI table has at least ${tableHeader.size}`;
  return inTable("a stream of tables", fault(at, `length ${length}`, needs));
}

function unfinished(at: number, left: number): Malformed {
  const found = `${left} bytes at the end`;
  return inTable("a stream of tables", fault(at, found, "the last table is cut off"));
}
