import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type LanguageService, languageService } from "../../../lib/kernel/language/service.ts";
import { takeSlot } from "../../../lib/kernel/language/slots.ts";

const prelude = "declare function display(value: unknown): Promise<void>;\n";

async function withService(
  work: (service: LanguageService, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const service = languageService({
    deno: Deno.execPath(),
    folder: pathToFileURL(folder + "/"),
    prelude,
    slots: join(folder, "slots"),
    servers: 1,
  });
  try {
    await work(service, folder);
  } finally {
    service.stop();
    await new Promise((done) => setTimeout(done, 50));
    await Deno.remove(folder, { recursive: true });
  }
}

async function problems(service: LanguageService, ...cells: readonly string[]) {
  let last: Awaited<ReturnType<LanguageService["commit"]>> = [];
  for (const cell of cells) last = await service.commit(cell);
  return last.map(({ code, line, column }) => `${line}:${column} ${code}`);
}

async function texts(service: LanguageService, code: string): Promise<readonly string[]> {
  const completion = await service.complete(code, code.length);
  return completion!.matches.map(({ text }) => text);
}

const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "type errors are told across cells, with line and column",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      await service.commit("const n: number = 1;");
      assert.deepEqual(await problems(service, "n;\nconst s: string = n;"), ["2:7 2322"]);
      assert.deepEqual(await problems(service, "await display(n)"), []);
      assert.deepEqual(await problems(service, "declare function far(): 1", "far().toFixed()"), []);
    }),
);

Deno.test(
  "a later cell may declare a name again, with another type",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      assert.deepEqual(
        await problems(
          service,
          "let n = 1, kept = 2;\nimport { format } from 'node:util';",
          "const old = { n }, text = format('x');",
          "const n = 'text', format = 3;",
          "n.toUpperCase(); old.n.toFixed(); text.trim(); kept.toFixed(); format.toFixed()",
        ),
        [],
      );
    }),
);

Deno.test(
  "a cell is looked at as it runs: as an object, as JSX, without what begins a file",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      const found = await problems(service, "function h() {}", "{ a: 1, b: [1] }");
      assert.deepEqual(found, []);
      assert.deepEqual(await problems(service, "{ a: 1,\n  b: zork }"), ["2:6 2304"]);
      assert.deepEqual(await problems(service, "const React = h, e = <div>{1 + 1}</div>;"), []);
      assert.deepEqual(await problems(service, "<b>{zork}</b>"), ["1:5 2304"]);
      assert.deepEqual(await problems(service, "const n: number = <any> e;"), []);
      assert.deepEqual(await problems(service, "\ufeffconst s: string = 1;"), ["1:8 2322"]);
      assert.deepEqual(await problems(service, "#!/bin/sh\nconst s: string = 1;"), ["2:7 2322"]);
      assert.ok((await texts(service, "const f = <b>{n.toF")).includes("toFixed"));
    }),
);

Deno.test(
  "JSX of a module that is not there yet is none of React's either",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      const pragma = "/** @jsxImportSource npm:irqscope-has-no-such-package */\n";
      const cell = `${pragma}const e = <p><>{zork}</><React.B /></p>;`;
      for (const near of ["const far = 1;", "const Reacts = 1;"]) {
        const found = await problems(service, near, cell);
        assert.deepEqual(found.map((problem) => problem.split(" ")[0]), ["2:17", "2:26"]);
      }
      assert.deepEqual(await problems(service, `${pragma}<p />`), []);
    }),
);

Deno.test(
  "running the same cell again is no redeclaration",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      const cell = "interface Point { x: number }\nclass Q {}\nconst p: Point = { x: 1 };";
      assert.deepEqual(await problems(service, cell, cell, "p.x.toFixed()", cell), []);
    }),
);

Deno.test(
  "a cell that its type errors keep from running is as if it had never been",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      const refuse = (cell: string) => service.commit(cell, (found) => found.length === 0);
      await problems(service, "const cfg = 'abc', kept = 1;", "interface P { a: string }");
      await problems(service, "const both = { cfg }, cfg2 = cfg;");
      assert.equal((await refuse("const cfg: number = 'x', both = 1, cfg2 = 2;")).length, 1);
      assert.equal((await refuse("interface P { b: number }; const cfg = <P> 1;")).length, 1);
      assert.equal((await refuse("const location = 1;\nconst n: number = 'x';")).length, 1);
      assert.equal(service.mistakes("location"), false);
      assert.deepEqual(await refuse("cfg.trim(); both.cfg.trim(); cfg2.trim()"), []);
      assert.deepEqual(await refuse("const p: P = { a: cfg }; kept.toFixed(); location.href"), []);
      assert.deepEqual(await refuse("const cfg = 5;"), []);
      assert.deepEqual(await refuse("cfg.toFixed(); both.cfg.trim()"), []);
    }),
);

