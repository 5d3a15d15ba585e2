import assert from "node:assert/strict";
import { join } from "node:path";
import { bar } from "../../lib/cli/book_progress.ts";
import { projectRoot } from "../../lib/cli/world.ts";
import { formatNotebook } from "../../lib/notebook/format.ts";
import type { Notebook } from "../../lib/notebook/notebook.ts";
import { parseNotebook } from "../../lib/notebook/parse.ts";

Deno.test.each([
  { done: 0, total: 4, shown: "[························] 0/4" },
  { done: 1, total: 4, shown: "[██████··················] 1/4" },
  { done: 4, total: 4, shown: "[████████████████████████] 4/4" },
  { done: 0, total: 0, shown: "[████████████████████████] 0/0" },
])("$done of $total cells are $shown", ({ shown, ...progress }) => {
  assert.equal(bar(progress), shown);
});

Deno.test("the book has a page for every notebook, and an index", async () => {
  await inFolder({ "a.ipynb": ["1 + 1"], "b.ipynb": ["3"] }, async (folder) => {
    const { code, stdout, stderr } = await book(folder);
    assert.deepEqual([code, stderr], [0, "a.ipynb: running 1 cells\nb.ipynb: running 1 cells\n"]);
    assert.match(stdout, /^✓ a\.ipynb\n✓ b\.ipynb\nThe book: .*index\.html\n$/);
    const index = await Deno.readTextFile(join(folder, "out", "index.html"));
    assert.match(index, /<a href="a\.html">a\.ipynb<\/a>.*\n?.*<a href="b\.html">/);
    assert.match(await Deno.readTextFile(join(folder, "out", "a.html")), /<pre class="result">2</);
  });
});

Deno.test("a cell that fails makes the exit status 1, and is named", async () => {
  await inFolder({ "a.ipynb": [`throw new RangeError("no pin 24")`, "1"] }, async (folder) => {
    const { code, stdout } = await book(folder, "--write");
    assert.equal(code, 1);
    assert.match(stdout, /^✗ a\.ipynb: cell 1 \(c0\): RangeError: no pin 24$/m);
    assert.match(await Deno.readTextFile(join(folder, "out", "a.html")), /no pin 24/);
    const [kept] = parseNotebook(await Deno.readTextFile(join(folder, "a.ipynb"))).cells;
    assert.deepEqual(
      kept?.cell_type === "code" && kept.outputs,
      [],
      "the notebook stays as it was",
    );
  });
});

Deno.test("--write stores the outputs in the notebook", async () => {
  await inFolder({ "a.ipynb": ["40 + 2"] }, async (folder) => {
    assert.equal((await book(folder, "--write")).code, 0);
    assert.match(await Deno.readTextFile(join(folder, "a.ipynb")), /"execution_count": 1/);
  });
});

Deno.test("--json tells every chapter", async () => {
  await inFolder({ "a.ipynb": ["1"] }, async (folder) => {
    const { chapters } = JSON.parse((await book(folder, "--json")).stdout);
    assert.deepEqual(chapters, [{ notebook: "a.ipynb", title: "a.ipynb", page: "a.html" }]);
  });
});

Deno.test("a folder without notebooks is refused in one line", async () => {
  await inFolder({}, async (folder) => {
    const { code, stdout, stderr } = await book(folder);
    assert.deepEqual([code, stdout], [3, ""]);
    assert.equal(
      stderr,
      `Cannot find a notebook in ${folder}: give their folder by --notebooks\n`,
    );
  });
});

Deno.test("a notebook that is none is refused in one line", async () => {
  await inFolder({}, async (folder) => {
    await Deno.writeTextFile(join(folder, "a.ipynb"), `{"nbformat": 4}`);
    const { code, stderr } = await book(folder);
    assert.equal(code, 3);
    assert.match(stderr, /^Cannot read notebook a\.ipynb: nbformat_minor is missing; .*\n$/);
  });
});

/** Notebooks by their cells, in a folder that is gone afterwards. */
async function inFolder(
  notebooks: Readonly<Record<string, readonly string[]>>,
  act: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "irqscope-book-" });
  try {
    for (const [name, cells] of Object.entries(notebooks)) {
      await Deno.writeTextFile(join(folder, name), formatNotebook(notebookOf(cells)));
    }
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function notebookOf(sources: readonly string[]): Notebook {
  const cells = sources.map((source, i) => ({
    ...{ id: `c${i}`, cell_type: "code", metadata: {}, source } as const,
    ...{ execution_count: null, outputs: [] },
  }));
  return { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
}

async function book(folder: string, ...more: string[]) {
  const options = ["--notebooks", folder, "--out", join(folder, "out"), ...more];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", join(projectRoot, "lib/cli/book.ts"), ...options],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
