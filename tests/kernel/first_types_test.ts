/** Type errors of cells that ran before the language server was up. */
import assert from "node:assert/strict";
import { errorsOf, printed, resultOf, running, warned } from "./running.ts";

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

Deno.test("later cells know nothing of one that was kept from running", async () => {
  await using kernel = await running({ slots: await Deno.makeTempDir(), types: "error" });
  await kernel.run("/** The first. */\nconst cfg = 'abc';");
  const refused = await kernel.run("/** The second. */\nconst cfg: number = 'x';");
  assert.match(errorsOf(refused).join(), /^TS2322/);
  assert.equal(resultOf(await kernel.run("cfg.toUpperCase()")), '"ABC"');
  assert.match(JSON.stringify(await kernel.interpreter.inspect("cfg", 3, 0)), /The first/);
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
