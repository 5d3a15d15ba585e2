/** Tests that cells declare. */
import assert from "node:assert/strict";
import { printed, resultOf, type Running, running } from "./running.ts";

async function told(kernel: Running, code: string): Promise<string> {
  const ran = await kernel.run(code);
  assert.equal(ran.outcome.kind, "ok");
  return printed(ran).replace(/\(\d+ms\)/g, "(ms)").replace(/cell-\d+/, "cell");
}

Deno.test("tests of a cell run when its code has ended, before its value is shown", async () => {
  await using kernel = await running({ types: "off" });
  const ran = await kernel.run(`
    Deno.test("adds", () => { console.log("in the test") });
    Deno.test("fails", () => { throw new Error("no") });
    console.log("in the cell");
    7`);
  assert.equal(resultOf(ran), "7");
  assert.equal(ran.outputs.at(-1)?.kind, "result");
  assert.match(
    printed(ran),
    /^in the cell\nrunning 2 tests from cell-1\.ts\nin the test\nadds \.\.\. ok [^]*\nFAILED \| 1 passed/,
  );
  assert.match(printed(ran, "stderr"), /^Uncaught Error: no\n {2}cell-1\.ts:3:\d+\n/);
  assert.equal(printed(await kernel.run("1;")), "");
});

Deno.test("tests are declared in all the ways of Deno.test, with steps and hooks", async () => {
  await using kernel = await running({
    types: "off",
    files: { "own_test.ts": "Deno.test('of a file', () => {});" },
  });
  assert.equal(
    await told(
      kernel,
      `await import("./own_test.ts");
      Deno.test.beforeAll(() => console.log("all"));
      Deno.test.afterEach(() => console.log("each"));
      Deno.test("steps", async (t) => {
        await t.step("one", () => {});
        console.log(t.name, await t.step({ name: "two", fn: (s) => console.log(s.parent.name) }));
      });
      Deno.test.ignore("not this", () => { throw 1 });
      Deno.test({ name: "nor this", ignore: true, fn() { throw 1 } });
      Deno.test(function named() {});
      Deno.test("options", { sanitizeOps: false }, () => {});`,
    ),
    `running 6 tests from cell.ts
all
each
of a file ... ok (ms)
  one ... ok (ms)
steps
  two ... ok (ms)
steps true
each
steps ... ok (ms)
not this ... ignored (ms)
nor this ... ignored (ms)
each
named ... ok (ms)
each
options ... ok (ms)

ok | 4 passed | 0 failed | 2 ignored (ms)
`,
  );
  assert.equal(
    await told(kernel, "Deno.test.only('a', () => {}); Deno.test('b', () => { throw 1 })"),
    "running 1 test from cell.ts\na ... ok (ms)\n\nok | 1 passed | 0 failed | 1 filtered out (ms)\n",
  );
});

Deno.test("a test that would never run is told of", async () => {
  await using kernel = await running({ types: "off" });
  const { id } = await kernel.run("setTimeout(() => Deno.test('late', () => {}), 30); 1;");
  await kernel.run("await new Promise((later) => setTimeout(later, 100))");
  const told = kernel.outputs.filter(({ parent }) => parent === id);
  assert.match(JSON.stringify(told), /Cannot declare a test: its cell has ended/);
});

for (const test of ["await new Promise(() => {})", "while (true);"]) {
  Deno.test(`Stop ends a test in ${test}`, async () => {
    await using kernel = await running({ types: "off" });
    await kernel.run("var kept = 5");
    const stopped = kernel.run(`Deno.test("long", async () => { ${test} })`);
    await new Promise((later) => setTimeout(later, 200));
    await kernel.interpreter.interrupt();
    assert.equal((await stopped).outcome.kind, "error");
    assert.equal(resultOf(await kernel.run("kept")), "5");
  });
}
