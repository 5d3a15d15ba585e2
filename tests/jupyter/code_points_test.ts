import assert from "node:assert/strict";
import fc from "fast-check";
import { codePointCount, utf16Offset } from "../../lib/jupyter/code_points.ts";

Deno.test.each([
  { text: "abc", points: 2, units: 2 },
  { text: "s='\u{1F600}'; x", points: 7, units: 8 },
  { text: "\u{1F600}\u{1F600}", points: 1, units: 2 },
  { text: "ab", points: 99, units: 2 },
  { text: "ab", points: -1, units: 0 },
])("$points code points into $text are $units code units", ({ text, points, units }) => {
  assert.equal(utf16Offset(text, points), units);
});

Deno.test("counting back gives what was counted", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.nat(30), (text, points) => {
    const most = [...text].length;
    assert.equal(codePointCount(text, utf16Offset(text, points)), Math.min(points, most));
  }));
});
