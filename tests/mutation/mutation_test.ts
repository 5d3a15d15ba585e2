import assert from "node:assert/strict";
import { type Fate, plantAll } from "./main.ts";
import { MUTANTS } from "./mutants.ts";

Deno.test("every planted defect is caught by the test named for it", async () => {
  const loose: string[] = [];
  const fates = await plantAll(MUTANTS, (fate: Fate, { defect }) => {
    if (fate !== "caught") loose.push(`${fate}: ${defect}`);
  });
  assert.deepEqual(loose, []);
  assert.ok(fates.length > 60);
});
