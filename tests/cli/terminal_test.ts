/** Tables as people see them. */
import assert from "node:assert/strict";
import { columns } from "../../lib/cli/terminal.ts";

Deno.test("a table has as many rows as a machine has CPUs", () => {
  const rows = Array.from({ length: 700_000 }, (_, id) => [`${id}`, "refused"]);
  assert.ok(columns(rows).startsWith("0       refused\n"));
});
