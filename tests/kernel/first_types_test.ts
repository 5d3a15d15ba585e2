/** Type errors of cells that ran before the language server was up. */
import assert from "node:assert/strict";
import { errorsOf, printed, running, warned } from "./running.ts";

const wrong = "const n: number = 'x';";

Deno.test("the very first cell hears of its type errors though no other follows", async () => {
  await using kernel = await running({ slots: await Deno.makeTempDir() });
  const first = await kernel.run(wrong);
  assert.match(
    await warned(kernel, first),
    /^cell-\d+\.ts:1:7 - warning TS2322: Type 'string' is not assignable/,
  );
});

Deno.test("a late type error is told under its own cell, not with those that follow", async () => {
  await using kernel = await running({ slots: await Deno.makeTempDir() });
  const first = await kernel.run(wrong);
  const second = await kernel.run("await new Promise((r) => setTimeout(r, 5000))");
  assert.match(await warned(kernel, first), /TS2322/);
  assert.equal(printed(second, "stderr"), "");
});

Deno.test("the first cell of all may forbid itself to run with type errors", async () => {
  await using kernel = await running({ slots: await Deno.makeTempDir() });
  const refused = await kernel.run(`// types: error\nconsole.log('ran'); ${wrong}`);
  assert.equal(printed(refused), "");
  assert.match(errorsOf(refused).join(), /^TS2322/);
});

Deno.test("a global that code made as it ran is no unknown name", async () => {
  await using kernel = await running({ slots: await Deno.makeTempDir() });
  await warned(kernel, await kernel.run(wrong));
  await kernel.run("globalThis.made = 5;");
  const known = await kernel.run("made + 1");
  assert.equal(printed(known, "stderr"), "");
  assert.match(
    await warned(kernel, await kernel.run("made + (() => nowhere)()")),
    /^.*'nowhere'\.\n[^]*$/,
  );
});