Deno.test(
  "what the checker tells among the errors of syntax is told",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      for (
        const [cell, ...found] of [
          ["const twice = { a: 1, a: 2 }", "1:23 1117"],
          ["{ a: 1,\n  a: 2 }", "2:3 1117"],
          ["async function bad(): number { return 1 }", "1:23 1064"],
          ["class C { @((v: number, c: any) => {}) m() {} }", "1:12 1241"],
          ["enum E { A = Math.random(), B }", "1:29 1061"],
          ["let one: unique symbol", "1:5 1332"],
        ] as const
      ) assert.deepEqual(await problems(service, cell), found, cell);
    }),
);

Deno.test(
  "a file that cells import is known as it is just now",
  options,
  () =>
    withService(async (service, folder) => {
      service.warm();
      const write = (text: string) => Deno.writeTextFile(join(folder, "mod.ts"), text);
      await write("");
      assert.deepEqual(await texts(service, "(await import('./mod.ts')).w"), []);
      await write("export const v = 1;");
      const dynamic = "const { v } = await import('./mod.ts'); v.toFixed()";
      assert.deepEqual(await problems(service, dynamic), []);
      assert.deepEqual(await problems(service, "import { v } from './mod.ts'; v.toFixed()"), []);
      await write("export const v = 'text', w = 2;");
      assert.deepEqual(await problems(service, "import { w } from './mod.ts'; w.toFixed()"), []);
      await problems(service, "await import('./late.ts').catch(() => {})");
      await Deno.writeTextFile(join(folder, "late.ts"), "export const late = 1;");
      assert.deepEqual(await problems(service, "import { late } from './late.ts';", "late.nope"), [
        "1:6 2339",
      ]);
    }),
);

Deno.test(
  "a cell may declare a type by the name of one of the library",
  options,
  () =>
    withService(async (service) => {
      await problems(service, "type Exclude = 'early'");
      service.warm();
      assert.deepEqual(await problems(service, "let e: Exclude = 'early'"), []);
      const cell = "type Record = { id: number }; const r: Record = { id: 1 };";
      assert.deepEqual(await problems(service, cell, "const s: Record = { id: 2 }; s.id"), []);
      assert.deepEqual(await problems(service, "interface Pick { a: 1 }", "let p: Pick"), []);
      assert.deepEqual(await problems(service, "class Partial {}", "new Partial()"), []);
      assert.deepEqual(await problems(service, "let o: Omit<number>;\nlet n: Record = 1"), [
        "1:8 2314",
      ]);
    }),
);

Deno.test(
  "what a cell declares to be global is so in all that follow",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      const cell = `declare global {
        interface Array<T> { last2(): T | undefined }
        var made: number; const fixed: 1; export type Many = number[]
        function far(): Nowhere;
      }
      declare global { namespace Inner { function deep(): Nothing } }
      const own: string = 1; made.nope;`;
      const found = ["4:25 2304", "6:59 2304", "7:13 2322", "7:35 2339"];
      assert.deepEqual(await problems(service, cell), found);
      const uses = "[1].last2()?.toFixed(); globalThis.made = fixed; far; Inner.deep;";
      assert.deepEqual(await problems(service, `${uses} let m: Many = [made]`), []);
      assert.deepEqual(await problems(service, cell.replace("1;", "2;"), uses), []);
      assert.deepEqual(await problems(service, "declare global { var made: string }"), []);
      assert.deepEqual(await problems(service, "made.trim(); own.trim(); [1].last2()"), []);
    }),
);

Deno.test(
  "what runs in a cell though it would not in a file is no error of it",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      for (
        const cell of [
          "namespace N { export const a = 1; export namespace M { export const b = 2 } }",
          "namespace O.P { export type Q = 1 }\nimport NM = N.M; NM.b",
          "type T = 1; export { T };",
          "import { join as j } from 'node:path'; export { j }; export const k = j",
          "const k = 1; export { k, k as\n  m }; export default {k}; k",
          "export as namespace Whole",
          "await 1; for await (const x of [1]) x; const f = async () => await 1; if (f) await f()",
          "f;\nimport { join } from 'node:path';\njoin('a'); export * as p from 'node:util'",
          "import fs = require('node:fs'); fs.statSync(import.meta.url); import.meta.main",
          "using u = null; { await using v = null; using w = null } for (using x of []) x",
          "function d(...given: any[]): any {}",
          "@d export class A { @d m() {} @d accessor p = 1; @d #q = 1; @d get s() { return 1 } }",
          "export @d class B { declare x: 1; static { this.name } constructor(readonly y = 1) {} }",
          "const enum En { A = 1, B = A * 2 } enum S { A = 'a', B = `b` } declare enum D { A }",
          "declare module '*.txt' { const t: string; export default t }",
          "function* g(): Generator<number, void, string> { const s: string = yield 1; s.trim() }",
          "outer: for (const i of [1]) for (const j of [i]) { if (j) continue outer }",
          "const o = { get a() { return 1 }, set a(v) {}, ['b']: 1, *[Symbol.iterator]() {} }",
          "abstract class Q { abstract m(): void; abstract accessor z: 1; n(): void; n(a?: 1) {} }",
          "type V<in out X> = { [K in keyof X as `_${string & K}`]-?: X[K] }; <const Y>(y: Y) => y",
          "var async = 1, of = 2, type = 3, get = 4, let_ = async + of + type + get",
          "/(?<y>a)|(?<y>b)/v.test('a'); /[\\p{L}--[a-z]]/v; /(?i:a)/; 1_0n ** 2n; 'a'.at(0)!",
        ]
      ) assert.deepEqual(await problems(service, cell), [], cell);
    }),
);

