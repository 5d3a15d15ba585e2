import assert from "node:assert/strict";
import type { Output } from "../../lib/kernel/interpreter.ts";
import { type Running, running } from "./running.ts";

const options = { sanitizeOps: false, sanitizeResources: false };

type Content = {
  readonly comm_id: string;
  readonly data: { readonly method?: string; readonly state?: Record<string, unknown> };
};

function comms(outputs: readonly { readonly output: Output }[], type: string): Content[] {
  return outputs.flatMap(({ output }) =>
    output.kind === "broadcast" && output.msgType === type
      ? [output.content as unknown as Content]
      : []
  );
}

async function opened(kernel: Running, code: string): Promise<Content> {
  await kernel.run(code);
  return comms(kernel.outputs, "comm_open").at(-1)!;
}

async function fromBrowser(kernel: Running, id: string, data: object, buffers: Uint8Array[] = []) {
  const message = { msgType: "comm_msg", content: { comm_id: id, data }, buffers };
  await kernel.interpreter.comm(message, "browser");
}

Deno.test("a slider opens an anywidget model with its state", options, async () => {
  await using kernel = await running();
  const { data } = await opened(
    kernel,
    "const s = Deno.jupyter.slider({ label: 'APIC ID', max: 300 }); s",
  );
  const { _model_module, _model_name, value, max, label, _esm } = data.state!;
  assert.deepEqual([_model_module, _model_name, value, max, label], [
    "anywidget",
    "AnyModel",
    0,
    300,
    "APIC ID",
  ]);
  assert.match(String(_esm), /export default/);
});

Deno.test("its last value shows as a view of the model", options, async () => {
  await using kernel = await running();
  const { comm_id } = await opened(kernel, "const s = Deno.jupyter.slider({ value: 7 });");
  const { outputs } = await kernel.run("s");
  const [shown] = outputs.filter(({ kind }) => kind === "result");
  assert.deepEqual(shown?.kind === "result" && shown.data, {
    "application/vnd.jupyter.widget-view+json": {
      version_major: 2,
      version_minor: 1,
      model_id: comm_id,
    },
    "text/plain": "Widget with value 7",
  });
});

Deno.test(
  "what the browser sets arrives in TypeScript, under its own parent",
  options,
  async () => {
    await using kernel = await running();
    const { comm_id } = await opened(
      kernel,
      "const s = Deno.jupyter.slider(); s.on('value', (v) => console.log('moved to', v));",
    );
    await fromBrowser(kernel, comm_id, {
      method: "update",
      state: { value: 42 },
      buffer_paths: [],
    });
    const streams = kernel.outputs.filter(({ output }) => output.kind === "stream");
    assert.deepEqual(streams, [
      { output: { kind: "stream", name: "stdout", text: "moved to 42\n" }, parent: "browser" },
    ]);
    const { outputs } = await kernel.run("s.value");
    assert.equal(outputs[0]?.kind === "result" && outputs[0].data["text/plain"], "42");
  },
);

Deno.test("what TypeScript sets goes to the browser", options, async () => {
  await using kernel = await running();
  const { comm_id } = await opened(kernel, "const s = Deno.jupyter.slider();");
  await kernel.run("s.value = 9");
  assert.deepEqual(comms(kernel.outputs, "comm_msg"), [{
    comm_id,
    data: { method: "update", state: { value: 9 }, buffer_paths: [] },
  }]);
});

Deno.test("bytes travel as buffers, both ways", options, async () => {
  await using kernel = await running();
  const { comm_id } = await opened(
    kernel,
    "const w = Deno.jupyter.widget({ esm: 'export default {}', state: { pixels: new Uint8Array([1, 2]) } });",
  );
  const open = kernel.outputs.find(({ output }) => output.kind === "broadcast")!.output;
  assert.deepEqual(open.kind === "broadcast" && open.buffers.map((b) => [...b]), [[1, 2]]);
  const data = { method: "update", state: {}, buffer_paths: [["pixels"]] };
  await fromBrowser(kernel, comm_id, data, [new Uint8Array([3, 4, 5])]);
  const { outputs } = await kernel.run("[...w.get('pixels')].join()");
  assert.equal(outputs[0]?.kind === "result" && outputs[0].data["text/plain"], '"3,4,5"');
});

Deno.test("a reloaded page is told the states of all widgets", options, async () => {
  await using kernel = await running();
  const { comm_id } = await opened(kernel, "const s = Deno.jupyter.slider({ value: 5 });");
  const open = { comm_id: "control", target_name: "jupyter.widget.control", data: {} };
  await kernel.interpreter.comm({ msgType: "comm_open", content: open, buffers: [] }, "browser");
  await fromBrowser(kernel, "control", { method: "request_states" });
  const [{ data }] = comms(kernel.outputs, "comm_msg") as unknown as [
    { data: { method: string; states: Record<string, { state: { value: number } }> } },
  ];
  assert.equal(data.method, "update_states");
  assert.equal(data.states[comm_id]?.state.value, 5);
});
