import assert from "node:assert/strict";
import fc from "fast-check";
import { Recent } from "../../lib/kernel/recent.ts";

Deno.test("law: every value is either among those kept or was told to be forgotten, once", () => {
  const entries = fc.array(fc.tuple(fc.nat(20), fc.string()), { maxLength: 60 });
  fc.assert(fc.property(entries, fc.integer({ min: 1, max: 8 }), (entries, most) => {
    const forgotten: object[] = [];
    const recent = new Recent<number, { text: string }>(({ text }) => text.length, {
      most,
      forgotten: (value) => forgotten.push(value),
    });
    const all = entries.map(([key, text]) => {
      const value = { text };
      recent.set(key, value);
      assert.equal(recent.get(key), value);
      return value;
    });
    assert(recent.values().toArray().length <= most);
    assert.deepEqual(new Set([...forgotten, ...recent.values()]), new Set(all));
    assert.equal(forgotten.length + recent.values().toArray().length, all.length);
    recent.clear();
    assert.equal(forgotten.length, all.length);
    assert.deepEqual(recent.values().toArray(), []);
  }));
});

Deno.test("of long values fewer are kept; the last one always is", () => {
  const recent = new Recent<number, number>((size) => size);
  for (let key = 0; key < 100; key++) recent.set(key, 2 ** 20);
  assert.equal(recent.values().toArray().length, 16);
  recent.set(100, 2 ** 30);
  assert.deepEqual(recent.values().toArray(), [2 ** 30]);
});
