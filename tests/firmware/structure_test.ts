import assert from "node:assert/strict";
import { madtEntries, madtTable } from "../../lib/firmware/madt.ts";
import { ascii, implied, reserved, structure, u16, u64, u8 } from "../../lib/firmware/structure.ts";

const sample = structure({
  name: "Sample",
  source: "This test",
  from: 10,
  fields: {
    kind: implied(1, "Known from elsewhere"),
    name: ascii(3, "Three letters"),
    spare: reserved(2),
    address: u64("Where"),
    count: u16("How many"),
  },
});

Deno.test("a structure's table says where each field lies", () => {
  assert.equal(
    sample.table(),
    [
      "| offset | bytes | field | meaning |",
      "| ---: | ---: | --- | --- |",
      "| 10 | 1 | `kind` | Known from elsewhere |",
      "| 11 | 3 | `name` | Three letters |",
      "| 14 | 2 | `spare` | Reserved, zero |",
      "| 16 | 8 | `address` | Where |",
      "| 24 | 2 | `count` | How many |",
    ].join("\n"),
  );
});

Deno.test("the processor entry of a MADT is laid out as ACPI has it", () => {
  assert.equal(
    madtEntries.kinds.lapic.layout.table(),
    [
      "| offset | bytes | field | meaning |",
      "| ---: | ---: | --- | --- |",
      "| 0 | 1 | `type` | Entry type 0 |",
      "| 1 | 1 | `length` | Bytes of the entry |",
      "| 2 | 1 | `acpiProcessorUid` | ACPI processor |",
      "| 3 | 1 | `apicId` | APIC ID, 0–254; 255 marks an unused entry |",
      "| 4 | 4 | `flags` | See processorFlags |",
    ].join("\n"),
  );
  assert.match(madtTable.body.table(), /^\| 36 \| 4 \| `localApicAddress`/m);
});

Deno.test("reserved bytes are held only when they are not zero", () => {
  const view = new DataView(new ArrayBuffer(16));
  const plain = { name: "AB", address: 1n << 63n, count: 7 };
  sample.encode(view, 0, plain);
  assert.deepEqual(sample.decode(view, 0), plain);
  const used = { ...plain, spare: Uint8Array.of(0, 9) };
  sample.encode(view, 0, used);
  assert.deepEqual(sample.decode(view, 0), used);
});

Deno.test.each([
  { what: "text too long", value: { name: "ABCD", address: 0n, count: 0 }, says: /"ABCD"; give 3/ },
  { what: "text beyond bytes", value: { name: "Ж", address: 0n, count: 0 }, says: /give 3 bytes/ },
  {
    what: "a negative address",
    value: { name: "", address: -1n, count: 0 },
    says: /-1 is outside/,
  },
  {
    what: "a fraction",
    value: { name: "", address: 0n, count: 0.5 },
    says: /0.5 is outside 0 … 65535/,
  },
  {
    what: "too few spare bytes",
    value: { name: "", address: 0n, count: 0, spare: Uint8Array.of(1) },
    says: /1 bytes are given of 2/,
  },
])("$what does not fit and is not written", ({ value, says }) => {
  const view = new DataView(new ArrayBuffer(16));
  assert.throws(() => sample.encode(view, 0, value), says);
});

Deno.test("one byte holds 0 … 255", () => {
  const byte = u8("A byte");
  const view = new DataView(new ArrayBuffer(1));
  byte.write(view, 0, 255);
  assert.equal(byte.read(view, 0), 255);
  assert.throws(() => byte.write(view, 0, 256), RangeError);
});
