import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  errorsOf,
  pause,
  printed,
  resultOf,
  type Running,
  running,
  tracebackOf,
} from "./running.ts";

let kernel: Running;
before(async () => {
  kernel = await running({
    files: { "local.ts": "export const z: number = 5", "data.json": "[7]" },
  });
});
after(() => kernel[Symbol.asyncDispose]());

describe("values", () => {
  it("come of the cell's own last statement, not of what its decorators were lowered to", async () => {
    const decorated = "function dec(v: unknown, c: unknown) {}\nclass Dec { @dec m() {} }";
    assert.equal(resultOf(await kernel.run(decorated)), undefined);
    assert.equal(resultOf(await kernel.run(`${decorated}\ntypeof Dec`)), '"function"');
  });

  const cells = [
    ["1+1", "2"],
    ["'a'", '"a"'],
    ["[1,2,3].map(n => n*n)", "[ 1, 4, 9 ]"],
    ["{ a: 1 }", "{ a: 1 }"],
    ["// above\n{ a: 2 } // beside", "{ a: 2 }"],
    ["/* above */ { a: 3 }\n/* below */\n// and\n", "{ a: 3 }"],
    ["await new Promise(r => setTimeout(r, 5)); 7", "7"],
    ["const y = 1; y", "1"],
    ["let y = 2; y", "2"],
    ["class y {}; typeof y", '"function"'],
    ["function y(): number { return 3 }\ny()", "3"],
    ["enum E { A, B }; E.B", "1"],
    ["enum E { C }; Object.keys(E).length", "2"],
    ["const location = 'here'; location", '"here"'],
    ["import { z } from './local.ts'; z", "5"],
    ["import data from './data.json' with { type: 'json' }; data", "[ 7 ]"],
    ["(await import('./local.ts')).z", "5"],
    ["import { join } from 'node:path'; join('a', 'b')", '"a/b"'],
    ["import * as irq from 'irqscope'; typeof irq", '"object"'],
    ["const [p, { q }] = [1, { q: 2 }]; p + q", "3"],
    ["import.meta.resolve('./local.ts').endsWith('/local.ts')", "true"],
    ["undefined", undefined],
    ["let w", undefined],
    ["// nothing", undefined],
    ["", undefined],
  ] as const;
  for (const [code, result] of cells) {
    it(`${code || "an empty cell"} gives ${result}`, async () => {
      assert.equal(resultOf(await kernel.run(code)), result);
    });
  }

  it("let without a value forgets the earlier one", async () => {
    await kernel.run("let again = 1");
    assert.equal(resultOf(await kernel.run("let again; typeof again")), '"undefined"');
  });

  it("a resource of `using` is disposed when its cell ends, after the value was read", async () => {
    const ran = await kernel.run(
      "using r = { n: 5, [Symbol.dispose]() { console.log('gone') } }; r.n",
    );
    assert.equal(resultOf(ran), "5");
    assert.equal(printed(ran), "gone\n");
  });

  it("a cell may declare the names the kernel itself works with", async () => {
    await using kernel = await running();
    const names =
      "performance JSON Object Array Math crypto String Number Reflect TextEncoder Deno Set Map Promise Uint8Array";
    await kernel.run(`let ${names.split(" ").map((name) => `${name} = 1`).join()}`);
    const ran = await kernel.run("console.log({ a: 1 }); display([{ b: 2 }]); [3]");
    assert.equal(printed(ran), "{ a: 1 }\n");
    assert.equal(resultOf(ran), "[ 3 ]");
    assert.match(tracebackOf(await kernel.run("throw new Error('x')")), /cell-\d+\.ts:1:7/);
  });

  it("user expressions are told apart from each other's failures", async () => {
    const { outcome } = await kernel.run("const e1 = 4", {
      userExpressions: { a: "e1 + 1", bad: "nope_undefined", worse: "1 +* 2", none: "undefined" },
    });
    assert.equal(outcome.kind, "ok");
    const { a, bad, worse, none } = outcome.kind === "ok" ? outcome.userExpressions : {};
    assert.deepEqual(a?.status === "ok" && a.data, { "text/plain": "5" });
    assert.equal(bad?.status === "error" && bad.ename, "ReferenceError");
    assert.equal(worse?.status === "error" && worse.ename, "SyntaxError");
    assert.deepEqual(none?.status === "ok" && none.data, { "text/plain": "undefined" });
  });
});

