import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Output } from "../../lib/kernel/interpreter.ts";
import { wantsPng } from "../../lib/kernel/picture.ts";
import {
  errorsOf,
  pause,
  type Ran,
  resultOf,
  type Running,
  running,
  tracebackOf,
} from "./running.ts";

let kernel: Running;
before(async () => {
  kernel = await running();
});
after(() => kernel[Symbol.asyncDispose]());

type Bundle = Readonly<Record<string, unknown>>;

function bundles({ outputs }: Ran, kind: Output["kind"]): readonly Bundle[] {
  return outputs.flatMap((output) => output.kind === kind && "data" in output ? [output.data] : []);
}

async function result(code: string): Promise<Bundle> {
  const ran = await kernel.run(code);
  const [data] = bundles(ran, "result");
  assert.ok(data, `${code} shows nothing: ${tracebackOf(ran)}`);
  return data;
}

const onePixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

describe("results", () => {
  const plain = [
    ["Deno.jupyter.html`<b>${1}</b>`", { "text/html": "<b>1</b>", "text/plain": "1" }],
    ["Deno.jupyter.html`<style>a{}</style>`", {
      "text/html": "<style>a{}</style>",
      "text/plain": "[text/html]",
    }],
    ["Deno.jupyter.html`<h1>A</h1><ul><li>b &lt;</li><li>c&#62;</li></ul>`", {
      "text/html": "<h1>A</h1><ul><li>b &lt;</li><li>c&#62;</li></ul>",
      "text/plain": "A\nb <\nc>",
    }],
    ["Deno.jupyter.html`a &#9999999; <b`", {
      "text/html": "a &#9999999; <b",
      "text/plain": "a &#9999999; <b",
    }],
    ["Deno.jupyter.md`# a`", { "text/markdown": "# a", "text/plain": "# a" }],
    ["Deno.jupyter.latex`$x$`", { "text/latex": "$x$", "text/plain": "$x$" }],
    ["({ [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': 'p' }) })", { "text/plain": "p" }],
    ["({ async [Symbol.for('Jupyter.display')]() { return { 'a/b': 1 } } })", {
      "a/b": "1",
      "text/plain": "[a/b]",
    }],
    ["({ [Symbol.for('Jupyter.display')]: () => ({ 'image/png': new Uint8Array(3) }) })", {
      "image/png": "AAAA",
      "text/plain": "[image/png]",
    }],
    ["({ toDataURL: () => 'data:image/png;base64,AAAA' })", {
      "image/png": "AAAA",
      "text/plain": "[canvas as image/png]",
    }],
    ["({ toSpec: () => ({ $schema: 'https://vega.github.io/schema/vega-lite/v5.json' }) })", {
      "application/vnd.vegalite.v5+json": {
        $schema: "https://vega.github.io/schema/vega-lite/v5.json",
      },
      "text/plain": "[application/vnd.vegalite.v5+json]",
    }],
    ["({ toDataURL: () => 'data:image/svg+xml;base64,PGEvPg==' })", {
      "image/svg+xml": "<a/>",
      "text/plain": "[canvas as image/svg+xml]",
    }],
    ["({ toDataURL() { throw 1 } })", {
      "text/plain": "{ toDataURL: [Function: toDataURL] }",
    }],
    ["new Blob(['<a/>'], { type: 'image/svg+xml' })", {
      "image/svg+xml": "<a/>",
      "text/plain": "[image/svg+xml]",
    }],
    ["new Proxy({}, { has() { throw 1 }, get() { throw 2 }, getPrototypeOf() { throw 3 } })", {
      "text/plain": "{}",
    }],
    ["'half \\ud800, \\\\ud800'", { "text/plain": '"half \ufffd, \\\\ud800"' }],
    [`Uint8Array.fromBase64("${onePixel}")`, {
      "image/png": onePixel,
      "text/plain": "[image/png, 70 bytes]",
    }],
    [`new Blob([Uint8Array.fromBase64("${onePixel}")], { type: "image/png" })`, {
      "image/png": onePixel,
      "text/plain": "[image/png, 70 bytes]",
    }],
    ["[1, 2]", { "text/plain": "[ 1, 2 ]" }],
  ] as const;
  for (const [code, data] of plain) {
    it(`${code} shows as ${Object.keys(data).join()}`, async () => {
      assert.deepEqual(await result(code), data);
    });
  }

  it("records show as a table with everything escaped, and as text", async () => {
    const data = await result("[{ a: 1, '<b>': '<i>' }, { a: 2n, c: [1] }]");
    assert.equal(
      data["text/html"],
      "<table><thead><tr><th>a</th><th>&#60;b&#62;</th><th>c</th></tr></thead><tbody>" +
        '<tr><td style="text-align:right">1</td><td>&#60;i&#62;</td><td></td></tr>' +
        '<tr><td style="text-align:right">2</td><td></td><td>[ 1 ]</td></tr></tbody></table>',
    );
    assert.match(String(data["text/plain"]), /^\[ \{ a: 1/);
  });

  it("a row's getter that throws leaves its cell empty", async () => {
    const data = await result("[{ get a() { throw 1 } }]");
    assert.match(String(data["text/html"]), /<td><\/td>/);
  });

  it("a data frame shows as table and as data resource", async () => {
    const data = await result(`const df = {
      schema: { n: { toJSON: () => ({ DataType: "Int64" }) } },
      head: (k) => ({ ...df, rows: df.rows.slice(0, k) }),
      rows: Array.from({ length: 60 }, (_, n) => ({ n: BigInt(n) })),
      toRecords() { return this.rows },
    }; df`);
    const resource = data["application/vnd.dataresource+json"] as {
      data: unknown[];
      schema: unknown;
    };
    assert.equal(resource.data.length, 50);
    assert.deepEqual(resource.data[1], { n: 1 });
    assert.deepEqual(resource.schema, { fields: [{ name: "n", type: "integer" }] });
    assert.match(String(data["text/html"]), /<th>n<\/th>/);
  });

  it("a Plot figure shows as HTML, SVG with its namespace, and PNG", async () => {
    const data = await result(`import * as Plot from "npm:@observablehq/plot@0.6.17";
import { parseHTML } from "npm:linkedom@0.18.14";
const { document } = parseHTML("<html></html>");
Plot.dot([[1, 2], [3, 4]]).plot({ document })`);
    assert.match(String(data["text/html"]), /^<svg/);
    assert.match(
      String(data["image/svg+xml"]),
      /^<svg[^>]* xmlns="http:\/\/www.w3.org\/2000\/svg"/,
    );
    assert.deepEqual([...atob(String(data["image/png"])).slice(1, 4)].join(""), "PNG");
    assert.ok("text/plain" in data);
    const figure = await result("Plot.dot([[1, 2]]).plot({ document, title: 'T' })");
    assert.match(String(figure["text/html"]), /^<figure/);
    assert.match(String(figure["image/svg+xml"]), /^<svg/);
  });

  it("an object whose own display method fails tells why", async () => {
    const ran = await kernel.run("({ [Symbol.for('Jupyter.display')]: () => 5 })");
    assert.match(tracebackOf(ran), /TypeError: Cannot show the value: .* gave 5/);
  });
});

describe("display", () => {
  it("shows values in the order of the calls, awaited or not", async () => {
    const ran = await kernel.run(
      "display(1); Deno.jupyter.display('b'); console.log('c'); display([4])",
    );
    const seen = ran.outputs.map((o) => o.kind === "display" ? o.data["text/plain"] : o.kind);
    assert.deepEqual(seen, ["1", '"b"', "stream", "[ 4 ]"]);
  });

  it("updates what it showed, by its id, also from a later cell", async () => {
    const first = await kernel.run("await display('a', { display_id: 'one' })");
    const later = await kernel.run("await Deno.jupyter.update('one', 'b')");
    const ids = [...first.outputs, ...later.outputs].map((o) =>
      "displayId" in o && [o.kind, o.displayId]
    );
    assert.deepEqual(ids, [["display", "one"], ["updateDisplay", "one"]]);
  });

  it("takes MIME bundles as they are", async () => {
    const ran = await kernel.run(
      "await Deno.jupyter.display({ 'application/json': { a: 1 } }, { raw: true })",
    );
    assert.deepEqual(bundles(ran, "display"), [{ "application/json": { a: 1 } }]);
    assert.deepEqual(bundles(ran, "result"), []);
  });

  const wrong = [
    ["display(null, { raw: true })", /Cannot show null as it is: a bundle is an object/],
    ["display('x', { raw: true })", /Cannot show "x" as it is/],
    ["display({ a: 'x' }, { raw: true })", /under "a": no media type/],
    ["display({ 'text/plain': () => 1 }, { raw: true })", /Cannot show .* as text\/plain/],
    ["display({ 'application/json': 1n }, { raw: true })", /as application\/json: .*BigInt/],
    ["display({ 'application/json': { toJSON() {} } }, { raw: true })", /JSON has no such value/],
    ["display(1, { metadata: 7 })", /Cannot show with metadata 7/],
    ["({ [Symbol.for('Jupyter.display')]: () => [1] })", /method gave \[ 1 \]/],
    ["Deno.jupyter.broadcast(5, {})", /Cannot broadcast 5/],
    ["Deno.jupyter.broadcast('display_data', { a: 1 })", /Cannot show undefined as it is/],
    ["Deno.jupyter.broadcast('x', {}, { buffers: [5] })", /Cannot send 5 as a buffer/],
  ] as const;
  for (const [code, message] of wrong) {
    it(`${code} is told to be wrong, in a trace of the cell alone`, async () => {
      const { outcome, outputs } = await kernel.run(code);
      assert.deepEqual(outputs.map(({ kind }) => kind), ["error"]);
      assert.ok(outcome.kind === "error" && outcome.ename === "TypeError");
      assert.match(outcome.evalue, message);
      assert.doesNotMatch(outcome.traceback.join("\n"), /lib\/kernel|Array\.map/);
    });
  }

  it("takes ids and options as one may write them", async () => {
    const ran = await kernel.run(
      "display(1, { display_id: 5, metadata: null }); display(2, null); Deno.jupyter.clear({ wait: 'x' })",
    );
    assert.deepEqual(ran.outputs.map((o) => "displayId" in o && o.displayId), ["5", false, false]);
    const cleared = ran.outputs.at(-1);
    assert.equal(cleared?.kind === "clear" && cleared.wait, true);
  });

  it("clears at once or with the next output", async () => {
    const ran = await kernel.run(
      "Deno.jupyter.clear(); Deno.jupyter.clear({ wait: true }); console.clear(); Deno.jupyter.clear(true)",
    );
    const waits = ran.outputs.map((o) => o.kind === "clear" && o.wait);
    assert.deepEqual(waits, [false, true, false, true]);
  });

  it("a progress bar is one output, redrawn at most ten times a second", async () => {
    const ran = await kernel.run(
      "let sum = 0; for (const i of Deno.jupyter.progress([1, 2, 3], 'adding')) { sum += i; await new Promise((r) => setTimeout(r, 60)) }; sum",
    );
    const kinds = ran.outputs.map(({ kind }) => kind);
    assert.equal(kinds.filter((kind) => kind === "display").length, 1);
    const updates = bundles(ran, "updateDisplay");
    assert.ok(updates.length >= 1 && updates.length <= 4, `${updates.length} updates`);
    assert.match(String(updates.at(-1)!["text/plain"]), /^\[#{20}\] adding 3\/3/);
  });

  const bars = [
    [
      "of a loop that was left stops there",
      "for (const i of P([1, 2, 3, 4])) if (i === 3) break;",
      /^\[#{10}\.{10}\] 2\/4 stopped after/,
      /value="0.5"/,
    ],
    [
      "of a loop that threw stops there",
      "try { for (const i of P([1, 2])) throw i } catch {}",
      /^\[\.{20}\] 0\/2 stopped/,
      /value="0"/,
    ],
    ["of nothing is full", "for (const i of P([]));", /^\[#{20}\] 0\/0 /, /value="1"/],
    [
      "of what cannot be counted counts",
      "for (const i of P([1, 2].values(), 'n'));",
      /^n 2 \d/,
      /value="1"/,
    ],
    [
      "of what is said to be more stays short",
      "for (const i of P([1].values(), { label: 'n', total: 2 }));",
      /^\[#{10}\.{10}\] n 1\/2 \d/,
      /value="0.5"/,
    ],
    [
      "of async items counts them",
      "for await (const i of P((async function* () { yield 1 })(), { total: 1 }));",
      /^\[#{20}\] 1\/1 /,
      /value="1"/,
    ],
  ] as const;
  for (const [name, code, text, html] of bars) {
    it(`a progress bar ${name}`, async () => {
      const ran = await kernel.run(`var P = Deno.jupyter.progress; ${code}`);
      assert.deepEqual(errorsOf(ran), []);
      const last = bundles(ran, "updateDisplay").at(-1)!;
      assert.match(String(last["text/plain"]), text);
      assert.match(String(last["text/html"]), html);
    });
  }

  it("a progress bar is of something that can be iterated", async () => {
    assert.match(tracebackOf(await kernel.run("P(5)")), /Cannot show the progress of 5/);
  });

  it("%%html and its like show the rest of the cell", async () => {
    assert.deepEqual(bundles(await kernel.run("%%html\n<b>x</b>"), "display"), [{
      "text/html": "<b>x</b>",
      "text/plain": "x",
    }]);
    assert.match(tracebackOf(await kernel.run("%nothing")), /the magics are %%time, %%html/);
  });
});

describe("comms", () => {
  it("broadcast any message, with metadata and buffers", async () => {
    const ran = await kernel.run(
      "await Deno.jupyter.broadcast('comm_open', { comm_id: 'c1' }, { metadata: { v: 1 }, buffers: [new Uint8Array([1, 2])] })",
    );
    assert.deepEqual(ran.outputs, [{
      kind: "broadcast",
      msgType: "comm_open",
      content: { comm_id: "c1" },
      metadata: { v: 1 },
      buffers: [new Uint8Array([1, 2])],
    }]);
  });

  it("answer a client's message under that message, a megabyte of buffer and back", async () => {
    await kernel.run(
      "Deno.jupyter.comms.register('echo', (comm) => { comm.onmessage = ({ data, buffers }) => comm.send(data, { buffers }) })",
    );
    const { interpreter, outputs } = kernel;
    const content = { comm_id: "c2", target_name: "echo", data: {} };
    await interpreter.comm({ msgType: "comm_open", content, buffers: [] }, "opening");
    const buffer = new Uint8Array(1 << 20).map((_, i) => i);
    const message = { comm_id: "c2", data: { hi: 1 } };
    await interpreter.comm({ msgType: "comm_msg", content: message, buffers: [buffer] }, "asking");
    const [answer] = outputs.filter(({ parent }) => parent === "asking").map(({ output }) =>
      output
    );
    assert.ok(answer?.kind === "broadcast");
    assert.deepEqual([answer.msgType, answer.content], ["comm_msg", message]);
    assert.deepEqual(answer.buffers, [buffer]);
  });

  it("opened at a target that nobody registered are closed again", async () => {
    const content = { comm_id: "c3", target_name: "no_such", data: {} };
    await kernel.interpreter.comm({ msgType: "comm_open", content, buffers: [] }, "unknown");
    const [answer] = kernel.outputs.filter(({ parent }) => parent === "unknown");
    assert.ok(answer?.output.kind === "broadcast" && answer.output.msgType === "comm_close");
  });

  it("are not handled in the midst of a busy cell", async () => {
    await kernel.run("Deno.jupyter.comms.register('note', () => console.log('opened'))");
    const cell = kernel.run(
      "{ const t = Date.now(); while (Date.now() - t < 200); } console.log('done')",
    );
    await pause(50);
    const content = { comm_id: "c4", target_name: "note", data: {} };
    const handled = kernel.interpreter.comm(
      { msgType: "comm_open", content, buffers: [] },
      "noted",
    );
    await cell;
    await handled;
    const texts = kernel.outputs.slice(-2).map(({ output: o }) => o.kind === "stream" && o.text);
    assert.deepEqual(texts, ["done\n", "opened\n"]);
  });
});

Deno.test.each([
  {
    name: "names a file",
    svg: "<svg width='9' height='9'><image href='/etc/hostname.png'/></svg>",
  },
  { name: "hides a file's name", svg: "<svg><image xlink:href='&#47;etc/x.png'/></svg>" },
  { name: "is as large as a field", svg: "<svg width='40000' height='40000'></svg>" },
  { name: "is large by its view box", svg: "<svg viewBox='0 0 1e10 1e10'></svg>" },
  { name: "is measured in inches", svg: "<svg width='100in' height='100in'></svg>" },
])("an SVG that $name gets no PNG", ({ svg }) => {
  assert.equal(wantsPng({ "image/svg+xml": svg }), false);
});

Deno.test("an SVG of its own gets a PNG", () => {
  const svg =
    "<svg viewBox='0 0 640 400'><use href='#a'/><image href='data:image/png;base64,'/></svg>";
  assert.equal(wantsPng({ "image/svg+xml": svg }), true);
});

Deno.test("a broadcast without content is an empty one", async () => {
  await using kernel = await running();
  const ran = await kernel.run("Deno.jupyter.broadcast('my_type'); 1");
  assert.deepEqual(ran.outputs[0], {
    kind: "broadcast",
    msgType: "my_type",
    content: {},
    metadata: {},
    buffers: [],
  });
});

Deno.test("a process that breaks its pipe is replaced", async () => {
  await using kernel = await running();
  const broken = await kernel.run(
    "import { writeSync } from 'node:fs'; JSON.stringify = () => 'x'",
  );
  const next = await kernel.run("({ a: 1 })");
  assert.match([...errorsOf(broken), ...errorsOf(next)].join(), /ProcessEnded|^$/);
  assert.equal(resultOf(await kernel.run("40 + 2")), "42");
});
