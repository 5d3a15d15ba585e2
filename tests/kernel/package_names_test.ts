import assert from "node:assert/strict";
import { running } from "./running.ts";

for (const name of ["irqscope", "irqscope/lesson"]) {
  Deno.test({
    name: `${name} can be imported from any folder`,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using kernel = await running();
      const { outcome } = await kernel.run(`import * as names from "${name}"; Object.keys(names)`);
      assert.equal(outcome.kind, "ok", JSON.stringify(outcome));
    },
  });
}