Deno.test(
  "what the server itself fails at costs no later cell its types",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      for (
        const cell of [
          "import process from 'node:process'; process.exit",
          "import process, { argv } from 'node:process'; argv.length; process.pid.toFixed()",
          "import process, * as all from 'process'; all.pid.toFixed()",
          "import { default as process } from 'node:process'; let kept = 1",
        ]
      ) {
        assert.deepEqual(await problems(service, cell), [], cell);
        assert.deepEqual(await problems(service, "process.pid.trim()"), ["1:13 2339"], cell);
      }
    }),
);

Deno.test(
  "what a later cell shadows goes by the name it was given",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      await service.commit("type Cfg = { a: 1 }; const cfg: Cfg = { a: 1 };");
      await service.commit("interface Cfg { b: 1 }");
      const [problem] = await service.commit("const other: Cfg = cfg;");
      const said = "Property 'b' is missing in type 'Cfg of an earlier cell' but required in type";
      assert.equal(problem!.message, `${said} 'Cfg'.`);
      assert.deepEqual(await texts(service, "let z: Cf"), ["Cfg"]);
      assert.equal((await service.inspect("cfg", 3, 0))?.["text/plain"], "const cfg: Cfg");
      const [match] = (await service.complete("cfg", 3))!.matches;
      assert.equal(match!.signature, "const cfg: Cfg");
    }),
);

Deno.test(
  "what a cell exports by default is looked at as any expression",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      assert.deepEqual(await problems(service, "export default nope;"), ["1:16 2304"]);
      assert.deepEqual(await problems(service, "1;\n  export default { a: nope }"), ["2:23 2304"]);
      assert.deepEqual(await problems(service, "export default class A { b: nope }"), [
        "1:29 2304",
      ]);
    }),
);

Deno.test(
  "a variable may get its type in a later cell",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      const cell = "let rows = [], none = null, later;";
      assert.deepEqual(await problems(service, cell), []);
      assert.deepEqual(await problems(service, "for (const r of rows) r; none; later"), []);
      assert.deepEqual(await problems(service, "rows.push(1);", "rows.map((r) => r + 1)"), []);
      assert.deepEqual(await problems(service, "later = 5;", "later.toFixed(); none = later"), []);
      assert.deepEqual(await problems(service, "rows.nope;\nrows"), ["1:6 2339"]);
    }),
);

Deno.test(
  "a cell may declare a global of the library, and what only a file may not do",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      assert.deepEqual(await problems(service, "const name = { first: 'A' }; name.first"), []);
      assert.deepEqual(await problems(service, "const display = 5", "display.toFixed()"), []);
      assert.deepEqual(
        await problems(service, "class Response { mine = 1 }", "new Response().mine"),
        [],
      );
      assert.deepEqual(
        await problems(service, "interface Location { lat: 1 }", "const at: Location = { lat: 1 }"),
        [],
      );
      assert.deepEqual(await problems(service, "const n: number = ({ name: 'x' }).name"), [
        "1:7 2322",
      ]);
      assert.deepEqual(await problems(service, "name.first;\nconst m: number = 'x'"), ["2:7 2322"]);
      assert.deepEqual(
        await problems(service, "await using a = { async [Symbol.asyncDispose]() {} }"),
        [],
      );
      assert.deepEqual(
        await problems(service, "declare global { interface Window { mine: 1 } }"),
        [],
      );
      assert.deepEqual(await problems(service, "export const x = 1", "export { x }"), []);
    }),
);

