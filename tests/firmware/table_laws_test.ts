import assert from "node:assert/strict";
import fc from "fast-check";
import { buildDmar, parseDmar } from "../../lib/firmware/dmar.ts";
import { buildFadt, parseFadt } from "../../lib/firmware/fadt.ts";
import { buildHpetTable, parseHpetTable } from "../../lib/firmware/hpet_table.ts";
import { buildIvrs, parseIvrs } from "../../lib/firmware/ivrs.ts";
import { buildMadt, parseMadt } from "../../lib/firmware/madt.ts";
import { splitTables } from "../../lib/firmware/split_tables.ts";
import { anyDmar, anyFadt, anyHpet, anyIvrs, anyMadt } from "./arbitrary_tables.ts";

law("MADT", anyMadt, buildMadt, parseMadt);
law("DMAR", anyDmar, buildDmar, parseDmar);
law("IVRS", anyIvrs, buildIvrs, parseIvrs);
law("HPET table", anyHpet, buildHpetTable, parseHpetTable);
law("FADT", anyFadt, buildFadt, parseFadt);

function law<T>(
  name: string,
  any: fc.Arbitrary<T>,
  build: (table: T) => Uint8Array,
  parse: (bytes: Uint8Array) => unknown,
): void {
  Deno.test(`parsing a built ${name} yields what it was built from`, () => {
    fc.assert(fc.property(any, (table) => assert.deepEqual(parse(build(table)), table)));
  });

  Deno.test(`a built ${name} parses alike wherever it lies in memory, and whatever follows`, () => {
    const around = fc.uint8Array({ maxLength: 9 });
    fc.assert(fc.property(any, around, around, (table, before, after) => {
      const bytes = build(table);
      const memory = new Uint8Array([...before, ...bytes, ...after]);
      assert.deepEqual(parse(memory.subarray(before.length)), table);
    }));
  });
}

Deno.test("tables in a stream are the same however it is cut", () => {
  const tables = fc.array(
    fc.oneof(anyMadt.map(buildMadt), anyDmar.map(buildDmar), anyIvrs.map(buildIvrs)),
    { maxLength: 4 },
  );
  const cuts = fc.array(fc.nat({ max: 2000 }), { maxLength: 12 });
  fc.assert(fc.property(tables, cuts, (tables, cuts) => {
    const stream = new Uint8Array(tables.flatMap((table) => [...table]));
    assert.deepEqual([...splitTables(cut(stream, cuts))], tables.map((t) => new Uint8Array(t)));
  }));
});

Deno.test.each([
  { what: "a cut-off table", bytes: [65, 80, 73, 67, 40, 0, 0, 0, 1], offset: 0 },
  { what: "a length below a header's", bytes: [65, 80, 73, 67, 35, 0, 0, 0, 1], offset: 4 },
])("a stream with $what ends in a fault", ({ bytes, offset }) => {
  const sound = buildMadt({ localApicAddress: 0, flags: 0, entries: [] });
  const [first, second, ...more] = splitTables([sound, Uint8Array.from(bytes)]);
  assert.deepEqual(first, new Uint8Array(sound));
  assert(second && "kind" in second);
  assert.equal(second.offset, sound.length + offset);
  assert.deepEqual(more, []);
});

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [
    ...places.filter((at) => at <= bytes.length).toSorted((a, b) => a - b),
    bytes.length,
  ];
  return ends.map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
}
