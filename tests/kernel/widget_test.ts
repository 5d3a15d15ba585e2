import assert from "node:assert/strict";
import type { Output } from "../../lib/kernel/interpreter.ts";
import { resultOf, type Running, running, tracebackOf } from "./running.ts";

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

Deno.test("bytes of any kind travel from any depth, and back", options, async () => {
  await using kernel = await running();
  const state = "{ a: { b: new Uint8Array([1]), c: 5 }, l: [new DataView(new ArrayBuffer(1)), 6]," +
    " f: new Uint16Array([7]), d: new Date(0), n: null }";
  const { comm_id, data } = await opened(
    kernel,
    `const w = Deno.jupyter.widget({ esm: "", state: ${state} }); w`,
  );
  const { a, l, f, d, n } = data.state!;
  assert.deepEqual([a, l, f, d, n], [{ c: 5 }, [null, 6], undefined, new Date(0).toJSON(), null]);
  assert.deepEqual((data as { buffer_paths?: unknown }).buffer_paths, [["a", "b"], ["l", 0], [
    "f",
  ]]);
  const open = kernel.outputs.find(({ output }) => output.kind === "broadcast")!.output;
  assert.deepEqual(open.kind === "broadcast" && open.buffers.map((b) => [...b]), [[1], [0], [
    7,
    0,
  ]]);
  const back = { method: "update", state: { l: [null] }, buffer_paths: [["l", 0], ["no", "way"]] };
  await fromBrowser(kernel, comm_id, back, [new Uint8Array([9]), new Uint8Array([8])]);
  assert.equal(resultOf(await kernel.run("w.get('l')")), "[ Uint8Array(1) [ 9 ] ]");
});

Deno.test("every page hears of what one page sets", options, async () => {
  await using kernel = await running();
  const { comm_id } = await opened(kernel, "const s = Deno.jupyter.slider();");
  await fromBrowser(kernel, comm_id, { method: "update", state: { value: 3 }, buffer_paths: [] });
  assert.deepEqual(comms(kernel.outputs, "comm_msg"), [{
    comm_id,
    data: { method: "echo_update", state: { value: 3 }, buffer_paths: [] },
  }]);
});

Deno.test("a page that asks for a state is told it, and no listener is", options, async () => {
  await using kernel = await running();
  const { comm_id } = await opened(
    kernel,
    "const s = Deno.jupyter.slider({ value: 5 }); s.on('value', () => console.log('moved'));",
  );
  await fromBrowser(kernel, comm_id, { method: "request_state" });
  const [{ data }] = comms(kernel.outputs, "comm_msg") as [Content];
  assert.deepEqual([data.method, data.state?.value], ["update", 5]);
  assert.ok(!kernel.outputs.some(({ output }) => output.kind === "stream"));
});

Deno.test("what a listener throws is told on the cell that holds it", options, async () => {
  await using kernel = await running();
  const { id } = await kernel.run(
    "const s = Deno.jupyter.slider();\ns.on('value', () => { throw new Error('heard') });" +
      "s.on('value', (v) => console.log('second', v));",
  );
  const [{ comm_id }] = comms(kernel.outputs, "comm_open") as [Content];
  await fromBrowser(kernel, comm_id, { method: "update", state: { value: 1 }, buffer_paths: [] });
  const texts = kernel.outputs.flatMap(({ output, parent }) =>
    output.kind === "stream" ? [[parent, output.text.split("\n")[0]]] : []
  );
  assert.deepEqual(texts, [[id, "Uncaught Error: heard"], ["browser", "second 1"]]);
});

Deno.test("a comm whose taker throws is closed again, and the cell told", options, async () => {
  await using kernel = await running();
  const { id } = await kernel.run(
    "Deno.jupyter.comms.register('t', (_, { metadata }) => { throw new Error(metadata.version) })",
  );
  const content = { comm_id: "c", target_name: "t", data: {} };
  const metadata = { version: "2.1.0" };
  await kernel.interpreter.comm({ msgType: "comm_open", content, metadata, buffers: [] }, "page");
  assert.deepEqual(comms(kernel.outputs, "comm_close").map(({ comm_id }) => comm_id), ["c"]);
  const { output, parent } = kernel.outputs.at(-1)!;
  assert.equal(parent, id);
  assert.match(output.kind === "stream" ? output.text : "", /^Uncaught Error: 2\.1\.0\n/);
});

Deno.test.each([
  { code: "checkbox()", value: "false" },
  { code: "textbox({ value: 'x' })", value: '"x"' },
  { code: "dropdown({ options: ['a', 'b'] })", value: '"a"' },
  { code: "button({ label: 'Go' })", value: "0" },
])("$code has the value $value", options, async ({ code, value }) => {
  await using kernel = await running();
  assert.equal(resultOf(await kernel.run(`Deno.jupyter.${code}.value`)), value);
});

Deno.test("a closed widget shows as text", options, async () => {
  await using kernel = await running();
  await kernel.run("const s = Deno.jupyter.slider({ value: 7 }); s.close(); s.value = 8;");
  assert.equal(comms(kernel.outputs, "comm_msg").length, 0);
  const { outputs } = await kernel.run("s");
  const [shown] = outputs;
  assert.deepEqual(shown?.kind === "result" && shown.data, { "text/plain": "Widget with value 8" });
});

Deno.test.each([
  { code: "slider({ min: 5, max: 1 })", message: /RangeError: Cannot slide from 5 to 1/ },
  { code: "slider({ value: 500 })", message: /standing at 500/ },
  { code: "slider({ step: 0 })", message: /by 0/ },
  { code: "dropdown({ options: [1], value: 2 })", message: /Cannot choose 2 from \[ 1 \]/ },
  { code: "dropdown()", message: /Cannot choose undefined from undefined/ },
  { code: "widget({})", message: /TypeError: Cannot make a widget of the module undefined/ },
  { code: "slider().on('value', 5)", message: /Cannot call 5 on value/ },
  { code: "comms.register('x', 5)", message: /Cannot take comms by 5/ },
])("Deno.jupyter.$code is told to be wrong", options, async ({ code, message }) => {
  await using kernel = await running({ types: "off" });
  assert.match(tracebackOf(await kernel.run(`Deno.jupyter.${code}`)), message);
});
