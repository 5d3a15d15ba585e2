import assert from "node:assert/strict";
import fc from "fast-check";
import { compileCell } from "../../lib/kernel/compile.ts";
import { completenessOf } from "../../lib/kernel/compile_complete.ts";
import { applyEdits } from "../../lib/kernel/edit.ts";
import { isHelper, userPlace } from "../../lib/kernel/positions.ts";
import { readSugar } from "../../lib/kernel/sugar.ts";

async function compiled(source: string) {
  const result = await compileCell(source, { file: "cell-1.ts", run: 1 });
  assert.equal(result.kind, "compiled", JSON.stringify(result));
  return result as Extract<typeof result, { kind: "compiled" }>;
}

/** The compiled code behind its beginning, without the blanks that only keep columns. */
async function gist(source: string): Promise<string> {
  const { code } = await compiled(source);
  const entered = "__k.enter(1);";
  const body = code.slice(
    code.indexOf(entered) + entered.length,
    code.lastIndexOf("//# sourceURL"),
  );
  return body.replace(/\s+/g, " ").trim();
}

Deno.test.each([
  { source: "1+1", out: "await __k.end(1,( 1+1))" },
  { source: "const a: number = 1;", out: "var a = 1; ;await __k.end(1)" },
  { source: "let b", out: "var b=void 0 ;await __k.end(1)" },
  { source: "class A {}", out: "var A= class A {}; ;await __k.end(1)" },
  { source: "await f()", out: "await __k.end(1,( await __k.aw(1, f()) ))" },
  { source: "import 'x'", out: 'await __k.aw(1,__k.import("x")); ;await __k.end(1)' },
  { source: "import type { T } from 'x'", out: ";await __k.end(1)" },
  { source: "export type T = 1; export interface I {}", out: ";await __k.end(1)" },
  { source: "export default 5", out: "await __k.end(1,( 5))" },
  { source: "{ a: 1 }", out: "await __k.end(1,( ( { a: 1 } )))" },
  { source: "{ let a = 1; a }", out: "{ let a = 1; a } ;await __k.end(1)" },
  { source: "() => import('x')", out: "await __k.end(1,( () => __k.import ('x')))" },
  { source: "async () => await x", out: "await __k.end(1,( async () => await x))" },
  { source: "import.meta.url", out: "await __k.end(1,( __k.meta .url))" },
])("$source compiles to $out", async ({ source, out }) => {
  assert.equal(await gist(source), out);
});

const h = 'React.createElement("b"';
const jsx = 'jsx("b"';
const pragma = "@jsxImportSource p";
Deno.test.each([
  { source: "<b />", out: h },
  { source: `/** ${pragma} */\n<b />`, out: jsx },
  { source: `// first\n/* of all\n * ${pragma}\n */ <b />`, out: jsx },
  { source: `/** ${pragma} */ /** @jsxRuntime classic */ <b />`, out: h },
  { source: `/** @jsxImportSource */\n<b />`, out: h },
  { source: `// ${pragma}\n<b />`, out: h },
  { source: `1; /** ${pragma} */\n<b />`, out: h },
  { source: `'/** ${pragma} */';\n<b />`, out: h },
])("$source is lowered to $out", async ({ source, out }) => {
  assert.ok((await gist(source)).includes(out), await gist(source));
});

Deno.test.each([
  { source: "1 +* 2", line: 1, column: 4 },
  { source: "let s='😀'; 1 +* 2", line: 1, column: 16 },
  { source: "const a = 1\nconst a = 2", line: 2, column: 7 },
  { source: "f(\n  ]", line: 2, column: 3 },
  { source: "\ufeffconst a = 1; 1 +* 2", line: 1, column: 18 },
  { source: "#!/usr/bin/env deno\n1 +* 2", line: 2, column: 4 },
  { source: "return 5", line: 1, column: 1 },
])("$source fails at line $line, column $column", async ({ source, line, column }) => {
  const result = await compileCell(source, { file: "cell-1.ts", run: 1 });
  assert.equal(result.kind, "syntaxError");
  assert.deepEqual(result.kind === "syntaxError" && [result.line, result.column], [line, column]);
});

