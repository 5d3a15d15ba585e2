import assert from "node:assert/strict";
import { LESSONS } from "../../lib/linux/lessons.ts";
import { recordedBoots } from "../boots/boots.ts";

Deno.test("every lesson names its source, and boots that were recorded", async () => {
  const names = new Set((await recordedBoots()).map(({ name }) => name));
  for (const { rule, source, cases } of LESSONS) {
    assert.match(source, /^Linux \d+\.\d+/, rule);
    assert.deepEqual(cases.filter((name) => !names.has(name)), [], rule);
  }
});
