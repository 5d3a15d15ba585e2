import assert from "node:assert/strict";
import { bind, type Endpoint, formatEndpoint, type Listener } from "../../lib/zmtp/endpoint.ts";
import type { Multipart } from "../../lib/zmtp/frame.ts";
import { defaultLimits } from "../../lib/zmtp/limits.ts";
import { Replier } from "../../lib/zmtp/rep.ts";
import { Router } from "../../lib/zmtp/router.ts";
import { Publisher } from "../../lib/zmtp/xpub.ts";
import { pythonTest, runPython } from "./python.ts";

const client = new URL("libzmq_client.py", import.meta.url);
const utf8 = new TextEncoder();

function bindSomewhere(): { listener: Listener; address: string } {
  const listener = bind({ transport: "tcp", hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  return { listener, address: `tcp://127.0.0.1:${port}` };
}

/** Runs `scenario` of the client against a ROUTER that returns every message to its sender. */
async function echoing(scenario: string, at = bindSomewhere()): Promise<unknown> {
  const router = new Router(at.listener);
  const echo = (async () => {
    for await (const message of router) await router.send(message);
  })();
  try {
    return await runPython(client, scenario, at.address);
  } finally {
    router.close();
    await echo;
  }
}

pythonTest("a ROUTER returns multipart messages to the libzmq DEALER that sent them", async () => {
  assert.deepEqual(await echoing("echo"), ["a", "", "b".repeat(300)]);
});

pythonTest("peers without an identity are told apart", async () => {
  assert.deepEqual(await echoing("unnamed"), ["0", "1", "2"]);
});

pythonTest("a message of 100 MB arrives and returns whole", async () => {
  const { same } = await echoing("large") as { same: boolean };
  assert.ok(same);
});

pythonTest("200 clients in a row connect under one name, are served and leave", async () => {
  assert.equal(await echoing("comeback"), 200);
});

pythonTest("libzmq's PING is answered, so it keeps the connection", async () => {
  assert.deepEqual(await echoing("heartbeat"), { disconnected: false });
});

pythonTest("ipc sockets work, over a file a killed process left behind", async () => {
  const path = `${await Deno.makeTempDir()}/k-1`;
  const endpoint: Endpoint = { transport: "ipc", path };
  await runPython(client, "abandon", formatEndpoint(endpoint));
  assert.ok((await Deno.lstat(path)).isSocket, "the stale file");
  const at = { listener: bind(endpoint), address: formatEndpoint(endpoint) };
  assert.equal((await Deno.lstat(path)).mode! & 0o777, 0o600);
  assert.deepEqual(await echoing("echo", at), ["a", "", "b".repeat(300)]);
  await assert.rejects(Deno.lstat(path), Deno.errors.NotFound);
});

pythonTest("a REP answers a libzmq REQ with its own bytes", async () => {
  const { listener, address } = bindSomewhere();
  const replier = new Replier(listener, (request) => request);
  try {
    assert.deepEqual(await runPython(client, "request", address), [true, true, true]);
  } finally {
    replier.close();
  }
});

async function publishing(
  publisher: Publisher,
  subscribers: number,
  publish: () => Promise<void>,
): Promise<void> {
  let joined = 0;
  for await (const topic of publisher) {
    void publisher.publish([topic, utf8.encode("-1")]);
    if (++joined === subscribers) await publish();
  }
}

pythonTest("a SUB gets exactly the messages its topic starts, 100,000 sent", async () => {
  const { listener, address } = bindSomewhere();
  const publisher = new Publisher(listener);
  const publishes = publishing(publisher, 2, async () => {
    for (let i = 0; i < 100_000; i++) {
      await publisher.publish([utf8.encode(String(i)), new Uint8Array(50)]);
    }
    await publisher.publish([utf8.encode("end")]);
  });
  try {
    const startWithOne = 1 + 10 + 100 + 1000 + 10_000;
    assert.equal(await runPython(client, "subscribe", address), startWithOne);
  } finally {
    publisher.close();
    await publishes;
  }
});

pythonTest("a subscriber that stops reading is dropped; the others lose nothing", async () => {
  const { listener, address } = bindSomewhere();
  const limits = { ...defaultLimits, outboxBytes: 16 * 2 ** 20, patienceMs: 500 };
  const publisher = new Publisher(listener, { limits });
  const body: Multipart = [utf8.encode("m")];
  let highest = 0;
  const publishes = publishing(publisher, 2, async () => {
    for (let i = 0; i < 400; i++) {
      await publisher.publish([...body, utf8.encode(String(i)), new Uint8Array(2 ** 20)]);
      highest = Math.max(highest, Deno.memoryUsage().external);
    }
  });
  try {
    assert.deepEqual(await runPython(client, "stuck", address), { complete: true });
    assert.ok(highest < 200 * 2 ** 20, `${highest} bytes held`);
  } finally {
    publisher.close();
    await publishes;
  }
});
