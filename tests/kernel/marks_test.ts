import assert from "node:assert/strict";
import fc from "fast-check";
import { markOf, MarkReader } from "../../lib/kernel/marks.ts";

const parts = fc.array(
  fc.oneof(
    fc.string({ unit: fc.constantFrom("a", "\n", "é", "😀", "\0", "i", ":", "1"), maxLength: 12 }),
    fc.nat(99),
  ),
  { maxLength: 8 },
);

Deno.test("text and marks are told apart however the bytes are chunked", () => {
  fc.assert(fc.property(parts, fc.array(fc.integer({ min: 1, max: 9 })), (parts, sizes) => {
    const written = parts.map((part) => typeof part === "number" ? markOf(part) : part).join("");
    // A last mark lets out whatever looked like the beginning of one.
    const bytes = new TextEncoder().encode(written + markOf(100));
    const heard = [...chunks(bytes, sizes)].flatMap((chunk) => [...reader.push(chunk)]);
    const told = heard.map((part) => part.kind === "mark" ? markOf(part.run) : part.text).join("");
    assert.equal(told, written + markOf(100));
    const marks = heard.flatMap((part) => part.kind === "mark" ? [part.run] : []);
    assert.deepEqual(marks.filter((run) => run === 100).length, 1);
    assert.equal(marks.length, parts.filter((part) => typeof part === "number").length + 1);
  }));
});

const reader = new MarkReader();

function* chunks(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let at = 0;
  for (const size of sizes) yield bytes.subarray(at, at += size);
  yield bytes.subarray(at);
}
