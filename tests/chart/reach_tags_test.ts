import assert from "node:assert/strict";
import fc from "fast-check";
import { pixelOf, valueAt } from "../../lib/chart/reach_axis.ts";
import { groupMarks, placeTags } from "../../lib/chart/reach_tags.ts";

const axis = { left: 16, right: 676 };
const id = fc.oneof(
  fc.nat(400),
  fc.nat(2 ** 31 - 1),
  fc.integer({ min: 2 ** 31, max: 2 ** 32 - 2 }),
);
const verdict = fc.constantFrom("reachable", "unreachable", "offline");
const marks = fc.uniqueArray(id, { maxLength: 80 }).chain((ids) =>
  fc.tuple(
    ...ids.toSorted((a, b) => a - b).map((id) => fc.record({ id: fc.constant(id), verdict })),
  )
);

Deno.test("tags of any CPUs never overlap and never leave the axis", () => {
  fc.assert(fc.property(marks, (marks) => {
    const tags = placeTags(marks, axis);
    let free = axis.left;
    for (const { left, width } of tags) {
      assert.ok(left >= free - 1e-6, `a tag at ${left} begins before ${free}`);
      free = left + width;
    }
    assert.ok(free <= axis.right + 1e-6, `the last tag ends at ${free}`);
  }));
});

Deno.test("no CPU is lost when tags are joined", () => {
  fc.assert(fc.property(marks, (marks) => {
    const counted = groupMarks(marks).reduce((sum, { count }) => sum + count, 0);
    assert.equal(counted, marks.length);
    const shown = new Set(placeTags(marks, axis).map(({ verdict }) => verdict));
    assert.deepEqual(shown, new Set(marks.map(({ verdict }) => verdict)));
  }));
});

Deno.test.each([
  { ids: [0, 1, 2, 3], labels: ["0–3"] },
  { ids: [254, 300], labels: ["254", "300"] },
  { ids: [2 ** 32 - 2], labels: ["2^32−2"] },
  { ids: Array.from({ length: 50 }, (_, i) => 1000 * i), labels: undefined },
])("the CPUs $ids are labelled $labels", ({ ids, labels }) => {
  const tags = placeTags(ids.map((id) => ({ id, verdict: "reachable" })), axis);
  if (labels !== undefined) assert.deepEqual(tags.map(({ label }) => label), labels);
  else {assert.ok(
      tags.length < ids.length && tags.some(({ label }) => /^\d+…\d+ \(\d+\)$/.test(label)),
    );}
});

Deno.test("a pixel and the value drawn there name each other", () => {
  fc.assert(fc.property(id, (id) => {
    const value = valueAt(axis, pixelOf(axis, id));
    assert.ok(Math.abs(value / (id + 1) - 1) < 1e-9);
  }));
});
