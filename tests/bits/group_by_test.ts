import assert from "node:assert/strict";
import fc from "fast-check";
import { groupBy } from "../../lib/bits/group_by.ts";

Deno.test("items are grouped as Map.groupBy groups them", () => {
  fc.assert(fc.property(fc.array(fc.integer()), (items) => {
    const key = (n: number) => n % 3;
    assert.deepEqual([...groupBy(items, key)], [...Map.groupBy(items, key)]);
  }));
});
