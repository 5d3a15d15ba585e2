import assert from "node:assert/strict";
import type { Command, CommandTable } from "../../lib/cli/command.ts";
import { commands } from "../../lib/cli/commands.ts";
import { runTool } from "../../lib/cli/frame.ts";
import { kernelCommands, kernelTool } from "../../lib/cli/kernel.ts";
import { irqscope } from "../../lib/cli/main.ts";
import { parse } from "../../lib/cli/parse.ts";
import { pipe } from "../../lib/cli/terminal.ts";
import { denoWorld } from "../../lib/cli/world.ts";

const tables = { irqscope: commands, kernel: kernelCommands };
const all = (await Promise.all(
  Object.entries(tables).flatMap(([tool, table]: [string, CommandTable]) =>
    Object.entries(table).map(async ([key, load]) => ({ tool, key, command: await load() }))
  ),
)).map((row) => ({ ...row, name: `${row.tool} ${row.key}` }));

Deno.test.each(all)("$name bears its own name and says what it answers", ({ key, command }) => {
  assert.equal(command.name, key);
  assert.match(command.summary, /^[A-Z].*[^.]$/);
  assert.ok(command.examples.length > 0);
});

Deno.test.each(all)("the examples of $name are understood by its parser", ({ command }) => {
  for (const example of command.examples) {
    const [name, ...args] = example.replace(/ (>|\|) .*$/, "").split(" ");
    assert.equal(name, command.name);
    parse(command as Command, args);
  }
});

Deno.test.each(all.filter(({ tool }) => tool === "irqscope"))(
  "the examples of $name run from the project's root",
  async ({ command }) => {
    for (const example of command.examples) {
      const { status, out, talk } = await run(example.replace(/ (>|\|) .*$/, ""));
      assert.ok(status <= 1, talk);
      assert.notEqual(out, "");
    }
  },
);

async function run(line: string) {
  const talk: string[] = [];
  const world = {
    ...denoWorld(),
    out: pipe,
    err: pipe,
    talk: (text: string) => void talk.push(text),
  };
  const ending = await runTool(irqscope, commands, line.split(" "), world);
  return { ...ending, talk: talk.join("\n") };
}

Deno.test.each([{ tool: irqscope, table: commands }, { tool: kernelTool, table: kernelCommands }])(
  "the bare tool's examples run",
  async ({ tool, table }) => {
    for (const example of tool.examples.filter((line) => line !== "install")) {
      const talk: string[] = [];
      const world = { ...denoWorld(), out: pipe, talk: (line: string) => void talk.push(line) };
      const { status, out } = await runTool(tool, table, example.split(" "), world);
      assert.ok(status <= 1, talk.join());
      assert.notEqual(out, "");
    }
  },
);
