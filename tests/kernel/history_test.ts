import assert from "node:assert/strict";
import fc from "fast-check";
import { History } from "../../lib/kernel/history.ts";
import type { HistoryRequest } from "../../lib/jupyter/requests.ts";

const asked: HistoryRequest = {
  histAccessType: "search",
  pattern: "*",
  n: Infinity,
  unique: false,
  output: false,
  session: 0,
  start: 0,
  stop: 0,
} as HistoryRequest;

function found(source: string, pattern: string): boolean {
  const history = new History();
  history.add({ line: 1, source, output: null });
  return history.select({ ...asked, pattern }).length === 1;
}

/** What a pattern means, however long it takes to see. */
function fits([first, ...text]: readonly string[], [wild, ...pattern]: readonly string[]): boolean {
  if (wild === undefined) return first === undefined;
  if (wild === "*") {
    return fits(first === undefined ? [] : [first, ...text], pattern) ||
      first !== undefined && fits(text, [wild, ...pattern]);
  }
  return first !== undefined && (wild === "?" || wild === first) && fits(text, pattern);
}

Deno.test("law: a pattern finds what it means", () => {
  const words = fc.array(fc.constantFrom("a", "b", "\n", "😀", "(", "?", "*"), { maxLength: 9 });
  fc.assert(fc.property(words, words, (text, pattern) => {
    assert.equal(found(text.join(""), pattern.join("")), fits(text, pattern));
  }));
});

Deno.test("a pattern of many stars is answered", () => {
  const source = `/*${"*".repeat(70)}\n${"const abc = 1;\n".repeat(2_000)}*/1`;
  assert.equal(found(source, "/***** x*"), false);
  assert.equal(found("1+".repeat(5_000), `${"*1".repeat(200)}*zzz`), false);
  assert.equal(found("1+".repeat(5_000), `${"*1".repeat(200)}*`), true);
});

Deno.test.each(["constructor", "toString", "sideways"])("%s is no way to read history", (type) => {
  assert.throws(
    () => new History().select({ ...asked, histAccessType: type }),
    /Cannot read history by "\w+"; send one of tail, search, range as hist_access_type/,
  );
});
