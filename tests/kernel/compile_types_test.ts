import assert from "node:assert/strict";
import { stripTypeScriptTypes } from "node:module";
import { parseAs, parseCell } from "../../lib/kernel/compile_parse.ts";
import { eraseTypes } from "../../lib/kernel/compile_types.ts";

/** Every place where TypeScript adds to JavaScript without new code, one at a time. */
const typed = [
  "type A = 1",
  "interface I { a: 1 }",
  "declare let a",
  "declare function f()",
  "declare class A {}",
  "declare module 'x' {}",
  "declare global { var a: 1 }",
  "let a: number",
  "let a!: number",
  "let { a }: A = b",
  "a as B",
  "a as const",
  "a satisfies B",
  "a!",
  "a!.b",
  "f<B>()",
  "f?.<B>()",
  "new A<B>()",
  "tag<B>`x`",
  "const f = g<B>",
  "function f(a: number) {}",
  "function f(a?) {}",
  "function f(this: A) {}",
  "function f(this) {}",
  "class A { m(this, a) {} }",
  "({ m(this) {} })",
  "function f(...a: A[]) {}",
  "function f(): void {}",
  "function f<T>(a) { return a }",
  "function f(a); function f(a) {}",
  "(a?) => a",
  "<T,>(a) => a",
  "(a): a is B => true",
  "async (a): Promise<B> => a",
  "({ m<T>() {} })",
  "({ m(a?) {} })",
  "class A<T> {}",
  "class A extends B<T> {}",
  "class A implements B {}",
  "abstract class A {}",
  "abstract class A { abstract m() }",
  "abstract class A { abstract a }",
  "class A { a?; }",
  "class A { a!: B; }",
  "class A { m?() {} }",
  "class A { m(); m(a) {} }",
  "class A { private a; }",
  "class A { protected m() {} }",
  "class A { public static a = 1 }",
  "class A { readonly a = 1 }",
  "class A { override m() {} }",
  "class A { declare a; }",
  "class A { [key: string]: B }",
  "class A { constructor(a?) {} }",
  "(class { private a })",
  "try {} catch (a: unknown) {}",
  "for (const a of b as C) {}",
  "import type A from 'x'",
  "import type * as A from 'x'",
  "import { type A, b } from 'x'",
  "export type { A } from 'x'",
  "export type * from 'x'",
  "export { type A, b } from 'x'",
  "export type A = 1",
];

/** What looks like it and is JavaScript. */
const plain = [
  "1 + 1",
  "a?.b?.(c)?.[d]",
  "a ? b : c",
  "({ a: b, type: 1, declare: 2 })",
  "let type = 1, readonly = 2; type = readonly",
  "class A { static a = 1; #b; get c() { return 1 } static {} override = 1; readonly() {} }",
  "class A extends (B, C) {}",
  "async function* f({ a = 1, ...b }, ...c) { yield* c; for await (const d of c) await d }",
  "import a, { b as c } from 'x' with { type: 'json' }",
  "export { a as b } from 'x'",
  "export * as c from 'x'",
  "export default class {}",
  "label: for (;;) break label",
  "(a < b) > c",
  "using a = b",
  "try {} catch {}",
];

async function erased(source: string): Promise<string> {
  const parsed = parseCell(source);
  assert.equal(parsed.kind, "parsed", JSON.stringify(parsed));
  const result = await eraseTypes(source, parsed as Extract<typeof parsed, { kind: "parsed" }>);
  assert.equal(result.kind, "erased", JSON.stringify(result));
  return (result as Extract<typeof result, { kind: "erased" }>).code;
}

Deno.test.each(typed.map((source) => ({ source })))(
  "is JavaScript without its types: $source",
  async ({ source }) => {
    for (const cell of [source, `1;\n${source}`, `{ if (0) { } }\n${source}\n;2`]) {
      const code = await erased(cell);
      assert.equal(parseAs(code, "js").kind, "parsed", code);
      assert.equal(code, stripTypeScriptTypes(cell));
    }
  },
);

Deno.test.each(plain.map((source) => ({ source })))(
  "is what it was: $source",
  async ({ source }) => {
    const code = await erased(source);
    assert.equal(code, source);
    assert.equal(stripTypeScriptTypes(source), source);
  },
);
