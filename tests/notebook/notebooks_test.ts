import assert from "node:assert/strict";
import { createInterpreter } from "../../lib/kernel/interpreter_deno.ts";
import { formatNotebook } from "../../lib/notebook/format.ts";
import { parseNotebook } from "../../lib/notebook/parse.ts";
import { type Run, runNotebook } from "../../lib/notebook/run.ts";
import { folder, outputsOf, type Stored, storedNotebooks } from "./notebooks.ts";
import { python } from "./python.ts";
import { faultsOf, headingLevels, proseOf, sections } from "./rubric.ts";

const all = storedNotebooks();

Deno.test("there is a notebook on the mail", () => {
  assert.ok(all.some(({ name }) => name === "00-the-mail.ipynb"));
});

Deno.test.each(all)("$name keeps the rules of a lesson", ({ notebook }) => {
  assert.deepEqual(faultsOf(notebook), []);
});

Deno.test.each(all)("$name steps through its headings one level at a time", ({ notebook }) => {
  const levels = headingLevels(notebook);
  assert.equal(levels.filter((level) => level === 1).length, 1);
  levels.forEach((level, i) => assert.ok(level <= (levels[i - 1] ?? 0) + 1));
});

Deno.test.each(all)("$name is stored as Jupyter would store it", ({ notebook, text }) => {
  assert.equal(formatNotebook(notebook), text);
});

Deno.test.each(all)("$name gives its stored outputs, and the same bytes twice", async (stored) => {
  const [once, twice] = [await run(stored), await run(stored)];
  assert.equal(once.failure, undefined);
  assert.equal(formatNotebook(once.notebook), formatNotebook(twice.notebook));
  assert.deepEqual(outputsOf(once.notebook), outputsOf(stored.notebook));
});

Deno.test.each(all)("the commands at the end of $name run", async ({ notebook }) => {
  const commands = proseOf(sections(notebook).at(-1)!).matchAll(/^npx -y deno@\S+ (task -q .*)$/gm);
  for (const [, words] of commands) {
    const child = new Deno.Command(Deno.execPath(), {
      args: words!.split(" "),
      cwd: `${folder}..`,
    });
    const { code, stdout, stderr } = await child.output();
    assert.ok(code <= 1, `${words}: ${code}: ${new TextDecoder().decode(stderr)}`);
    assert.ok(stdout.length > 0, words);
  }
});

for (const { name, file, notebook } of all) {
  Deno.test({
    name: `nbclient gets the stored outputs of ${name}`,
    ignore: python.missing("nbclient"),
    fn: async () => assert.deepEqual(outputsOf(await runInJupyter(file)), outputsOf(notebook)),
  });
}

function run({ notebook }: Stored): Promise<Run> {
  return runNotebook(notebook, { open: (around) => createInterpreter(around, { folder }) });
}

/** Runs a notebook through nbclient, on the kernel registered in a folder of its own. */
async function runInJupyter(file: string) {
  const prefix = await Deno.makeTempDir({ prefix: "irqscope-nbclient-" });
  try {
    await installHere(prefix);
    const env = { JUPYTER_PATH: `${prefix}/share/jupyter`, JUPYTER_RUNTIME_DIR: prefix };
    return parseNotebook(await python.run(["-c", nbclient, file, folder], "", env), { file });
  } finally {
    await Deno.remove(prefix, { recursive: true });
  }
}

async function installHere(prefix: string): Promise<void> {
  const { installKernel } = await import("../../lib/jupyter/kernel_install.ts");
  await installKernel({ audience: { kind: "prefix", prefix } });
}

const nbclient = `
import sys, nbformat
from nbclient import NotebookClient
file, folder = sys.argv[1:]
notebook = nbformat.read(file, 4)
NotebookClient(notebook, timeout=60, kernel_name="irqscope", record_timing=False, coalesce_streams=True,
    resources={"metadata": {"path": folder}}).execute()
sys.stdout.write(nbformat.writes(notebook))
`;