describe("help", () => {
  const asked = [
    [
      "/** Doubles. */\nfunction twice(n: number) { return 2 * n }\nhelp(twice)",
      /twice\(n: number\)[^]*Doubles/,
    ],
    ["twice?", /twice\(n: number\)[^]*Doubles/],
    ["twice??", /return 2 \* n/],
    ["help('twice')", /Doubles/],
    ["qqzz_nothing?", /Nothing is known of qqzz_nothing/],
    ["help('qqzz_nothing')", /Nothing is known of qqzz_nothing/],
    ["help(Math.max)", /Math\.max/],
    ["help([].map)", /Array[^]*map/],
    ["const toolbox = { sharpen(edge) { return edge } }; help(toolbox.sharpen)", /sharpen/],
    ["help(new Map())", /Map/],
    ["help((left, right) => left + right)", /^\(left, right\) => left \+ right$/],
    ["help(Object.create(null, { a: { value: 1, enumerable: true } }))", /a: 1/],
    ["help(null)", /^null$/],
    ["help()", /%%time[^]*declare function display[^]*slider/],
    ["help('no name')", /^Nothing is known of no name$/],
  ] as const;
  for (const [code, page] of asked) {
    it(`${code.split("\n").at(-1)} opens the pager`, async () => {
      const { outcome } = await kernel.run(code);
      assert.match(String(outcome.kind === "ok" && outcome.pages[0]?.["text/plain"]), page);
    });
  }

  it("runs no code of what it looks into, as the traps of a proxy are", async () => {
    await kernel.run(`
      const trapped = (target) => new Proxy(target, new Proxy({}, {
        get: (_, trap) => () => { throw new Error(\`\${trap} ran\`) },
      }));
      const odd = trapped(class {}), held = { name: odd };
    `);
    for (const asked of ["Math.max", "odd", "held", "trapped(function quiet() {})"]) {
      const { outcome } = await kernel.run(`help(${asked})`);
      assert.equal(outcome.kind, "ok", JSON.stringify(outcome));
    }
  });
});

describe("streams", () => {
  it("100,000 lines arrive whole, in order and in few messages", async () => {
    const ran = await kernel.run("for (let i = 0; i < 100_000; i++) console.log(i)");
    assert.equal(printed(ran), Array.from({ length: 100_000 }, (_, i) => `${i}\n`).join(""));
    assert.ok(ran.outputs.length <= 200, `${ran.outputs.length} messages`);
  });

  it("stdout and stderr keep their order", async () => {
    const ran = await kernel.run(
      "for (let i = 0; i < 3; i++) { console.log(i); console.error(i) }",
    );
    const seen = ran.outputs.map((o) => o.kind === "stream" && `${o.name} ${o.text.trim()}`);
    assert.deepEqual(seen, [0, 1, 2].flatMap((i) => [`stdout ${i}`, `stderr ${i}`]));
  });

  it("text printed before a long computation is seen during it", async () => {
    const seen = kernel.outputs.length;
    const code =
      "console.log('a'); console.log('b'); const t = Date.now(); while (Date.now() - t < 600);";
    const cell = kernel.run(code);
    await pause(300);
    const early = kernel.outputs.slice(seen).map(({ output: o }) => o.kind === "stream" && o.text);
    assert.equal(early.join(""), "a\nb\n");
    await cell;
  });

  it("raw writes and surrogate pairs written by halves arrive whole", async () => {
    const ran = await kernel.run(`import process from "node:process";
Deno.stdout.writeSync(new TextEncoder().encode("raw\\n"));
await Deno.stdout.write(new TextEncoder().encode("😀").slice(0, 2));
await Deno.stdout.write(new TextEncoder().encode("😀").slice(2));
process.stderr.write("node\\n");
for (let i = 0; i < 300; i++) console.log("😀".repeat(5000));`);
    assert.equal(printed(ran), "raw\n😀" + ("😀".repeat(5000) + "\n").repeat(300));
    assert.equal(printed(ran, "stderr"), "node\n");
  });

  it("late output belongs to the cell that started it, also while another runs", async () => {
    const first = await kernel.run("setTimeout(() => console.log('late'), 50)");
    const second = await kernel.run(
      "await new Promise((r) => setTimeout(r, 120)); console.log('own')",
    );
    assert.equal(printed(second), "own\n");
    const late = kernel.outputs.filter(({ parent }) => parent === first.id);
    assert.ok(late.some(({ output }) => output.kind === "stream" && output.text === "late\n"));
  });

  it("what a served request prints belongs to the cell that serves", async () => {
    await using kernel = await running({ permissions: ["--allow-net"] });
    const forms = [
      "Deno.serve({ port: 0, onListen() {} }, answer)",
      "Deno.serve({ port: 0, onListen() {}, handler: answer })",
    ];
    for (const form of forms) {
      const first = await kernel.run(
        `var answer = () => { console.log('asked'); return new Response('') }; var server = ${form}`,
      );
      const second = await kernel.run(
        "await (await fetch(`http://localhost:${server.addr.port}`)).text(); await server.shutdown()",
      );
      assert.equal(printed(second), "");
      const outputs = kernel.outputs.filter(({ parent }) => parent === first.id)
        .map(({ output }) => output);
      assert.equal(printed({ ...first, outputs }), "asked\n");
    }
  });

  it("a timer's callback can clear it by its this", async () => {
    const ran = await kernel.run(
      "setInterval(function () { console.log('once'); clearInterval(this) }, 10);" +
        "await new Promise((r) => setTimeout(r, 100))",
    );
    assert.equal(printed(ran), "once\n");
  });
});

