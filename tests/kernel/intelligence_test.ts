import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { readCell } from "../../lib/kernel/compile_parse.ts";
import { pathBefore } from "../../lib/kernel/live.ts";
import { policyIn } from "../../lib/kernel/type_report.ts";
import {
  errorsOf,
  pause,
  printed,
  resultOf,
  type Running,
  running,
  tracebackOf,
  warned,
} from "./running.ts";

let kernel: Running;
before(async () => {
  const slots = await Deno.makeTempDir();
  const files = {
    "local.ts": "export const z = 5",
    "notes.txt": "",
    "written.ts": "export const old = 1;",
  };
  kernel = await running({ slots, files });
  await kernel.run(
    "let x_long_name = 5; const g = { get loud() { console.log('SIDE'); return { a: 1 } } }",
  );
  await kernel.run(
    "/** Says hello DOCSTRING */\nfunction greet(name: string): string { return name }",
  );
});
after(() => kernel[Symbol.asyncDispose]());

async function completed(code: string, cursor = code.length): Promise<string[]> {
  const { start, end, matches } = await kernel.interpreter.complete(code, cursor);
  return matches.map(({ text }) => code.slice(0, start) + text + code.slice(end));
}

async function told(code: string, detail: 0 | 1 = 0): Promise<string | undefined> {
  const data = await kernel.interpreter.inspect(code, code.length, detail);
  return data?.["text/plain"] as string | undefined;
}

/** What must hold at once, and just as well when the language server has come up. */
function common(): void {
  const completions = [
    ["x_long_n", "x_long_name"],
    ["let q = 1\nMath.hypo", "let q = 1\nMath.hypot"],
    ["consol", "console"],
    ["whi", "while"],
    ["g.lou", "g.loud"],
    ["Deno.readTextFileSync('note", "Deno.readTextFileSync('notes.txt"],
    ["import { z } from './loc", "import { z } from './local.ts"],
    ["`${x_long_n", "`${x_long_name"],
    ["'a' + /* b */ x_long_n", "'a' + /* b */ x_long_name"],
    ["%%ti", "%%time"],
  ] as const;
  for (const [code, whole] of completions) {
    it(`${code} is completed to ${whole}`, async () => {
      assert.ok((await completed(code)).includes(whole), String(await completed(code)));
    });
  }

  it("a word in the midst of code is replaced alone", async () => {
    assert.deepEqual(await completed("Math.hypo + 5", 9), ["Math.hypot + 5"]);
  });

  for (const code of ["zzqqxx.yy", "// x_long_n", "/* x_long_n", "'x_long_n", "`${1} x_long_n"]) {
    it(`${code} completes to nothing`, async () => {
      assert.deepEqual(await completed(code), []);
    });
  }

  it("what the user documented is shown by name and at its call", async () => {
    for (const code of ["greet", "greet("]) {
      assert.match(await told(code) ?? "", /name: string[^]*Says hello DOCSTRING/);
    }
    assert.match(await told("greet", 1) ?? "", /return name/);
  });

  it("an unknown name is not found", async () => {
    assert.equal(await told("qqzz_nothing"), undefined);
  });

  it("looking runs no code", () => {
    assert.doesNotMatch(JSON.stringify(kernel.outputs), /SIDE/);
  });
}

describe("with no language server yet", common);

