import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import plugin from "./plugin.ts";
import { objection, rooms } from "./rooms.ts";

/** What the plugin says about a source that stands at a path of the project. */
function complaints(path: string, source: string): string[] {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  return Deno.lint.runPlugin(plugin, file, source).map(({ id, message }) => `${id}: ${message}`);
}

const kernelAbove = "irqscope/layers: bits imports linux, which is above it";

Deno.test.each([
  { path: "lib/bits/a.ts", source: `import "../linux/boot.ts";`, says: kernelAbove },
  { path: "lib/bits/a.ts", source: `export * from "../linux/boot.ts";`, says: kernelAbove },
  { path: "lib/bits/a.ts", source: `export { a } from "../linux/boot.ts";`, says: kernelAbove },
  { path: "lib/bits/a.ts", source: `await import("../linux/boot.ts");`, says: kernelAbove },
  { path: "lib/bits/deep/a.ts", source: `import "../../linux/boot.ts";`, says: kernelAbove },
  {
    path: "lib/bits/a.ts",
    source: `import type { B } from "../linux/boot.ts";`,
    says: kernelAbove,
  },
  {
    path: "lib/zmtp/a.ts",
    source: `import "../bits/register.ts";`,
    says: "irqscope/layers: zmtp imports bits, which is in another column",
  },
  {
    path: "lib/chart/a.ts",
    source: `import "../jupyter/message.ts";`,
    says: "irqscope/layers: chart imports jupyter, which is in another column",
  },
  {
    path: "lib/chart/a.ts",
    source: `import "irqscope";`,
    says: "irqscope/layers: chart imports mod.ts, which is above it",
  },
  {
    path: "lib/lesson/a.ts",
    source: `import "../cli/main.ts";`,
    says: "irqscope/layers: lesson imports cli, which is above it",
  },
  {
    path: "lib/cli/a.ts",
    source: `import "../../tests/run/main.ts";`,
    says: "irqscope/layers: cli imports ../../tests/run/main.ts, which is outside lib",
  },
  {
    path: "lib/cli/a.ts",
    source: `import "../attic/a.ts";`,
    says: "irqscope/layers: cli imports attic, but attic is no room the order knows",
  },
  {
    path: "mod.ts",
    source: `export * from "./lib/kernel/mod.ts";`,
    says: "irqscope/layers: mod.ts imports kernel, which is in another column",
  },
  {
    path: "lib/linux/a.ts",
    source: `Deno.readTextFileSync("a");`,
    says: "irqscope/no-deno-in-model: The model column uses Deno",
  },
  {
    path: "lib/linux/a.ts",
    source: `import "node:fs";`,
    says: "irqscope/no-deno-in-model: The model column imports node:fs",
  },
  {
    path: "lib/linux/a.ts",
    source: `import { z } from "zod/mini";`,
    says: "irqscope/zod-at-doors: linux imports zod",
  },
  {
    path: "lib/x86/a.ts",
    source: "throw new RangeError(`bad vector ${v}`);",
    says: 'irqscope/error-style: The message "bad vector …" does not say what could not be done ' +
      "and what was found",
  },
  {
    path: "lib/x86/a.ts",
    source: `throw new RangeError("Cannot encode this: it is too large.");`,
    says: 'irqscope/error-style: The message "Cannot encode this: it is too large." does not say ' +
      "what could not be done and what was found",
  },
  {
    path: "lib/x86/a.ts",
    source: "export default 1;",
    says: "irqscope/named-exports: A default export has no name",
  },
  {
    path: "examples/a.ts",
    source: `// ${"TO" + "DO"} later`,
    says: "irqscope/no-open-work: A comment announces open work",
  },
])("$path may not say $source", ({ path, source, says }) => {
  assert.deepEqual(complaints(path, source), [says]);
});

Deno.test.each([
  { path: "lib/linux/a.ts", source: `import "../bits/register.ts"; import "./era.ts";` },
  { path: "lib/cli/a.ts", source: `import "../linux/boot.ts"; import "../kernel/front.ts";` },
  { path: "lib/lesson/a.ts", source: `import "irqscope"; import "../notebook/run.ts";` },
  { path: "lib/machine/a.ts", source: `import { z } from "zod";` },
  { path: "lib/kernel/a.ts", source: `Deno.pid; import "node:net";` },
  { path: "lib/x86/a.ts", source: "throw new RangeError(`Cannot encode ${a}: it is ${b}`);" },
  { path: "lib/x86/a.ts", source: "throw new RangeError(message);" },
  { path: "lib/x86/a.ts", source: "const denoted = { Deno: 1 }; denoted.Deno;" },
  { path: "mod.ts", source: `export * from "./lib/chart/reach_chart.ts";` },
  { path: "tests/x86/a.ts", source: `import "../../lib/cli/main.ts"; Deno.pid; export default 1;` },
])("$path may say $source", ({ path, source }) => {
  assert.deepEqual(complaints(path, source), []);
});

Deno.test("of two different rooms at most one may import the other", () => {
  for (const a of rooms) {
    for (const b of rooms) {
      if (a !== b) assert.ok(objection(a, b) ?? objection(b, a), `${a} and ${b}`);
    }
  }
});
