import assert from "node:assert/strict";
import { type Answer, type Command, command, type CommandTable } from "../../lib/cli/command.ts";
import { InputError } from "../../lib/cli/error.ts";
import { runTool } from "../../lib/cli/frame.ts";
import { markdownTable, type Tool } from "../../lib/cli/help.ts";
import * as option from "../../lib/cli/option.ts";
import { pipe } from "../../lib/cli/terminal.ts";
import { denoWorld } from "../../lib/cli/world.ts";

const tool: Tool = { call: "tea", purpose: "Brews tea", examples: ["brew green", "pour 2"] };

const brew: Command = command({
  name: "brew",
  summary: "Which tea comes out",
  positionals: { LEAF: option.oneOf(["green", "black"], "The leaf"), EXTRAS: option.maybe("More") },
  options: {
    minutes: option.whole("N", "How long", { max: 9 }),
    withMilk: option.flag("Add milk"),
    only: option.allOrSome("CUPS", "Restrict"),
  },
  examples: ["brew green"],
  run: ({ LEAF }, { minutes, withMilk, only }): Answer => ({
    json: { LEAF, minutes, withMilk, only },
    text: () => `${LEAF} for ${minutes ?? 3}`,
    no: minutes === 0,
  }),
});

function failing(error: Error): Command {
  return { ...brew, run: () => Promise.reject(error) } as Command;
}

class SpoutError extends Error {}

const table: CommandTable = {
  brew: () => Promise.resolve(brew),
  leak: () => Promise.resolve(failing(new InputError("Cannot pour:\n  the spout leaks"))),
  drip: () => Promise.resolve(failing(new SpoutError("Cannot pour: it drips"))),
  slip: () => Promise.resolve(failing(new TypeError("x is not iterable"))),
  range: () => Promise.resolve(failing(new RangeError("Cannot encode: 300 is outside 0 … 255"))),
};

async function run(line: string) {
  const talk: string[] = [];
  const world = {
    ...denoWorld(),
    out: pipe,
    err: pipe,
    talk: (text: string) => void talk.push(text),
  };
  const ending = await runTool(tool, table, line.split(" ").filter(Boolean), world);
  return { ...ending, talk: talk.join("\n") };
}

Deno.test.each([
  { line: "brew green", status: 0, out: /^green for 3$/ },
  { line: "brew green --minutes 0x4", status: 0, out: /^green for 4$/ },
  { line: "brew green --minutes 0", status: 1, out: /for 0/ },
  { line: "brew green --json --with-milk", status: 0, out: /"withMilk": true/ },
  { line: "brew green --json --only", status: 0, out: /"only": true/ },
  { line: "brew green --json --only=a,b", status: 0, out: /"only": "a,b"/ },
  { line: "", status: 0, out: /tea brew green\n {2}tea pour 2/ },
  { line: "help", status: 0, out: /brew LEAF \[EXTRAS\] +Which tea comes out/ },
  { line: "help brew", status: 0, out: /--with-milk +Add milk/ },
  { line: "--version", status: 0, out: /^\d+\.\d+\.\d+$/ },
  { line: "brew --help", status: 0, out: /Usage {2}tea brew LEAF \[EXTRAS\] \[--minutes N\]/ },
])("`tea $line` ends with $status and data on standard output", async ({ line, status, out }) => {
  const ending = await run(line);
  assert.equal(ending.status, status);
  assert.match(ending.out, out);
  assert.equal(ending.talk, "");
});

Deno.test.each([
  { line: "bew green", status: 2, talk: /did you mean "brew"\?/ },
  { line: "constructor", status: 2, talk: /no such command/ },
  { line: "brew", status: 2, talk: /without LEAF: The leaf/ },
  { line: "brew gren", status: 2, talk: /did you mean "green"\? it is one of green, black/ },
  { line: "brew green a b", status: 2, talk: /"b": it is one word too many/ },
  { line: "brew green --minute 3", status: 2, talk: /did you mean "--minutes"\?/ },
  { line: "brew green --minutes", status: 2, talk: /its value is missing; write --minutes N/ },
  { line: "brew green --minutes ten", status: 2, talk: /give a whole number from 0 to 9/ },
  { line: "brew green --minutes 10", status: 2, talk: /give a whole number from 0 to 9/ },
  { line: "brew green --with-milk=no", status: 2, talk: /takes no value/ },
  { line: "range green", status: 2, talk: /300 is outside/ },
  { line: "leak green", status: 3, talk: /^Cannot pour: the spout leaks$/ },
  { line: "drip green", status: 3, talk: /it drips/ },
  { line: "slip green", status: 3, talk: /a fault of irqscope itself: TypeError: x is not iter/ },
])("`tea $line` ends with $status and one line of talk", async ({ line, status, talk }) => {
  const ending = await run(line);
  assert.equal(ending.status, status);
  assert.match(ending.talk, talk);
  assert.equal(ending.talk.includes("\n"), false);
  assert.equal(ending.out, "");
});

Deno.test("the README's table derives from the commands", () => {
  assert.match(markdownTable([brew]), /\| `brew LEAF \[EXTRAS\]` \| Which tea comes out \|/);
});

Deno.test("an unreadable file is named with what mends it", async () => {
  await assert.rejects(
    denoWorld().readText("no/such.json"),
    /^InputError: Cannot read no\/such\.json: there is no such file/,
  );
});