describe("errors", () => {
  it("name the true line and column and show the source, causes included", async () => {
    const ran = await kernel.run(
      "type T = { a: string };\nfunction deep(t: T) {\n  throw new RangeError(t.a, { cause: new Error('why') })\n}\n\nawait 0; deep({ a: 'boom' })",
    );
    assert.deepEqual(errorsOf(ran), ["RangeError: boom"]);
    const text = tracebackOf(ran);
    assert.match(text, /at deep \(cell-\d+\.ts:3:9\)/);
    assert.match(text, /at cell-\d+\.ts:6:10/);
    assert.match(text, /> 3 \| {3}throw new RangeError/);
    assert.match(text, /Caused by Error: why/);
    assert.doesNotMatch(text, /__k|child\/|ext:|stdin/);
  });

  it("keep their lines where the code had to be lowered", async () => {
    const text = tracebackOf(
      await kernel.run("enum Q { A }\n\nfunction g() {\n  throw new Error('x')\n}\ng()"),
    );
    assert.match(text, /at g \(cell-\d+\.ts:4:9\)/);
  });

  const thrown = [
    ["throw 'str'", 'Uncaught: "str"'],
    ["throw undefined", "Uncaught: undefined"],
    ["throw null", "Uncaught: null"],
    ["nope_undefined", "ReferenceError: nope_undefined is not defined"],
    ["await Promise.reject(new TypeError('p'))", "TypeError: p"],
    [
      "import { nope } from './local.ts'; nope",
      'SyntaxError: Cannot import "nope": "./local.ts" exports z',
    ],
  ] as const;
  for (const [code, error] of thrown) {
    it(`${code} is told as ${error}`, async () => {
      assert.deepEqual(errorsOf(await kernel.run(code)), [error]);
    });
  }

  const elsewhere = [
    ["1\n\nawait fetch('nonsense:')", 3, 7],
    ["\n  const m = await import('./nope.ts')", 2, 19],
  ] as const;
  for (const [code, line, column] of elsewhere) {
    it(`what fails in the runtime is placed at its await: ${code.trim()}`, async () => {
      const text = tracebackOf(await kernel.run(code));
      assert.match(text, new RegExp(`at cell-\\d+\\.ts:${line}:${column}$`, "m"));
    });
  }

  it("an AggregateError tells each of its errors", async () => {
    const text = tracebackOf(
      await kernel.run("throw new AggregateError([new Error('a'), new TypeError('b')], 'both')"),
    );
    assert.match(text, /AggregateError: both[^]*Error: a[^]*TypeError: b/);
  });

  it("syntax errors point at their place", async () => {
    const ran = await kernel.run("1 +* 2");
    assert.match(errorsOf(ran)[0]!, /^SyntaxError: Unexpected token \(cell-\d+\.ts:1:4\)$/);
    assert.match(tracebackOf(ran), /> 1 \| 1 \+\* 2\n {4}\| {4}\^/);
  });

  it("what nobody awaits and what timers throw is told on its cell", async () => {
    const rejected = await kernel.run("(async () => { throw new Error('lost') })(); 0");
    assert.match(printed(rejected, "stderr"), /Uncaught Error: lost\n {2}cell-\d+\.ts:1:22/);
    const timer = await kernel.run("setTimeout(() => { throw new Error('tick') }, 5); 0");
    await kernel.run("await new Promise((r) => setTimeout(r, 40))");
    const text = kernel.outputs.filter(({ parent }) => parent === timer.id)
      .map(({ output }) => output.kind === "stream" ? output.text : "").join("");
    assert.match(text, /Uncaught Error: tick/);
  });

  it("state survives them", async () => {
    await kernel.run("let kept = 41");
    await kernel.run("throw new Error('x')");
    assert.equal(resultOf(await kernel.run("kept + 1")), "42");
  });
});

