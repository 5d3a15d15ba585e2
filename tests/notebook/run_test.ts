import assert from "node:assert/strict";
import { createInterpreter } from "../../lib/kernel/interpreter_deno.ts";
import type { CodeCell, Notebook, NotebookCell } from "../../lib/notebook/notebook.ts";
import { type Progress, type Run, runNotebook } from "../../lib/notebook/run.ts";

/** Runs code cells on the real interpreter, in an empty folder. */
async function run(sources: readonly string[], onProgress = (_: Progress) => {}): Promise<Run> {
  const folder = await Deno.makeTempDir();
  const cells = sources.map((source, i): NotebookCell => ({
    id: `c${i}`,
    cell_type: "code",
    metadata: {},
    source,
    execution_count: 99,
    outputs: [{ output_type: "stream", name: "stdout", text: "of an earlier run" }],
  }));
  const notebook: Notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
  try {
    return await runNotebook(notebook, {
      open: (surroundings) => createInterpreter(surroundings, { folder }),
      onProgress,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function codeCells({ notebook }: Run): CodeCell[] {
  return notebook.cells.filter((cell) => cell.cell_type === "code");
}

Deno.test("cells run in order, each sees what earlier ones declared", async () => {
  const done: Progress[] = [];
  const ran = await run(
    ["let a = 20;", "console.log(a); a + 1"],
    (progress) => done.push(progress),
  );
  assert.deepEqual(codeCells(ran).map((cell) => [cell.execution_count, cell.outputs]), [
    [1, []],
    [2, [
      { output_type: "stream", name: "stdout", text: "20\n" },
      {
        output_type: "execute_result",
        data: { "text/plain": "21" },
        metadata: {},
        execution_count: 2,
      },
    ]],
  ]);
  assert.deepEqual(done.map(({ done, total }) => `${done}/${total}`), ["0/2", "1/2", "2/2"]);
});

Deno.test("the first error ends the run and is told; later cells come back empty", async () => {
  const ran = await run(["1", `throw new RangeError("no such pin")`, "3"]);
  assert.equal(ran.failure?.cell.id, "c1");
  assert.equal(ran.failure?.error.evalue, "no such pin");
  assert.deepEqual(codeCells(ran).map((cell) => cell.execution_count), [1, 2, null]);
  assert.equal(codeCells(ran)[1]!.outputs[0]!.output_type, "error");
  assert.deepEqual(codeCells(ran)[2]!.outputs, []);
});

Deno.test("a cell of blanks is passed over and takes no number", async () => {
  const ran = await run(["1", "  \n", "2"]);
  assert.deepEqual(codeCells(ran).map((cell) => cell.execution_count), [1, null, 2]);
});

Deno.test("a prompt gets no answer and does not hang", async () => {
  const ran = await run([`let said = "something"; try { said = prompt("Name?") } catch { } said`]);
  const shown = codeCells(ran)[0]!.outputs.at(-1);
  assert.equal(shown?.output_type, "execute_result");
  assert.deepEqual("data" in shown && shown.data, { "text/plain": `"something"` });
});