describe("with the language server", () => {
  before(async () => {
    for (let tries = 0; tries < 200; tries++) {
      const { matches } = await kernel.interpreter.complete("Math.hypo", 9);
      if (matches[0]?.signature) return;
      await pause(100);
    }
    throw new Error("Cannot test the language server: it does not come up");
  });
  common();

  it("completions carry type and signature", async () => {
    const { matches } = await kernel.interpreter.complete("x_long_n", 8);
    assert.deepEqual(matches, [
      { text: "x_long_name", type: "instance", signature: "let x_long_name: number" },
    ]);
  });

  it("what getters yield is completed by their types", async () => {
    assert.deepEqual(await completed("g.loud.a"), ["g.loud.a"]);
  });

  it("type errors across cells are told as warnings, the cell runs", async () => {
    const ran = await kernel.run("console.log('ran')\nconst n: number = greet('a')");
    assert.equal(printed(ran), "ran\n");
    assert.match(
      await warned(kernel, ran),
      /^cell-\d+\.ts:2:7 - warning TS2322: Type 'string' is not assignable to type 'number'\.\n2 \| const n: number = greet\('a'\)\n {10}~\n$/,
    );
  });

  it("a file that the cell itself writes is known as it is imported", async () => {
    const ran = await kernel.run(
      "await new Promise((r) => setTimeout(r, 500)); await Deno.writeTextFile('written.ts', 'export const v = 1;');\n" +
        "const { v } = await import('./written.ts'); v.nope; v",
    );
    assert.equal(resultOf(ran), "1");
    const told = await warned(kernel, ran);
    assert.match(told, /^cell-\d+\.ts:2:47 - warning TS2339/);
    assert.doesNotMatch(told, /2:9 /);
    assert.deepEqual(await completed("v.toFix"), ["v.toFixed"]);
  });

  it("a global of the library that a cell declares anew is known as it is", async () => {
    await kernel.run("const location = { latitude: 1 }");
    assert.deepEqual(await completed("location.la"), ["location.latitude"]);
    assert.match(await told("location") ?? "", /latitude/);
  });

  it("the package's own documentation is shown", async () => {
    await kernel.run("import { parseMachine } from 'irqscope'");
    assert.match(await told("parseMachine(") ?? "", /Machine/);
  });

  it("a cell may forbid itself to run with type errors, or have none looked for", async () => {
    const refused = await kernel.run("// types: error\nconsole.log('ran'); greet(5)");
    assert.equal(printed(refused), "");
    assert.match(errorsOf(refused).join(), /^TS2345: Argument of type 'number'/);
    assert.match(tracebackOf(refused), /:2:27 - error TS2345/);
    const mistyped = await kernel.run("// types: of\n1");
    assert.match(printed(mistyped, "stderr"), /sets nothing/);
    const unchecked = await kernel.run("// types: off\nconsole.log('ran'); greet(5)");
    assert.deepEqual([printed(unchecked), printed(unchecked, "stderr")], ["ran\n", ""]);
  });
});

Deno.test.each([
  { code: "a.b.par", path: { object: "a.b", part: "par", start: 4 } },
  { code: "1 + nam", path: { object: undefined, part: "nam", start: 4 } },
  { code: "x?.y", path: { object: "x", part: "y", start: 3 } },
  { code: "f().x", path: undefined },
  { code: "'a'.x", path: undefined },
])("the path before the cursor of $code", ({ code, path }) => {
  assert.deepEqual(pathBefore(code, code.length), path);
});

Deno.test.each([
  { code: "// types: off\nx", policy: "off" },
  { code: "x\n  // types: error", policy: "error" },
  { code: "// types of things: off", policy: undefined },
  { code: "// types: of", policy: '"// types: of" sets nothing: off, warn, error do\n' },
  { code: "// types: those of the library", policy: undefined },
  { code: "x // types: off", policy: undefined },
  { code: "`\n// types: off\n`", policy: undefined },
  { code: "'\\\n// types: off'", policy: undefined },
  { code: "/*\n// types: off\n*/", policy: undefined },
  { code: "<b>\n// types: off\n</b>", policy: undefined },
  { code: "{\n// types: off\na: 1 }", policy: "off" },
])("the policy $code sets", ({ code, policy }) => {
  const { parsed } = readCell(code);
  assert.equal(parsed.kind, "parsed");
  const said = policyIn(parsed.kind === "parsed" ? parsed.remarks : []);
  assert.equal(said?.kind === "policy" ? said.policy : said?.hint, policy);
});
