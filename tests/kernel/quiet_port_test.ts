import assert from "node:assert/strict";
import { quietPort } from "../../lib/kernel/quiet_port.ts";

Deno.test("no port is offered twice, nor one where somebody listens", () => {
  const ports = Array.from({ length: 20 }, quietPort);
  assert.equal(new Set(ports).size, ports.length);
  assert.ok(ports.every((port) => port >= 1024 && port < 65_536));

  const step = Math.max(...ports.slice(1).map((port, index) => port - ports[index]!));
  let last = quietPort();
  while (last + step > Math.max(...ports)) last = quietPort();
  using _listener = Deno.listen({ hostname: "127.0.0.1", port: last + step });
  assert.notEqual(quietPort(), last + step);
});
