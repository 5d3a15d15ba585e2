import assert from "node:assert/strict";
import fc from "fast-check";
import { editsBetween, nearest } from "../../lib/cli/suggest.ts";

Deno.test.each([
  { word: "bot", meant: "boot" },
  { word: "raech", meant: "reach" },
  { word: "mesage", meant: "message" },
  { word: "frobnicate", meant: undefined },
])('"$word" is near "$meant"', ({ word, meant }) => {
  assert.equal(nearest(word, ["boot", "reach", "message", "why"]), meant);
});

Deno.test("edits are symmetric, zero only for equal words, and obey the triangle", () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(fc.property(word, word, word, (a, b, c) => {
    assert.equal(editsBetween(a, b), editsBetween(b, a));
    assert.equal(editsBetween(a, b) === 0, a === b);
    assert.ok(editsBetween(a, c) <= editsBetween(a, b) + editsBetween(b, c));
  }));
});
