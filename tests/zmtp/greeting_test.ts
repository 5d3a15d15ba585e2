/** Peers of other versions and of none, as the octets they send. */
import assert from "node:assert/strict";
import { bind } from "../../lib/zmtp/endpoint.ts";
import { joined } from "../../lib/zmtp/frame.ts";
import { defaultLimits, type Limits } from "../../lib/zmtp/limits.ts";
import { Router } from "../../lib/zmtp/router.ts";
import { Publisher } from "../../lib/zmtp/xpub.ts";

const limits: Limits = { ...defaultLimits, handshakeMs: 300 };
const utf8 = new TextEncoder();
const loopback = { transport: "tcp", hostname: "127.0.0.1", port: 0 } as const;

const signature = [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f];
/** As libzmq 4.0 and zeromq.js 4 greet: version 3.0; 3.1 is libzmq since 4.2. */
function greeting3(minor: number, mechanism = "NULL"): Uint8Array {
  const name = new Uint8Array(20);
  name.set(utf8.encode(mechanism));
  return joined([Uint8Array.of(...signature, 3, minor), name, new Uint8Array(32)]);
}

function ready(socketType: string, identity = ""): Uint8Array {
  const property = (name: string, value: string) => [
    name.length,
    ...utf8.encode(name),
    0,
    0,
    0,
    value.length,
    ...utf8.encode(value),
  ];
  const body = [
    5,
    ...utf8.encode("READY"),
    ...property("Socket-Type", socketType),
    ...property("Identity", identity),
  ];
  return Uint8Array.of(4, body.length, ...body);
}

async function readFor(connection: Deno.TcpConn, ms: number): Promise<Uint8Array> {
  const seen: Uint8Array[] = [];
  const timer = setTimeout(() => connection.close(), ms);
  try {
    const buffer = new Uint8Array(4096);
    for (let n; (n = await connection.read(buffer)) !== null;) seen.push(buffer.slice(0, n));
    connection.close();
  } catch {
    // Our own deadline: the peer kept the connection.
  }
  clearTimeout(timer);
  return joined(seen);
}

/** Sends `octets` to a ROUTER that echoes; yields its answer and whether it hung up. */
async function speak(octets: Uint8Array, ms = 250) {
  const listener = bind(loopback);
  const router = new Router(listener, { limits });
  const echo = (async () => {
    for await (const message of router) await router.send(message);
  })();
  const connection = await Deno.connect({ port: (listener.addr as Deno.NetAddr).port });
  const started = performance.now();
  await connection.write(octets);
  const answer = await readFor(connection, ms);
  router.close();
  await echo;
  return { answer, hungUp: performance.now() - started < ms - 20 };
}

const hello = Uint8Array.of(0, 2, 104, 105);

Deno.test.each([
  { peer: "ZMTP 3.0", octets: joined([greeting3(0), ready("DEALER", "me"), hello]) },
  { peer: "ZMTP 3.1", octets: joined([greeting3(1), ready("DEALER"), hello]) },
  { peer: "a later minor version", octets: joined([greeting3(9), ready("REQ"), hello]) },
  {
    peer: "ZMTP 2.0 (libzmq 3.2)",
    octets: Uint8Array.of(...signature, 1, 5, 0, 2, 109, 101, ...hello),
  },
])("$peer is understood and answered", async ({ octets }) => {
  const { answer, hungUp } = await speak(octets);
  assert.deepEqual(answer.slice(-4), hello);
  assert.ok(!hungUp);
});

Deno.test.each([
  { peer: "an HTTP client", octets: utf8.encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") },
  { peer: "ZMTP 1.0 (libzmq 2)", octets: Uint8Array.of(1, 0, 3, 0, 104, 105) },
  { peer: "a CURVE client", octets: greeting3(1, "CURVE") },
  { peer: "a SUB socket", octets: joined([greeting3(1), ready("SUB")]) },
  { peer: "a peer with a message for READY", octets: joined([greeting3(1), hello]) },
  {
    peer: "a peer with a broken READY",
    octets: joined([greeting3(1), Uint8Array.of(4, 7, 5, 82, 69, 65, 68, 89, 50)]),
  },
  {
    peer: "a peer with a huge READY",
    octets: joined([greeting3(1), Uint8Array.of(6, 0, 0, 0, 9, 0, 0, 0, 0)]),
  },
])("$peer is hung up on", async ({ octets }) => {
  assert.ok((await speak(octets)).hungUp);
});

Deno.test("a peer that never finishes its greeting is hung up on in time", async () => {
  const { hungUp } = await speak(Uint8Array.from(signature), 1000);
  assert.ok(hungUp);
});

Deno.test.each([
  { form: "a SUBSCRIBE command (3.1)", wish: [4, 12, 9, ...utf8.encode("SUBSCRIBE"), 97, 98] },
  { form: "a message (3.0)", wish: [0, 3, 1, 97, 98] },
])("$form subscribes", async ({ wish }) => {
  const listener = bind(loopback);
  const publisher = new Publisher(listener, { limits });
  const connection = await Deno.connect({ port: (listener.addr as Deno.NetAddr).port });
  await connection.write(joined([greeting3(1), ready("SUB"), Uint8Array.from(wish)]));
  const { value: topic } = await publisher[Symbol.asyncIterator]().next();
  assert.deepEqual(topic, utf8.encode("ab"));
  await publisher.publish([utf8.encode("ba")]);
  await publisher.publish([utf8.encode("abc")]);
  const answer = await readFor(connection, 100);
  assert.deepEqual(answer.slice(-5), Uint8Array.of(0, 3, 97, 98, 99));
  assert.ok(!new TextDecoder().decode(answer).includes("ba"));
  publisher.close();
});
