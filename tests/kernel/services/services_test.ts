/** The library JupyterLab itself talks through, as a client of our kernel without a page. */
import assert from "node:assert/strict";
import { type Kernel, KernelManager, ServerConnection } from "@jupyterlab/services";
import { python } from "../../notebook/python.ts";
import { type JupyterServer, startJupyterServer } from "./jupyter_server.ts";

const name = "@jupyterlab/services drives the kernel";

Deno.test({
  name,
  ignore: python.missing("jupyter_server"),
  // The library keeps polling timers and its sockets to itself.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using server = await startJupyterServer("jupyter_server");
    const manager = new KernelManager({ serverSettings: settingsOf(server) });
    await manager.ready;
    const kernel = await manager.startNew({ name: "irqscope" });
    try {
      await t.step("60 cells sent at once lose no output", () => sixtyCells(kernel));
      await t.step("an interrupt ends a busy loop, variables kept", () => interrupted(kernel));
      await t.step("a restart forgets the variables and counts anew", () => restarted(kernel));
    } finally {
      await kernel.shutdown();
      kernel.dispose();
      manager.dispose();
    }
  },
});

function settingsOf({ address, token }: JupyterServer): ServerConnection.ISettings {
  const wsUrl = address.replace(/^http/, "ws");
  return ServerConnection.makeSettings({
    baseUrl: address,
    wsUrl,
    token,
    appendToken: true,
    fetch,
    Request,
    Headers,
    WebSocket,
  });
}

interface Ran {
  readonly status: string;
  readonly count: number | null;
  readonly shown: readonly string[];
}

/** Runs a cell; yields what had arrived when the library took it for done. */
async function run(kernel: Kernel.IKernelConnection, code: string): Promise<Ran> {
  const shown: string[] = [];
  const future = kernel.requestExecute({ code });
  future.onIOPub = ({ header, content }) => {
    const { text, data, evalue } = content as Record<string, unknown>;
    if (header.msg_type === "stream") shown.push(String(text));
    if (header.msg_type === "execute_result") {
      shown.push((data as Record<string, string>)["text/plain"] ?? "");
    }
    if (header.msg_type === "error") shown.push(String(evalue));
  };
  const { content } = await future.done;
  return { status: content.status, count: content.execution_count ?? null, shown };
}

async function sixtyCells(kernel: Kernel.IKernelConnection): Promise<void> {
  const places = Array.from({ length: 60 }, (_, place) => place);
  const ran = await Promise.all(
    places.map((place) => run(kernel, `console.log("line ${place}"); ${place} * 2`)),
  );
  assert.deepEqual(
    ran,
    places.map((place) => ({
      status: "ok",
      count: place + 1,
      shown: [`line ${place}\n`, `${place * 2}`],
    })),
  );
}

async function interrupted(kernel: Kernel.IKernelConnection): Promise<void> {
  await run(kernel, "let kept = 41");
  const cell = run(kernel, "while (true) {}");
  await new Promise((resolve) => setTimeout(resolve, 300));
  await kernel.interrupt();
  const { status, shown } = await cell;
  assert.deepEqual([status, shown], ["error", ["the cell was stopped; variables are kept"]]);
  assert.deepEqual((await run(kernel, "kept + 1")).shown, ["42"]);
}

async function restarted(kernel: Kernel.IKernelConnection): Promise<void> {
  await kernel.restart();
  const { count, shown } = await run(kernel, "typeof kept");
  assert.deepEqual([count, shown], [1, ['"undefined"']]);
}
