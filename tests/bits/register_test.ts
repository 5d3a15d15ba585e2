import assert from "node:assert/strict";
import fc from "fast-check";
import { flag, oneOf, Register, reserved, uint, wide } from "../../lib/bits/register.ts";

const SOURCE = "An example";
const odd = new Register({
  name: "Odd",
  width: 192,
  source: SOURCE,
  fields: {
    low: uint(7, "Within a limb"),
    across: uint(40, "Across three limbs"),
    mode: oneOf(["a", "b", "c", "d"], "Named codes"),
    big: wide(100, "Wider than a number"),
    gap: reserved(10),
    on: flag("One bit"),
    top: uint(32, "A whole limb's worth, unaligned"),
  },
});

Deno.test("encode undoes decode on every word of an unaligned layout", () => {
  const words = fc.bigInt({ min: 0n, max: (1n << 192n) - 1n });
  fc.assert(fc.property(words, (w) => odd.encode(odd.decode(w)) === w), { numRuns: 2000 });
});

Deno.test("decode agrees with one bigint shift a field", () => {
  const words = fc.bigInt({ min: 0n, max: (1n << 192n) - 1n });
  fc.assert(fc.property(words, (w) => {
    const got = odd.decode(w) as Record<string, unknown>;
    for (const { key, low, high } of odd.places) {
      const bits = w >> BigInt(low) & (1n << BigInt(high - low + 1)) - 1n;
      const meaning = got[key];
      const code = typeof meaning === "string" ? "abcd".indexOf(meaning) : meaning;
      assert.equal(BigInt(code as number), bits, key);
    }
  }));
});

Deno.test("a 32-bit word keeps its top bit unsigned", () => {
  const word = new Register({
    name: "W",
    width: 32,
    source: SOURCE,
    fields: { all: uint(32, "All") },
  });
  assert.equal(word.encode({ all: 0xffff_ffff }), 0xffff_ffff);
  assert.equal(word.decode(0xffff_ffff).all, 0xffff_ffff);
});

Deno.test("absent fields rest, reserved bits are named", () => {
  assert.equal(odd.encode({}), 0n);
  assert.deepEqual(odd.misused(0n), []);
  assert.deepEqual(odd.misused(1n << 149n), ["gap"]);
});

Deno.test.each([
  { word: -1n, what: "negative" },
  { word: 1n << 192n, what: "too wide" },
])("decode refuses a $what word", ({ word }) => {
  assert.throws(() => odd.decode(word), { name: "RangeError", message: /^Cannot decode Odd: / });
});

Deno.test("encode refuses what the field cannot hold, and fields it does not have", () => {
  assert.throws(() => odd.encode({ low: 128 }), { name: "RangeError", message: /0 … 127/ });
  assert.throws(() => odd.encode({ low: 1.5 }), RangeError);
  assert.throws(() => odd.encode({ big: 1n << 100n }), RangeError);
  assert.throws(() => odd.encode({ mode: "e" as "a" }), /is none of a, b, c, d/);
  assert.throws(() => odd.encode({ lwo: 1 } as never), { name: "TypeError", message: /"lwo"/ });
});

Deno.test("a declaration must fill its word", () => {
  const fields = { only: uint(3, "Three bits") };
  assert.throws(
    () => new Register({ name: "Short", width: 8, source: SOURCE, fields }),
    {
      name: "RangeError",
      message: "Cannot declare Short: its fields fill 3 of 8 bits; name the rest",
    },
  );
  assert.throws(() => oneOf(["a", "b", "c"], "Three names"), /3 names are no power of two/);
});

const small = new Register({
  name: "Small",
  width: 8,
  source: SOURCE,
  fields: { on: flag("Lit"), level: uint(7, "How much") },
});

Deno.test("a layout prints as a table and as a picture", () => {
  assert.equal(
    small.table(),
    "| bits | field | meaning |\n| ---: | --- | --- |\n| 7:1 | `level` | How much |\n| 0 | `on` | Lit |",
  );
  assert.equal(
    small.diagram(),
    "   7…1    0\n┌───────┬────┐\n│ level │ on │\n└───────┴────┘",
  );
});
