import assert from "node:assert/strict";
import fc from "fast-check";
import type { Register } from "../../lib/bits/register.ts";
import * as x86 from "../../lib/x86/words.ts";

const LAYOUTS = Object.entries(x86.LAYOUTS) as [string, Register<Record<never, never>>][];

function anyWord(width: number): fc.Arbitrary<number | bigint> {
  const words = fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << BigInt(width)) - 1n }),
    fc.integer({ min: 0, max: width - 1 }).map((at) => 1n << BigInt(at)),
    fc.constant((1n << BigInt(width)) - 1n),
  );
  return width <= 32 ? words.map(Number) : words;
}

Deno.test.each(LAYOUTS.map(([name, layout]) => ({ name, layout })))(
  "$name: encode undoes decode on every word, and decode never throws",
  ({ layout }) => {
    fc.assert(fc.property(anyWord(layout.width), (word) => {
      assert.equal(layout.encode(layout.decode(word)), word);
    }));
  },
);

Deno.test.each(LAYOUTS.map(([name, layout]) => ({ name, layout })))(
  "$name: an empty value encodes without misused bits, and every reserved bit is noticed",
  ({ layout }) => {
    const rest = layout.encode({});
    assert.deepEqual(layout.misused(rest), []);
    for (const { key, low, high, reserved } of layout.places) {
      for (let at = low; at <= high; at++) {
        const bit = 1n << BigInt(at);
        const flipped = typeof rest === "number" ? Number(BigInt(rest) ^ bit) : rest ^ bit;
        assert.deepEqual(layout.misused(flipped), reserved ? [key] : []);
      }
    }
  },
);

Deno.test("every layout has a source, a row for each field and a box for each", () => {
  for (const [, layout] of LAYOUTS) {
    assert.match(layout.source, /\d|Linux|AMD|Microsoft/);
    const rows = layout.table().split("\n").slice(2);
    assert.equal(rows.length, layout.places.length);
    for (const { key } of layout.places) assert.ok(layout.diagram().includes(` ${key} `), key);
  }
});

Deno.test("layouts", (t) => {
  const pictures = LAYOUTS.map(([, layout]) =>
    `${layout.name}: ${layout.source}\n\n${layout.table()}\n\n${layout.diagram()}`
  );
  return t.assertSnapshot(pictures.join("\n\n"));
});
