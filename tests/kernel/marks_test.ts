import assert from "node:assert/strict";
import fc from "fast-check";
import { type Heard, markOf, MarkReader, spokenBy } from "../../lib/kernel/marks.ts";

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

Deno.test("what workers say bears their run, the rest none, however the bytes are chunked", () => {
  const spoken = fc.array(fc.record({
    run: fc.option(fc.nat(99), { nil: undefined }),
    text: fc.string({ unit: fc.constantFrom("a", "\n", "é", "😀"), minLength: 1, maxLength: 9 }),
  }));
  fc.assert(fc.property(spoken, fc.array(fc.integer({ min: 1, max: 9 })), (spoken, sizes) => {
    const reader = new MarkReader();
    const written = spoken.map(({ run, text }) => {
      const [open, close] = run === undefined ? ["", ""] : spokenBy(run);
      return open + text + close;
    }).join("");
    const bytes = new TextEncoder().encode(written);
    const heard = [...chunks(bytes, sizes)].flatMap((chunk) => [...reader.push(chunk)]);
    assert.deepEqual(byCharacter(heard), byCharacter(spoken));
  }));
});

function byCharacter(said: readonly (Heard | { run: number | undefined; text: string })[]) {
  return said.flatMap((part) => "text" in part ? [...part.text].map((c) => [part.run, c]) : []);
}