Deno.test.each([
  { source: "const a = await f(); HERE" },
  { source: "import { a } from 'x'\nimport {\n  b\n} from 'y'; HERE" },
  { source: "class A {}\nlet q, r = await 1; HERE" },
  { source: "for await (const x of await y()) HERE" },
  { source: "const f = (a: number): string => HERE" },
  { source: "{ a: HERE }" },
  { source: "\ufeffconst a = 1; HERE" },
  { source: "#!/usr/bin/env deno\nconst a = 1; HERE" },
  { source: "\ufeff#!/usr/bin/env deno\nenum E { A }; HERE" },
  { source: "using r = open(), s = open(); HERE" },
  { source: "export const x = import.meta.url + HERE" },
  { source: "enum E { A }\nfunction f() {\n  return HERE\n}" },
  { source: "const e = <p a={1}>\n  {HERE}</p>" },
  { source: "enum E {\n  A = 1, B = f(HERE)\n}" },
  { source: "namespace N {\n      HERE.a;\n}" },
  { source: "class A {\n  constructor(private a = 1) {\n      HERE.a; }\n}" },
])("a place in $source keeps its line and column", async ({ source }) => {
  const { code, positions } = await compiled(source);
  assert.deepEqual(userPlace(positions, placeOf(code)), placeOf(source));
});

Deno.test.each([
  { source: "const page = (\n  <ul>\n    <li class='a'>one {1+1}</li>\n  </ul>\n);\npage" },
  { source: "/** @jsxImportSource p */\nconst page = <><b>{\n  1}</b></>" },
  { source: "enum E {\n  A, B = 'x',\n  C = f(),\n}" },
  { source: "namespace N {\n  export const a = await1();\n  export function f() {}\n}" },
  { source: "@d\nclass A {\n  @d m() {}\n  accessor q = 1;\n  constructor(private a, b) {}\n}" },
  { source: "enum E { A }\nfor await (const a of b) await c;\nexport default `1\n${2}`" },
])("no place in what $source is lowered to goes past a line", async ({ source }) => {
  const { code, positions } = await compiled(source);
  const typed = source.split("\n");
  for (const [row, text] of code.split("\n").entries()) {
    for (let column = 1; column <= text.length + 1; column++) {
      const place = userPlace(positions, { line: row + 1, column });
      if (isHelper(positions, row + 1)) continue;
      assert.ok(place.column <= typed[place.line - 1]!.length + 1, JSON.stringify(place));
    }
  }
});