describe("input", () => {
  it("is refused at once where the client takes none", async () => {
    const ran = await kernel.run("prompt('name? ')", { allowStdin: false });
    assert.deepEqual(errorsOf(ran), ['Error: Cannot ask "name? ": this client takes no input']);
  });

  it("reaches prompt, confirm and the password question", async () => {
    const asked: string[] = [];
    await using kernel = await running({
      ask: (prompt, { password, parent }) => {
        asked.push(`${prompt}${password} ${parent}`);
        return Promise.resolve("y");
      },
    });
    const code = "[prompt('name? '), confirm('sure?'), Deno.jupyter.password('pw: ')]";
    const ran = await kernel.run(code, { id: "me" });
    assert.equal(resultOf(ran), '[ "y", true, "y" ]');
    assert.deepEqual(asked, ["name? false me", "sure? [y/N] false me", "pw: true me"]);
  });

  it("takes options of a question in the place of its default", async () => {
    await using kernel = await running({
      ask: (prompt, { password }) => Promise.resolve(`${prompt} ${password}`),
    });
    const ran = await kernel.run("prompt('pin', { password: true })");
    assert.equal(resultOf(ran), '"pin true"');
  });

  it("is asked for by reads of standard input, line by line", async () => {
    const lines = ["abcdef", "second", "third"];
    await using kernel = await running({ ask: () => Promise.resolve(lines.shift()!) });
    const ran = await kernel.run(`const text = (n: number, bytes: Uint8Array) =>
  new TextDecoder().decode(bytes.subarray(0, n));
const four = new Uint8Array(4);
const first = text(Deno.stdin.readSync(four)!, four) + "|" + text(Deno.stdin.readSync(four)!, four);
const whole = new Uint8Array(99);
const second = text((await Deno.stdin.read(whole))!, whole);
const [chunk] = [(await Deno.stdin.readable.getReader().read()).value!];
[first, second, text(chunk.length, chunk)]`);
    assert.equal(resultOf(ran), '[ "abcd|ef\\n", "second\\n", "third\\n" ]');
    assert.deepEqual(lines, []);
  });
});

Deno.test("a cell that begins in the midst of another's loop takes none of its output", async () => {
  await using kernel = await running();
  const [busy, other] = await Promise.all([
    kernel.run("{ const t = Date.now(); while (Date.now() - t < 400); } console.log('busy')"),
    pause(100).then(() => kernel.run("console.log('other')", { subshell: "other" })),
  ]);
  assert.deepEqual([printed(busy), printed(other)], ["busy\n", "other\n"]);
});

Deno.test("decorators are those that the folder's deno.json asks for", async () => {
  const compilerOptions = { experimentalDecorators: true };
  await using kernel = await running({
    types: "off",
    files: { "deno.json": JSON.stringify({ compilerOptions }) },
  });
  const ran = await kernel.run(`function d(target: object, key: string, given: PropertyDescriptor) {
      given.value = () => 42;
    }
    function noted(_target: object, _key: string, index: number) { console.log("parameter", index) }
    class Old { @d m(@noted a?: number) { return a } }
    new Old().m()`);
  assert.equal(resultOf(ran), "42");
  assert.equal(printed(ran), "parameter 0\n");
});

Deno.test("an import that fails tells that its file has changed since it was loaded", async () => {
  await using kernel = await running({ types: "off", files: { "one.ts": "export const = 1" } });
  const write = (text: string) =>
    kernel.run(`await Deno.writeTextFile("one.ts", ${JSON.stringify(text)})`);
  const hint =
    /; the file has changed since it was first loaded: import it as "\.\/one\.ts\?2", or/;
  assert.doesNotMatch(tracebackOf(await kernel.run("import { a } from './one.ts'; a")), hint);
  await pause(20);
  await write("export const a = 2");
  assert.match(tracebackOf(await kernel.run("import { a } from './one.ts'; a")), hint);
  assert.equal(resultOf(await kernel.run("import { a } from './one.ts?2'; a")), "2");
  await pause(20);
  await write("export const b = 3");
  assert.match(tracebackOf(await kernel.run("import { b } from './one.ts'; b")), hint);
  const missing = await kernel.run("import { c } from './none.ts'; c");
  assert.doesNotMatch(tracebackOf(missing), /has changed/);
});

Deno.test("what a cell uses is disposed of by the method that its declaration names", async () => {
  await using kernel = await running({ types: "off" });
  const both = "{ [Symbol.dispose]() { console.log('sync') }, " +
    "async [Symbol.asyncDispose]() { console.log('async') } }";
  const inOrder = `using a = ${both}; await using b = ${both}; using c = null; using d = ${both}`;
  assert.equal(printed(await kernel.run(inOrder)), "sync\nasync\nsync\n");
  assert.deepEqual(errorsOf(await kernel.run("using e = { async [Symbol.asyncDispose]() {} }")), [
    "TypeError: Symbol(Symbol.dispose) is not a function",
  ]);
});
