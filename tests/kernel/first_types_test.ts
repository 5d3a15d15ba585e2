/** Type errors of cells that ran before the language server was up. */
import assert from "node:assert/strict";
import { errorsOf, pause, printed, running } from "./running.ts";

const wrong = "const n: number = 'x';";

Deno.test("a cell that runs before the language server is up hears of its type errors", async () => {
  await using kernel = await running({ slots: await Deno.makeTempDir() });
  assert.equal(printed(await kernel.run(wrong), "stderr"), "");
  let told = "";
  for (let tries = 0; told === "" && tries < 200; tries++) {
    await pause(100);
    told = printed(await kernel.run("0"), "stderr");
  }
  assert.match(told, /^cell-\d+\.ts:1:7 - warning TS2322: Type 'string' is not assignable/);
});

Deno.test("the first cell of all may forbid itself to run with type errors", async () => {
  await using kernel = await running({ slots: await Deno.makeTempDir() });
  const refused = await kernel.run(`// types: error\nconsole.log('ran'); ${wrong}`);
  assert.equal(printed(refused), "");
  assert.match(errorsOf(refused).join(), /^TS2322/);
});
