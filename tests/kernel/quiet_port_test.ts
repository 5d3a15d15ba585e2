import assert from "node:assert/strict";
import { quietPort } from "../../lib/kernel/quiet_port.ts";

Deno.test("what listens there already is not offered again", () => {
  const first = quietPort();
  assert.ok(first >= 1024 && first < 65_536);
  using _listener = Deno.listen({ hostname: "127.0.0.1", port: first });
  assert.notEqual(quietPort(), first);
});