Deno.test(
  "many cells, many of them run again, keep their order and their names",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      for (let n = 0; n < 40; n++) {
        await service.commit(`const kept${n} = ${n};`);
        await service.commit(n % 2 ? "const again = 1;" : "const again = 'text', Tag = () => 0;");
        if (n % 9 === 0) await service.commit(`const jsx${n} = <b>{kept${n}}</b>, React = Tag;`);
      }
      const uses = "kept0.toFixed(); kept39.toFixed(); again.toFixed(); jsx36; Tag();";
      assert.deepEqual(await problems(service, uses), []);
      assert.deepEqual(await problems(service, "kept7.nope; again.nope"), [
        "1:7 2339",
        "1:19 2339",
      ]);
      assert.deepEqual(await texts(service, "kept1."), await texts(service, "kept38."));
    }),
);

Deno.test(
  "each of many declarations of a name stays what it was to the cells that use it",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      for (let i = 0; i < 40; i++) {
        await service.commit(`const it = { a${i}: ${i} }, a${i} = () => it.a${i};`);
        await service.commit("const alone = 1;");
        await service.commit(i % 5 === 0 ? `const J${i} = () => <b/>;` : "alone");
      }
      const uses = Array.from({ length: 40 }, (_, i) => `a${i}().toFixed();`).join("\n");
      assert.deepEqual(await problems(service, `${uses} J35;`, "it.a39.toFixed();"), []);
      assert.deepEqual(await problems(service, "a3().trim();\nit.a38;"), ["1:6 2339", "2:4 2339"]);
    }),
);

Deno.test(
  "completion knows the names, types and signatures of earlier cells",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      await service.commit(
        "/** Twice as much. */\nfunction twice(n: number): number { return 2 * n }",
      );
      const completion = await service.complete("let x = twi", 11);
      assert.deepEqual({ start: completion!.start, end: completion!.end }, { start: 8, end: 11 });
      assert.deepEqual(completion!.matches, [
        { text: "twice", type: "function", signature: "function twice(n: number): number" },
      ]);
      assert.ok((await texts(service, "twice(1).toF")).includes("toFixed"));
      assert.deepEqual(await texts(service, "Math.hypo"), ["hypot"]);
    }),
);

Deno.test(
  "what modules of Node have and cells have not is not offered, unless a cell declares it",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      assert.deepEqual(await texts(service, "let x = requir"), []);
      assert.deepEqual(await texts(service, "let x = __dir"), []);
      assert.deepEqual(await texts(service, "let x = exports"), []);
      await service.commit("const exports = { require: 1 };");
      assert.deepEqual(await texts(service, "let x = exports"), ["exports"]);
      assert.deepEqual(await texts(service, "exports.req"), ["require"]);
    }),
);

Deno.test(
  "documentation is found on a name, behind it and inside a call",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      await service.commit(
        "/** Twice as much. */\nfunction twice(n: number): number { return 2 * n }",
      );
      for (const [code, cursor] of [["twice(2)", 2], ["twice", 5], ["twice(", 6]] as const) {
        const found = await service.inspect(code, cursor, 0);
        assert.match(String(found?.["text/plain"]), /twice\(n: number\): number\s+Twice as much\./);
      }
      const detailed = await service.inspect("twice", 5, 1);
      assert.match(String(detailed?.["text/markdown"]), /return 2 \* n/);
      for (const code of ["qqzz", "class", "function", "async function", "interface", "while"]) {
        assert.equal(await service.inspect(code, code.length, 0), undefined, code);
      }
    }),
);

Deno.test(
  "a service started late knows the cells that ran before",
  options,
  () =>
    withService(async (service) => {
      await service.commit("const early = [1];");
      service.warm();
      assert.ok((await texts(service, "early.fin")).includes("find"));
    }),
);

Deno.test(
  "a service without a free slot says nothing rather than wait, and starts once one is free",
  options,
  () =>
    withService(async (service, folder) => {
      const held = takeSlot(join(folder, "slots"), 1)!;
      service.warm();
      assert.equal(await service.complete("Math.", 5), undefined);
      assert.equal(service.ready, false);
      held.release();
      service.warm();
      assert.notEqual(await service.complete("Math.", 5), undefined);
    }),
);

Deno.test(
  "what a package lacks that has yet to be fetched is told of no parameter",
  options,
  () =>
    withService(async (service) => {
      service.warm();
      const cell = 'import { match } from "npm:irqscope-has-no-such-package";\n' +
        "match(3, (n) => n); const s: string = 1;";
      assert.deepEqual(await problems(service, cell), ["2:27 2322"]);
      assert.deepEqual(await problems(service, cell), ["2:27 2322"]);
    }),
);

Deno.test("looking never runs code", options, () =>
  withService(async (service, folder) => {
    service.warm();
    const trap =
      `const trap = { get sprung() { Deno.writeTextFileSync("sprung", ""); return 1 } };`;
    await service.commit(trap);
    await service.complete("trap.", 5);
    await service.inspect("trap.sprung", 8, 1);
    await assert.rejects(Deno.stat(join(folder, "sprung")), Deno.errors.NotFound);
  }));