function placeOf(code: string) {
  const before = code.slice(0, code.indexOf("HERE"));
  return { line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") };
}

Deno.test("edits leave every untouched character at its column", () => {
  const text = fc.string({ unit: fc.constantFrom("a", " ", "\n", "😀"), maxLength: 40 });
  const places = fc.array(fc.nat(40), { maxLength: 5 });
  fc.assert(fc.property(text, places, (text, places) => {
    const edits = places.filter((at) => at <= text.length).map((at) => ({ at, text: "<+>" }));
    const { code, breaks } = applyEdits(text, edits);
    const left = [...marked(code.replaceAll("<+>", (found) => " ".repeat(found.length)))];
    const seen = left.map(([line, column, character]) => {
      const place = userPlace({ breaks, ahead: 0 }, { line, column });
      return `${place.line}:${place.column} ${character}`;
    });
    for (const [line, column] of marked(code.replaceAll(/[^<]/g, (c) => c === "\n" ? c : " "))) {
      const put = userPlace({ breaks, ahead: 0 }, { line, column: column + 2 });
      assert.deepEqual(put, userPlace({ breaks, ahead: 0 }, { line, column }));
    }
    const wanted = [...marked(text)].map(([line, column, c]) => `${line}:${column} ${c}`);
    assert.deepEqual(seen, wanted);
  }));
});

/** Every character that is no blank, with its line and column from 1. */
function* marked(text: string): Generator<[line: number, column: number, character: string]> {
  for (const [row, line] of text.split("\n").entries()) {
    for (const { index, 0: character } of line.matchAll(/[^ ]/g)) {
      yield [row + 1, index + 1, character];
    }
  }
}

Deno.test("names a cell declares are told, and enums are begun anew", async () => {
  const source = "const {a, b: [c]} = q\nimport D, * as E from 'x'\nfunction f() {}\nenum G {}";
  const { code, names } = await compiled(source);
  assert.deepEqual(names, ["a", "c", "D", "E", "f", "G"]);
  assert.match(code, /"reset":\["G"\]/);
});

Deno.test.each([
  { code: "1", status: "complete" },
  { code: "", status: "complete" },
  { code: "`a${1}b`", status: "complete" },
  { code: "Array?", status: "complete" },
  { code: "<b>{1}</b>", status: "complete" },
  { code: "function f() {", status: "incomplete" },
  { code: "let s = `abc", status: "incomplete" },
  { code: "[1, 2,", status: "incomplete" },
  { code: "foo(", status: "incomplete" },
  { code: 'await import("a"', status: "incomplete" },
  { code: "/* comment", status: "incomplete" },
  { code: "1 + // c", status: "incomplete" },
  { code: "a.b\n.", status: "incomplete" },
  { code: "<div>", status: "incomplete" },
  { code: "`${a}", status: "incomplete" },
  { code: "`${f(`${a}", status: "incomplete" },
  { code: "(a) =>", status: "incomplete" },
  { code: "f((a) =>", status: "incomplete" },
  { code: "c ? (a) : (b) => // so", status: "incomplete" },
  { code: "foo?.", status: "incomplete" },
  { code: "f(foo?.", status: "incomplete" },
  { code: "x = [1,\n", status: "incomplete" },
  { code: "if (a) {\n} else", status: "incomplete" },
  { code: "@dec", status: "incomplete" },
  { code: "async function*", status: "incomplete" },
  { code: "function f()", status: "incomplete" },
  { code: "export async function* f(): T", status: "incomplete" },
  { code: "a ?", status: "incomplete" },
  { code: "export const", status: "incomplete" },
  { code: "type A = |", status: "incomplete" },
  { code: "%%time\nfor (", status: "incomplete" },
  { code: "%%time\nf()", status: "complete" },
  { code: "%%html\n<b", status: "complete" },
  { code: "declare function f(): void", status: "complete" },
  { code: "/ab", status: "invalid" },
  { code: "0x", status: "invalid" },
  { code: "f((a) => ]", status: "invalid" },
  { code: "x is", status: "invalid" },
  { code: "const = 7q", status: "invalid" },
  { code: "1 +* 2", status: "invalid" },
  { code: "}", status: "invalid" },
  { code: "let let = 1", status: "invalid" },
  { code: "'abc", status: "invalid" },
])("$code is $status", ({ code, status }) => {
  const answer = completenessOf(code);
  assert.equal(answer.status, status);
  assert.equal("indent" in answer, status === "incomplete");
});

Deno.test.each([
  { code: "Array?", sugar: { kind: "inspect", name: "Array", detail: 0 } },
  { code: "??a.b", sugar: { kind: "inspect", name: "a.b", detail: 1 } },
  {
    code: "%%html\n<b>x</b>",
    sugar: { kind: "show", data: { "text/html": "<b>x</b>", "text/plain": "x" } },
  },
  { code: "%time f()", sugar: { kind: "time", code: "      f()" } },
  { code: "\n%%time\nf()", sugar: { kind: "time", code: "\n      \nf()" } },
  { code: "größe?", sugar: { kind: "inspect", name: "größe", detail: 0 } },
  { code: "a ? b : c", sugar: undefined },
  { code: "a ?", sugar: undefined },
  { code: "1?", sugar: undefined },
  { code: "a % b", sugar: undefined },
])("sugar in $code", ({ code, sugar }) => assert.deepEqual(readSugar(code), sugar));

Deno.test.each([
  { code: "1 + 2 * -(3)", constant: true },
  { code: "'text'", constant: true },
  { code: "// nothing", constant: true },
  { code: "let x = 1", constant: true },
  { code: "const a = 'b', c = -2 * 3;\nc", constant: false },
  { code: "const a = 'b', c = -2 * 3; 5", constant: true },
  { code: "const x: string = 1", constant: false },
  { code: "let later", constant: false },
  { code: "const { x } = 1", constant: false },
  { code: "using x = 1", constant: false }, // TS2850: not disposable
  { code: "1 + 'a'", constant: false },
  { code: "1 === 2", constant: false }, // TS2367: no overlap
  { code: "x", constant: false },
])("$code needs its types looked at unless it is constant: $constant", async (cell) => {
  const compiled = await compileCell(cell.code, { file: "cell-1.ts", run: 1 });
  assert.equal(compiled.kind === "compiled" && compiled.constant, cell.constant);
});

Deno.test.each([
  { source: "enum E { A }\nconst id = <T>(x: T) => x; id(1)" },
  { source: "const a = <number>(5 as any); a" },
])("$source compiles", async ({ source }) => {
  await compiled(source);
});
