import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { errorsOf, printed, type Running, running, tracebackOf } from "./running.ts";

let kernel: Running;
before(async () => {
  kernel = await running({
    types: "off",
    files: {
      "typed.ts": [
        "interface A {",
        "  b: number;",
        "}",
        "",
        "export function typed(a: A): never {",
        "  throw new RangeError(`typed ${a.b}`);",
        "}",
      ].join("\n"),
    },
  });
});
after(() => kernel[Symbol.asyncDispose]());

async function trace(code: string): Promise<string> {
  return tracebackOf(await kernel.run(code));
}

describe("an error", () => {
  const named = [
    ["class Mine extends Error {}; throw new Mine('x')", "Mine: x"],
    ["class Own extends Error { override name = 'Said' }; throw new Own('x')", "Said: x"],
    ["throw new DOMException('x', 'AbortError')", "AbortError: x"],
    ["throw Object.assign(new TypeError('x'), { name: '' })", "TypeError: x"],
    ["throw Object.assign(new Error('x'), { message: { toString() { throw 5 } } })", "Error: "],
    [
      "throw { [Symbol.for('Deno.customInspect')]() { throw 2 }, toString() { throw 1 } }",
      "Uncaught: [object that cannot be shown]",
    ],
  ] as const;
  const placed = [
    ["nowhere()", "1:1"],
    ["1;\n  nowhere() + 2", "2:3"],
    ["await nowhere()", "1:7"],
    ["const x = await nowhere();", "1:17"],
    ["const x = 1 + nowhere();", "1:11"],
    ["for await (const x of nowhere()) {}", "1:23"],
    ["export default nowhere()", "1:1"],
    ["import './nowhere.ts'", "1:1"],
    ["1;\nawait import('./nowhere.ts')", "2:7"],
    ["enum E { A }; nowhere()", "1:15"],
    ["using x = nowhere()", "1:11"],
    ["nowhere(\n  1)", "1:1"],
    ["const page = (\n  <ul>\n    <li>one</li>\n  </ul>\n);", "2:3"],
    ["1;\nconst el = <div class='x'>hi {1+1}</div>; el", "2:12"],
    ["const b = (x) => <b>{x}</b>; b({})", "1:18"],
    ["enum E {\n  A = 1,\n  B = (null as any).x,\n}", "3:21"],
    ["namespace N {\n  export namespace M {\n\tnowhere.x;\n}}", "3:2"],
    ["namespace N { if(true){nowhere.x} }", "1:24"],
    ["enum E { A }\nconst t = `a\n ${(null as any).x}`", "3:18"],
    ["class P {\n  constructor(private a = (null as any).x) {}\n}\nnew P()", "2:41"],
    ["class P {\n  accessor a = 1;\n}\nP.prototype.a", "2:12"],
    ["class P {\n  accessor a = 1;\n  m() {\n      return 1n+1;\n  }\n}\nnew P().m()", "4:16"],
    ["@nowhere\nclass P {}", "1:2"],
  ] as const;
  for (const [code, place] of placed) {
    it(`in ${JSON.stringify(code)} stands at ${place}`, async () => {
      const shown = await trace(code);
      const frame = `    at (?:.+ \\()?\\1\\)?(\n|$)`;
      assert.match(shown, new RegExp(`  (cell-\\d+[.]ts:${place})\n[^]*${frame}`), shown);
    });
  }

  for (const [code, error] of named) {
    it(`is told as ${error}: ${code}`, async () => {
      assert.deepEqual(errorsOf(await kernel.run(code)), [error]);
    });
  }

  it("of an async function names also the line that awaited it", async () => {
    const text = await trace(
      "async function later() { await null; throw new Error('late') }\n\nawait later()",
    );
    assert.match(text, /at later \(cell-\d+\.ts:1:44\)\n {4}at cell-\d+\.ts:3:7$/);
  });

  it("of an async generator names the loop, and no frame of ours", async () => {
    const text = await trace(
      "const items = async function* () { await null; throw new Error('x') };\n" +
        "for await (const item of items()) item;",
    );
    assert.match(text, /at items \(cell-\d+\.ts:1:54\)\n {4}at async cell-\d+\.ts:2:[1-4]?\d$/);
  });

  it("tells what its getters hide as getters", async () => {
    const text = await trace(
      "const e = new Error('x'); const trap = { enumerable: true, get() { throw 1 } };\n" +
        "Object.defineProperties(e, { cause: trap, extra: trap }); throw e",
    );
    assert.match(text, /^Error: x\n[^]*\{ extra: \[Getter\] \}$/);
  });

  it("that is its own cause is told once", async () => {
    const text = await trace("const round = new Error('r'); round.cause = round; throw round");
    assert.match(text, /^Error: r\n[^]*\nCaused by Error: r\n\(told above\)$/);
  });

  it("of many errors tells the first of them", async () => {
    const text = await trace(
      "throw new AggregateError(Array.from({ length: 50 }, (_, i) => new Error('e' + i)))",
    );
    assert.match(text, /Error: e19\n[^]* {2}\.\.\. 30 more errors$/);
    assert.doesNotMatch(text, /Error: e20/);
  });

  it("of values and of errors says Uncaught once", async () => {
    const text = await trace("throw new AggregateError([5], 'one', { cause: 'why' })");
    assert.match(text, /\n {2}5\nCaused by "why"$/);
    const ran = await kernel.run(
      "Promise.reject('lost'); await new Promise((r) => setTimeout(r, 5))",
    );
    assert.equal(printed(ran, "stderr"), 'Uncaught "lost"\n');
  });

  it("of great length is told shortened", async () => {
    const { outcome } = await kernel.run("throw new Error('x'.repeat(1e6))");
    assert.ok(outcome.kind === "error" && outcome.evalue.length < 30_000);
    assert.match(outcome.evalue, / \.\.\. 980000 more characters \.\.\. x+$/);
    assert.ok(outcome.traceback.join("").length < 60_000);
    const line = await trace(`"${"y".repeat(1e5)}"; throw new Error('far right')`);
    assert.match(line, /\n> 1 \| y{190}.{31}\n {4}\| {200}\^\n/);
  });

  it("of a deep stack is told by its two ends", async () => {
    const text = await trace(
      "Error.stackTraceLimit = 10_000;\n" +
        "const deep = (n: number): number => { if (n) return deep(n - 1) + 1; throw new Error('d') };\n" +
        "try { deep(5_000) } finally { Error.stackTraceLimit = 10 }",
    );
    assert.match(text, /\n {4}\.\.\. 4922 more \.\.\.\n/);
    assert.ok(text.split("\n").length < 100);
  });

  it("whose message looks like a stack adds no frames", async () => {
    const text = await trace("throw new Error('a\\n    at fake (cell-1.ts:1:1)')");
    assert.equal(text.match(/^ +at fake/gm)?.length, 1);
  });

  for (const place of ["1:0", "0:1", "99:1", "1:99", "9e9:9", "99999999999999999999:9"]) {
    it(`may claim to come from ${place}, and the kernel lives on`, async () => {
      await kernel.run("var here = 5");
      const at = `Error: x\n    at f (cell-1.ts:${place})`;
      const throwing = `throw Object.assign(new Error("x"), { stack: ${JSON.stringify(at)} })`;
      assert.match(await trace(throwing), /^Error: x/);
      const late = await kernel.run(
        `setTimeout(() => { ${throwing} }); await new Promise((later) => setTimeout(later, 40))`,
      );
      assert.match(printed(late, "stderr"), /^Uncaught Error: x/);
      assert.equal(printed(await kernel.run("console.log(here)")), "5\n");
    });
  }

  it("of code nested deeper than the parser can read names the bracket too many", async () => {
    const deep = (depth: number) => "(".repeat(depth) + "1" + ")".repeat(depth);
    assert.match(await trace(deep(5_000)), /^SyntaxError: Cannot read so deep[^]*:1:501\n/);
    assert.match(await trace("[".repeat(100_000)), /^SyntaxError: Cannot read so deep/);
    assert.equal(printed(await kernel.run(`console.log(${deep(499)})`)), "1\n");
  });

  it("of a decorator shows no frame of what decorators are lowered to", async () => {
    await kernel.run("function deco(v: unknown, c: unknown) { throw new Error('in deco') }");
    for (const decorated of ["@deco\nclass D {\n  a = 1;\n}", "class D { @deco m() {} }"]) {
      const text = await trace(`// line 1\n${decorated}`);
      assert.doesNotMatch(text, /__/);
      assert.match(text, /at deco \(cell-\d+\.ts:1:[^]*at cell-\d+\.ts:[23]:\d+$/);
    }
  });

  it("of what can be neither erased nor lowered names the cell and its place", async () => {
    assert.match(
      await trace("1;\nclass P { m(@deco a: number) {} }"),
      /^SyntaxError: Parameter decorators[^]*deno\.json[^]*\n {2}cell-\d+\.ts:2:13\n/,
    );
    assert.match(
      await trace("1;\nexport = 5"),
      /^SyntaxError: TypeScript export assignment is not [^/]*\n {2}cell-\d+\.ts:2:1\n/,
    );
  });

  it("that was suppressed by another is told with it", async () => {
    const text = await trace(`{
      using held = { [Symbol.dispose]() { throw new Error("of the disposal") } };
      throw new Error("of the block");
    }`);
    assert.match(text, /^SuppressedError: [^]*\n {2}Error: of the disposal\n {4}cell-\d+\.ts:2:/);
    assert.match(text, /\n {2}Error: of the block\n {4}cell-\d+\.ts:3:/);
  });

  it("of a module shows that file's lines and the cell's", async () => {
    const text = await trace("import { typed } from './typed.ts';\ntyped({ b: 1 })");
    assert.match(text, /typed\.ts:6:9\n[^]*> 6 \| {3}throw new RangeError/);
    assert.match(text, /\n> 2 \| typed\(\{ b: 1 \}\)\n/);
  });

  it("of another realm shows none of the runtime's frames", async () => {
    const text = await trace(
      "import vm from 'node:vm'; vm.runInNewContext('throw new RangeError(1)')",
    );
    assert.match(text, /^RangeError: 1\n/);
    assert.doesNotMatch(text, /ext:/);
  });

  it("of a timed cell names the lines that the user sees", async () => {
    const text = await trace("%%time\n1;\nthrow new Error('x')");
    assert.match(text, /cell-\d+\.ts:3:7\n {2}1 \| %%time\n {2}2 \| 1;\n> 3 \| throw/);
    const told = errorsOf(await kernel.run("%time throw new Error('y');\nconst = 5"));
    assert.match(told[0]!, /^SyntaxError: .*cell-\d+\.ts:2:7/);
  });
});
