import assert from "node:assert/strict";
import fc from "fast-check";
import { formatNotebook } from "../../lib/notebook/format.ts";
import type { Notebook } from "../../lib/notebook/notebook.ts";
import { NotebookError } from "../../lib/notebook/notebook_error.ts";
import { parseNotebook } from "../../lib/notebook/parse.ts";
import { python } from "./python.ts";

const everything: Notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { zebra: 1, kernelspec: { name: "irqscope", display_name: "irqscope" } },
  cells: [
    { id: "a", cell_type: "markdown", metadata: {}, source: "# Title\n\nText – “quoted” \u2028 x" },
    { id: "b", cell_type: "raw", metadata: {}, source: "" },
    {
      id: "c",
      cell_type: "code",
      metadata: { tags: ["x"] },
      source: "let a = 1;\r\na",
      execution_count: 1,
      outputs: [
        { output_type: "stream", name: "stdout", text: "one\ntwo\fthree\n" },
        {
          output_type: "display_data",
          data: {
            "text/html": "<b>\n</b>",
            "image/svg+xml": "<svg>\n</svg>\n",
            "image/png": "iVBO\nRw==",
            "application/json": { list: ["a", "b"] },
            "application/javascript": "1;\n2",
          },
          metadata: {},
        },
        {
          output_type: "execute_result",
          data: { "text/plain": "1" },
          metadata: {},
          execution_count: 1,
        },
        { output_type: "error", ename: "E", evalue: "v", traceback: ["l1", "l2\nl3"] },
      ],
    },
    { id: "d", cell_type: "code", metadata: {}, source: "", execution_count: null, outputs: [] },
  ],
};

const text = fc.string({ unit: fc.constantFrom("a", "\n", "\r", "\u2028", "\f", "é", '"', "\\") });

Deno.test("a notebook written and read again is the same notebook", () => {
  assert.deepEqual(parseNotebook(formatNotebook(everything)), everything);
});

Deno.test("any text survives being split into lines", () => {
  fc.assert(fc.property(text, (source) => {
    const cell = { id: "x", cell_type: "raw", metadata: {}, source } as const;
    const notebook = { ...everything, cells: [cell] };
    assert.deepEqual(parseNotebook(formatNotebook(notebook)).cells, [cell]);
  }));
});

Deno.test("a cell of an old file gets an id by its place", () => {
  const cells = [{ cell_type: "markdown", metadata: {}, source: ["a\n", "b"] }];
  const old = JSON.stringify({ nbformat: 4, nbformat_minor: 2, metadata: {}, cells });
  assert.deepEqual(parseNotebook(old).cells.map(({ id, source }) => [id, source]), [
    ["cell-0", "a\nb"],
  ]);
});

const code = { cell_type: "code", id: "a", metadata: {}, source: "", execution_count: null };
const whole = (cells: unknown) => ({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });

Deno.test.each([
  {
    name: "no JSON",
    text: "{",
    message: /^Cannot read notebook f\.ipynb: it is no JSON \(.*\); save/,
  },
  {
    name: "no list of cells",
    value: whole(undefined),
    message: /: cells is missing; /,
  },
  {
    name: "another major format",
    value: { ...whole([]), nbformat: 3 },
    message: /: nbformat is 3; open it in a newer Jupyter and save it as nbformat 4$/,
  },
  {
    name: "a cell without outputs",
    value: whole([code]),
    message: /: cells\[0\]\.outputs is missing; /,
  },
  {
    name: "an unknown cell type",
    value: whole([{ ...code, cell_type: "song" }]),
    message: /: cells\[0\]\.cell_type is "song"; /,
  },
  {
    name: "an id twice",
    value: whole([{ ...code, outputs: [] }, { ...code, outputs: [] }]),
    message: /: cells\[1\]\.id is "a", which an earlier cell has; give it an id of its own$/,
  },
  { name: "a list", value: [], message: /: the file is a list; / },
])("a notebook with $name is refused in one line", ({ text, value, message }) => {
  assert.throws(
    () => parseNotebook(text ?? JSON.stringify(value), { file: "f.ipynb" }),
    (error) => {
      assert.ok(error instanceof NotebookError);
      assert.match(error.message, message);
      assert.ok(!error.message.includes("\n"));
      return true;
    },
  );
});

Deno.test({
  name: "a notebook is written byte for byte as nbformat writes it",
  ignore: python.missing("nbformat"),
  async fn() {
    const script = "import sys, nbformat as f; n = f.reads(sys.stdin.read(), 4); f.validate(n); " +
      "sys.stdout.write(f.writes(n) + '\\n')";
    const ours = formatNotebook(everything);
    assert.equal(await python.run(["-c", script], ours), ours);
  },
});
