import assert from "node:assert/strict";
import { jupyterDisplay } from "../../lib/chart/chart.ts";
import { check, ClaimError, predict, refute, stateStrip } from "../../lib/lesson/mod.ts";

const replies = { yes: "Because it is.", no: "It would be, if <x>." };

Deno.test("a question stands before its answer, nothing ticked", () => {
  const asked = predict("Is it?", ["yes", "no"]);
  assert.equal(asked.text, "Predict: Is it?\n  ○ yes\n  ○ no");
  assert.equal(asked.html.match(/<input type="radio"/g)!.length, 2);
  assert.ok(!asked.html.includes("checked"));
});

Deno.test.each(
  [
    { mine: undefined, text: "✓ yes\n  Because it is.\n✗ no\n  It would be, if <x>." },
    { mine: "yes", text: "✓ yes\n  Because it is." },
    { mine: "no", text: "✗ no\n  It would be, if <x>.\n✓ yes\n  Because it is." },
  ] as const,
)("who answered $mine is told what fits that answer", ({ mine, text }) => {
  const revealed = predict("Is it?", ["yes", "no"], mine).reveal("yes", replies);
  assert.equal(revealed.text, text);
  assert.ok(!revealed.html.includes("<x>"));
});

Deno.test("an answer that was not offered is refused", () => {
  const message = `Cannot take "maybe" as an answer: it is none of "yes", "no"; choose one`;
  assert.throws(() => predict("Is it?", ["yes", "no"], "maybe" as "yes"), { message });
  assert.throws(() => predict("Is it?", ["yes", "no"]).reveal("maybe", replies), { message });
});

Deno.test("a strip marks what has changed, in words too", () => {
  const strip = stateStrip({ limit: "255", mode: "on" }, { limit: "none", mode: "on" });
  assert.equal(strip.text, "▸ limit: 255 | mode: on");
  assert.equal(strip.html.match(/▸/g)!.length, 1);
  assert.deepEqual(Object.keys(strip[jupyterDisplay]()), ["text/html", "text/plain"]);
});

Deno.test("a claim that holds prints its tick", () => {
  assert.deepEqual(printed(() => check("two and two are four", 4, 4)), [
    "✓ two and two are four: 4",
  ]);
  assert.deepEqual(printed(() => check("it holds", true)), ["✓ it holds"]);
  assert.deepEqual(printed(() => check("it is absent", undefined, undefined)), [
    "✓ it is absent: undefined",
  ]);
});

Deno.test("a claim that does not hold ends the cell and says what was found", () => {
  assert.throws(() => check("sets are equal", { a: [1] }, { a: [2] }), (error) => {
    assert.ok(error instanceof ClaimError);
    assert.equal(
      error.message,
      `Cannot uphold "sets are equal": found {"a":[1]}, expected {"a":[2]}; ` +
        `mend the claim or the machine`,
    );
    return true;
  });
});

Deno.test("a refuted belief prints its cross, and a true one cannot be refuted", () => {
  assert.deepEqual(printed(() => refute("it is three", 4, 3)), ["✗ it is three: it is 4"]);
  assert.throws(() => refute("it is four", 4, 4), ClaimError);
});

function printed(act: () => void): string[] {
  const lines: string[] = [];
  const { log } = console;
  console.log = (line: string) => lines.push(line);
  try {
    act();
  } finally {
    console.log = log;
  }
  return lines;
}
