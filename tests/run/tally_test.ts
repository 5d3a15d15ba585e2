import assert from "node:assert/strict";
import { countRounds } from "./conformance.ts";
import { count } from "./step.ts";
import { add, format, one, readDenoTest, readPytest } from "./tally.ts";

Deno.test.each([
  { line: "ok | 26 passed | 0 failed (1s)", tally: [26, 0, 0] },
  { line: "FAILED | 26 passed (3 steps) | 3 failed | 2 ignored (1s)", tally: [26, 3, 2] },
  { line: "ok | 0 passed | 0 failed | 4 ignored | 2 filtered out (9ms)", tally: [0, 0, 4] },
])('deno test\'s "$line" is read', ({ line, tally }) => {
  assert.deepEqual(Object.values(readDenoTest(`running\n${line}\n`)!), tally);
});

Deno.test.each([
  { line: "======= 12 passed in 3.41s =======", tally: [12, 0, 0] },
  {
    line: "== 1 failed, 12 passed, 3 skipped, 2 warnings in 63.41s (0:01:03) ==",
    tally: [12, 1, 3],
  },
  { line: "=== 2 errors in 0.04s ===", tally: [0, 2, 0] },
])('pytest\'s "$line" is read', ({ line, tally }) => {
  assert.deepEqual(Object.values(readPytest(`x\n${line}`)!), tally);
});

Deno.test("a run that ends without a summary counts as a failure", () => {
  const ended = { success: false, output: "Segmentation fault", timedOut: false };
  assert.deepEqual(count(ended, readDenoTest), one(false));
});

Deno.test("a run that passes all its tests and still fails counts as one more failure", () => {
  const ended = { success: false, output: "ok | 2 passed | 0 failed (1s)", timedOut: false };
  assert.deepEqual(Object.values(count(ended, readDenoTest)), [2, 1, 0]);
});

Deno.test("only rounds without any loss pass", () => {
  const line = (lost: number) =>
    `k round 1: 4 cells in 1.4s; prints without stream ${lost}/2; ` +
    "expressions without execute_result 0/2; cells with no output at all 0";
  const output = `${line(0)}\n${line(1)}\n${line(0)}`;
  assert.deepEqual(Object.values(countRounds({ output }, 3)), [2, 1, 0]);
});

Deno.test("the last line names skipped tests only when there are some", () => {
  assert.equal(format(add(one(true), one(false))), "1 passed, 1 failed");
  assert.equal(format({ passed: 3, failed: 0, skipped: 2 }), "3 passed, 0 failed, 2 skipped");
});
