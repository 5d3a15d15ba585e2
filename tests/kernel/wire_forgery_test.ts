/** Forged messages at the sockets of a running front: they must reach nothing and nobody. */
import assert from "node:assert/strict";
import type { ConnectionInfo } from "../../lib/jupyter/connection_file.ts";
import { type Draft, Session } from "../../lib/jupyter/message.ts";
import { openChannels } from "../../lib/kernel/channels.ts";
import { Front } from "../../lib/kernel/front.ts";
import type { Interpreter, Surroundings } from "../../lib/kernel/interpreter.ts";
import { Dealer } from "../../lib/zmtp/dealer.ts";
import type { Multipart } from "../../lib/zmtp/frame.ts";

/** Where nothing may arrive unless it is signed: it notes every cell, and asks its client. */
function witness(cells: string[]) {
  return ({ ask }: Surroundings): Interpreter => ({
    start: () => Promise.resolve(),
    execute: async ({ code, id }) => {
      cells.push(code);
      cells.push(await ask("name? ", { password: false, parent: id }));
      return { kind: "ok", userExpressions: {}, pages: [] };
    },
    interrupt: () => Promise.resolve({ ended: true }),
    comm: () => Promise.resolve(),
    complete: () => Promise.resolve({ start: 0, end: 0, matches: [] }),
    inspect: () => Promise.resolve(undefined),
    isComplete: () => Promise.resolve({ status: "unknown" }),
    dispose: () => Promise.resolve(),
  });
}

async function withFront(
  key: string,
  test: (front: { info: ConnectionInfo; cells: string[]; ended: () => boolean }) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  const ports = { shell: 1, iopub: 2, stdin: 3, control: 4, hb: 5 };
  const info: ConnectionInfo = {
    kind: "connection",
    transport: "ipc",
    ip: `${folder}/k`,
    ports,
    key,
  };
  const cells: string[] = [];
  const channels = await openChannels(info);
  const front = new Front({ info, channels, interpreter: witness(cells) });
  let ended = false;
  void front.ended.then(() => ended = true);
  await test({ info, cells, ended: () => ended });
  front.shutDown();
  await front.ended;
}

async function client({ ip, ports }: ConnectionInfo, channel: "shell" | "control" | "stdin") {
  const endpoint = { transport: "ipc", path: `${ip}-${ports[channel]}` } as const;
  const dealer = await Dealer.connect(endpoint, { identity: new TextEncoder().encode("one") });
  const messages = dealer[Symbol.asyncIterator]();
  let waiting = messages.next();
  return {
    send: (frames: Multipart) => dealer.send(frames),
    /** The type of the next message, or undefined after `ms` of silence. */
    async hear(ms: number): Promise<string | undefined> {
      const timer = Promise.withResolvers<undefined>();
      const id = setTimeout(() => timer.resolve(undefined), ms);
      const heard = await Promise.race([waiting, timer.promise]);
      clearTimeout(id);
      if (!heard?.value) return undefined;
      waiting = messages.next();
      return JSON.parse(new TextDecoder().decode(heard.value[2])).msg_type;
    },
    close: () => dealer.close(),
  };
}

const key = "right";
const cell: Draft = { type: "execute_request", content: { code: "forged", allow_stdin: true } };
const shutdown: Draft = { type: "shutdown_request", content: { restart: false } };
const kernelInfo: Draft = { type: "kernel_info_request", content: {} };
const seal = (draft: Draft, with_ = key) => new Session(with_).seal([], draft);

Deno.test.each([
  { how: "with a wrong key", forge: (draft: Draft) => seal(draft, "wrong") },
  { how: "with an empty signature", forge: (draft: Draft) => seal(draft, "") },
  { how: "without a delimiter", forge: (draft: Draft) => seal(draft).slice(1) },
  { how: "cut short", forge: (draft: Draft) => seal(draft).slice(0, 4) },
])("a cell and a shutdown $how are ignored; honest requests are answered", async ({ forge }) => {
  await withFront(key, async ({ info, cells, ended }) => {
    const shell = await client(info, "shell");
    const control = await client(info, "control");
    await shell.send(forge(cell));
    await shell.send(forge(shutdown));
    await control.send(forge(shutdown));
    assert.equal(await shell.hear(150), undefined);
    assert.equal(await control.hear(10), undefined);
    assert.deepEqual(cells, []);
    assert.ok(!ended());
    await control.send(seal(kernelInfo));
    assert.equal(await control.hear(1000), "kernel_info_reply");
    await shell.send(seal(kernelInfo));
    assert.equal(await shell.hear(1000), "kernel_info_reply");
    shell.close();
    control.close();
  });
});

Deno.test("a request overheard and sent again is not answered", async () => {
  await withFront(key, async ({ info }) => {
    const shell = await client(info, "shell");
    const control = await client(info, "control");
    const overheard = seal(kernelInfo);
    await shell.send(overheard);
    assert.equal(await shell.hear(1000), "kernel_info_reply");
    await shell.send(overheard);
    await control.send(overheard);
    assert.equal(await shell.hear(150), undefined);
    assert.equal(await control.hear(10), undefined);
    shell.close();
    control.close();
  });
});

Deno.test("a forged answer to a question is ignored, the true one still taken", async () => {
  await withFront(key, async ({ info, cells }) => {
    const shell = await client(info, "shell");
    const stdin = await client(info, "stdin");
    const forged: Draft = { type: "input_reply", content: { value: "mallory" } };
    await shell.send(seal(cell));
    assert.equal(await stdin.hear(1000), "input_request");
    await stdin.send(seal(forged, "wrong"));
    await stdin.send(seal(forged, ""));
    await stdin.send([new TextEncoder().encode("junk")]);
    assert.equal(await shell.hear(150), undefined);
    await stdin.send(seal({ type: "input_reply", content: { value: "alice" } }));
    assert.equal(await shell.hear(1000), "execute_reply");
    assert.deepEqual(cells, ["forged", "alice"]);
    shell.close();
    stdin.close();
  });
});
