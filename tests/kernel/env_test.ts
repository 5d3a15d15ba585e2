import assert from "node:assert/strict";
import { errorsOf, resultOf, type Running, running, tracebackOf } from "./running.ts";

const options = { sanitizeOps: false, sanitizeResources: false };

/** Ways to look for a variable, by what Node answers where it is not set. */
const looks = [
  { code: "process.env.HOME", none: "undefined" },
  { code: "env.HOME", none: "undefined" },
  { code: "node.env.HOME", none: "undefined" },
  { code: "eval('process.env.HOME')", none: "undefined" },
  { code: "[0].map(() => process.env.HOME)[0]", none: "undefined" },
  { code: "'HOME' in process.env", none: "false" },
  { code: "Object.hasOwn(process.env, 'HOME')", none: "false" },
  { code: "Object.keys({ ...process.env }).length", none: "0" },
  { code: "delete process.env.HOME", none: "true" },
] as const;
/** What is refused, whoever does it. */
const refused = ["process.env.HOME = 'x'", "Deno.env.get('HOME')", "Deno.env.toObject()"];

const imported = "import node, { env } from 'node:process';\n";
const module = imported +
  [...looks.map(({ code }) => code), ...refused]
    .map((code, at) => `export function f${at}() { return ${code} }`).join("\n");

const own = "import * as own from 'own';";
const mine = "import * as mine from './mine.ts';";
const files = { "package.json": '{ "dependencies": { "own": "1.0.0" } }', "mine.ts": module };

/** A kernel in a folder with a package, of a module of Node's old kind and one of the new. */
async function withPackage(permissions: readonly string[] = []): Promise<Running> {
  const kernel = await running({ files, permissions, types: "off" });
  const folder = `${kernel.folder}/node_modules/own`;
  await Deno.mkdir(folder, { recursive: true });
  const manifest = {
    name: "own",
    version: "1.0.0",
    exports: { ".": "./a.mjs", "./old": "./b.cjs" },
  };
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify(manifest));
  await Deno.writeTextFile(`${folder}/a.mjs`, module);
  await Deno.writeTextFile(`${folder}/b.cjs`, "exports.home = process.env.HOME");
  const cache = `${kernel.folder}/cache/npm/registry.example/own/1.0.0`;
  await Deno.mkdir(cache, { recursive: true });
  await Deno.writeTextFile(`${cache}/c.mjs`, "export default process.env.HOME");
  return kernel;
}

Deno.test("a package finds no variable it may not read", options, async () => {
  await using kernel = await withPackage();
  for (const [at, { none, code }] of looks.entries()) {
    const ran = await kernel.run(`${own} String(own.f${at}())`);
    assert.equal(resultOf(ran), `"${none}"`, `${code} ${tracebackOf(ran)}`);
  }
  for (
    const code of [
      "import old from 'own/old'; String(old.home)",
      "import cached from './cache/npm/registry.example/own/1.0.0/c.mjs'; String(cached)",
    ]
  ) {
    const ran = await kernel.run(code);
    assert.equal(resultOf(ran), '"undefined"', tracebackOf(ran));
  }
});

Deno.test("a package can neither set a variable nor read one of Deno's", options, async () => {
  await using kernel = await withPackage();
  for (const [at, code] of refused.entries()) {
    const ran = await kernel.run(`${own} own.f${looks.length + at}()`);
    assert.match(errorsOf(ran).join(), /^NotCapable: Requires env access/, code);
  }
});

Deno.test("a cell and a file of its folder are told what they lack", options, async () => {
  await using kernel = await withPackage();
  const codes = [...looks.map(({ code }) => code), ...refused];
  for (const [at, code] of codes.entries()) {
    for (const cell of [`${imported} ${code}`, `${mine} mine.f${at}()`]) {
      const ran = await kernel.run(cell);
      assert.match(errorsOf(ran).join(), /^NotCapable: Requires env access/, cell);
      assert.match(tracebackOf(ran), /`kernel install --allow-env(=HOME)?` grants it/);
    }
  }
});

Deno.test("who may read a variable finds it", options, async () => {
  await using kernel = await withPackage(["--allow-env=HOME"]);
  const home = Deno.env.get("HOME")!;
  for (const cell of [`${own} own.f0()`, `${mine} mine.f1()`, "Deno.env.get('HOME')"]) {
    assert.equal(resultOf(await kernel.run(cell)), JSON.stringify(home), cell);
  }
});
