/** Our WebSocket client against Deno's own server. */
import assert from "node:assert/strict";
import { WebSocketClient } from "../../lib/kernel/web_socket.ts";

const silent = { message() {}, closed() {} };

Deno.test("messages of every length come back as they went", async () => {
  await using server = serve((request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
  const heard: string[] = [];
  const all = Promise.withResolvers<void>();
  const texts = [0, 1, 125, 126, 65_535, 65_536, 3_000_000].map((length) => "é".repeat(length));
  const client = await WebSocketClient.connect(server.url, {
    message: (text) => {
      if (heard.push(text) === texts.length) all.resolve();
    },
    closed: () => {},
  });
  for (const text of texts) client.send(text);
  await all.promise;
  assert.deepEqual(heard, texts);
  client.close();
  assert.equal(client.open, false);
});

Deno.test("a server that closes is heard of once, and nothing is sent any more", async () => {
  await using server = serve((request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => socket.close();
    return response;
  });
  const closed = Promise.withResolvers<void>();
  let times = 0;
  const listener = { message() {}, closed: () => (times++, closed.resolve()) };
  const client = await WebSocketClient.connect(server.url, listener);
  await closed.promise;
  client.send("nobody hears this");
  client.close();
  assert.equal(times, 1);
});

Deno.test("what is no WebSocket is refused, and so is an empty port", async () => {
  await using server = serve(() => new Response("no", { status: 404 }));
  await assert.rejects(WebSocketClient.connect(server.url, silent), /404 Not Found/);
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr as Deno.NetAddr;
  free.close();
  await assert.rejects(WebSocketClient.connect(`ws://127.0.0.1:${port}/x`, silent));
});

function serve(handler: (request: Request) => Response): AsyncDisposable & { url: string } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  return {
    url: `ws://127.0.0.1:${server.addr.port}/some/path`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
