import assert from "node:assert/strict";
import { murmur2 } from "../../../lib/kernel/debug/murmur2.ts";
import { createInterpreter } from "../../../lib/kernel/interpreter_deno.ts";
import type { Interpreter, Output } from "../../../lib/kernel/interpreter.ts";

type Fields = Record<string, unknown>;

/** A debug session over a real child: requests by name, events as they come, cells in order. */
class Session {
  readonly outputs: Output[] = [];
  readonly #interpreter: Interpreter;
  readonly #events: Fields[] = [];
  #heard = Promise.withResolvers<void>();
  #count = 0;

  constructor(readonly folder: string) {
    this.#interpreter = createInterpreter({
      publish: (output) => {
        if (output.kind === "broadcast") this.#hear(output.content);
        else this.outputs.push(output);
        return undefined;
      },
      ask: () => Promise.reject(new Error("nobody is asked here")),
      replaced: () => {},
    }, { folder });
  }

  #hear(event: Fields): void {
    this.#events.push(event);
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
  }

  answer(command: string, args: Fields = {}): Promise<Fields> {
    return this.#interpreter.debug!({ type: "request", seq: 1, command, arguments: args });
  }

  async ask(command: string, args: Fields = {}): Promise<Fields> {
    const { success, message, body } = await this.answer(command, args);
    assert.equal(success, true, String(message));
    return body as Fields;
  }

  async refused(command: string, args: Fields = {}): Promise<string> {
    const { success, message } = await this.answer(command, args);
    assert.equal(success, false);
    return String(message);
  }

  async event(name: string): Promise<Fields> {
    for (;;) {
      const at = this.#events.findIndex(({ event }) => event === name);
      if (at !== -1) return this.#events.splice(at, 1)[0]!.body as Fields;
      await this.#heard.promise;
    }
  }

  /** Whether a stop comes before the cell's end. */
  async stopsBefore(ended: Promise<unknown>): Promise<boolean> {
    let over = false;
    ended.then(() => over = true);
    const isStop = ({ event }: Fields) => event === "stopped";
    while (!over && !this.#events.some(isStop)) await Promise.race([ended, this.#heard.promise]);
    if (!this.#events.some(isStop)) return false;
    await this.event("stopped");
    return true;
  }

  run(code: string) {
    const executionCount = ++this.#count;
    return this.#interpreter.execute({
      id: `m${executionCount}`,
      code,
      executionCount,
      silent: false,
      storeHistory: true,
      allowStdin: false,
      userExpressions: {},
    });
  }

  interrupt() {
    return this.#interpreter.interrupt();
  }

  /** Where the cell stands: `name line` of each frame, innermost first. */
  async stack(): Promise<string[]> {
    const { stackFrames } = await this.ask("stackTrace", { threadId: 1 });
    return (stackFrames as Fields[]).map(({ name, line }) => `${name} ${line}`);
  }

  async variablesOf(scope: string, frameId = 1): Promise<Record<string, string>> {
    const { scopes } = await this.ask("scopes", { frameId });
    const { variablesReference } = (scopes as Fields[]).find(({ name }) => name === scope)!;
    return named(await this.ask("variables", { variablesReference }));
  }

  close(): Promise<void> {
    return this.#interpreter.dispose();
  }
}

function named({ variables }: Fields): Record<string, string> {
  return Object.fromEntries((variables as Fields[]).map(({ name, value }) => [name, value]));
}

function debugTest(name: string, work: (session: Session) => Promise<void>): void {
  Deno.test({
    name,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const folder = await Deno.makeTempDir();
      const session = new Session(folder);
      try {
        await withinSeconds(20, work(session));
      } finally {
        await session.close();
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** A stop that never comes is a failure, not a hang. */
async function withinSeconds(seconds: number, work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`nothing after ${seconds} s`)), seconds * 1000);
  await Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

const cell = `const a: number = 1;
function f(x: number): number {
  const y = x * 2;
  return y;
}
let sum = 0;
for (const i of [1, 2]) {
  sum += f(i + a);
}
sum`;

async function breakpointAt(session: Session, code: string, ...lines: number[]): Promise<string> {
  const { sourcePath } = await session.ask("dumpCell", { code });
  const breakpoints = lines.map((line) => ({ line }));
  const answer = await session.ask("setBreakpoints", { source: { path: sourcePath }, breakpoints });
  assert.deepEqual(
    (answer.breakpoints as Fields[]).map(({ verified, line }) => ({ verified, line })),
    lines.map((line) => ({ verified: true, line })),
  );
  return String(sourcePath);
}

Deno.test("cells are named by the hash that clients compute", () => {
  assert.equal(murmur2("", 0), 0);
  assert.equal(murmur2("a", 0), 0x92685f5e);
  assert.equal(murmur2("hello, world", 0xc70f6907), murmur2("hello, world", 0xc70f6907));
});

debugTest("a breakpoint stops the cell where the user sees it, and it goes on", async (session) => {
  await session.ask("initialize");
  await session.ask("attach");
  await session.event("initialized");
  const path = await breakpointAt(session, cell, 4);
  await session.ask("configurationDone");
  const running = session.run(cell);
  assert.equal((await session.event("stopped")).reason, "breakpoint");
  const { stackFrames } = await session.ask("stackTrace", { threadId: 1 });
  const [top] = stackFrames as Fields[];
  assert.deepEqual([top!.name, top!.line, (top!.source as Fields).path], ["f", 4, path]);
  assert.deepEqual(await session.stack(), ["f 4", "(cell) 8"]);
  assert.deepEqual(await session.variablesOf("Locals"), { x: "2", y: "4" });
  assert.equal((await session.ask("evaluate", { expression: "x + y", frameId: 1 })).result, "6");
  assert.equal((await session.variablesOf("Cells")).sum, "0");
  await session.ask("continue", { threadId: 1 });
  await session.event("stopped");
  assert.deepEqual(await session.variablesOf("Locals"), { x: "3", y: "6" });
  await session.ask("continue", { threadId: 1 });
  assert.equal((await running).kind, "ok");
  assert.deepEqual(session.outputs, [
    { kind: "result", data: { "text/plain": "10" }, metadata: {} },
  ]);
});

debugTest("stepping goes from line to line, into functions and out", async (session) => {
  await session.ask("attach");
  await breakpointAt(session, cell, 8);
  const running = session.run(cell);
  await session.event("stopped");
  assert.deepEqual(await session.stack(), ["(cell) 8"]);
  for (
    const [step, stack] of [
      ["stepIn", ["f 3", "(cell) 8"]],
      ["next", ["f 4", "(cell) 8"]],
      ["stepOut", ["(cell) 7"]],
    ] as const
  ) {
    await session.ask(step, { threadId: 1 });
    assert.equal((await session.event("stopped")).reason, "step");
    assert.deepEqual(await session.stack(), stack, step);
  }
  await session.ask("disconnect");
  assert.equal((await running).kind, "ok");
});

debugTest("what is evaluated may be TypeScript", async (session) => {
  const code = "let a: number | undefined = 1;\na;";
  await session.ask("attach");
  const results = async () => {
    const values = [];
    for (const expression of ["(a as number) + 1", "a! + 2", "{ b: a as unknown, c: 3 }.c", "a;"]) {
      const { result } = await session.ask("evaluate", { expression, frameId: 1 });
      values.push(result);
    }
    return values;
  };
  await breakpointAt(session, code, 2);
  const running = session.run(code);
  await session.event("stopped");
  const wanted = ["2", "3", "3", "1"];
  assert.deepEqual(await results(), wanted);
  assert.match(await session.refused("evaluate", { expression: "a +", frameId: 1 }), /SyntaxError/);
  await session.ask("continue", { threadId: 1 });
  await running;
  assert.deepEqual(await results(), wanted);
});

debugTest("once a cell goes on there is nothing to look at", async (session) => {
  const code = "await 1;\nlet a = 1;";
  await session.ask("attach");
  await breakpointAt(session, code, 2);
  const running = session.run(code);
  await session.event("stopped");
  await session.ask("continue", { threadId: 1 });
  assert.match(await session.refused("scopes", { frameId: 1 }), /no cell is stopped/);
  await session.event("continued");
  assert.equal((await running).kind, "ok");
});

for (
  const [code, lines] of [
    ["let a = 1;\na + 1", [1, 2]],
    ["let b = 1;\nString(b)", [1, 2]],
    ["let c = await 1;\nawait c", [1, 2]],
    ["let d = 1;\nd = 2;\nlet e = d;", [1, 2, 3]],
    ["let s = 0;\nfor await (const x of [1])\n  s += x;\ns", [1, 2, 3, 4]],
  ] as const
) {
  debugTest(`steps through ${JSON.stringify(code)}: every line, then the end`, async (session) => {
    await session.ask("attach");
    await breakpointAt(session, code, 1);
    const running = session.run(code);
    const seen: string[] = [];
    while (await session.stopsBefore(running)) {
      seen.push(...await session.stack());
      await session.ask("next", { threadId: 1 });
    }
    assert.equal((await running).kind, "ok");
    const visited = seen.map((frame) => Number(frame.replace("(cell) ", "")));
    assert.deepEqual([...new Set(visited)], lines, seen.join());
  });
}

const decorated = `let a = 1;
function d(v: unknown, c: unknown) {}
class A {
  constructor(private x = 1) {
    a = 2;
  }
  @d
  m() {
    a = 3;
  }
}
new A().m();
a`;
const element = `var React = { createElement: () => 1 };
let a = 1;
const page = (
  <ul>
    <li>{a}</li>
  </ul>
);
a = 2;`;
for (
  const [what, code, line, stack] of [
    ["a constructor", decorated, 5, ["A 5", "(cell) 12"]],
    ["a decorated method", decorated, 9, ["m 9", "(cell) 12"]],
    ["code behind a class", decorated, 12, ["(cell) 12"]],
    ["JSX", element, 5, ["(cell) 4"]],
    ["code behind JSX", element, 7, ["(cell) 8"]],
    ["a namespace", "namespace N {\n  export function f() {\n    1;\n  }\n}\nN.f()", 3, [
      "f 3",
      "(cell) 6",
    ]],
  ] as const
) {
  debugTest(`a breakpoint in ${what}, which is lowered, hits there`, async (session) => {
    await session.ask("attach");
    await breakpointAt(session, code, line);
    const running = session.run(code);
    assert.ok(await session.stopsBefore(running), "the cell stops");
    assert.deepEqual(await session.stack(), stack);
    await session.ask("continue", { threadId: 1 });
    assert.equal((await running).kind, "ok");
  });
}

debugTest(
  "a breakpoint in an earlier cell's function hits when a later cell calls it",
  async (session) => {
    await session.run(cell);
    await session.ask("attach");
    await breakpointAt(session, cell, 3);
    const running = session.run("// far away\n\nf(21)");
    await session.event("stopped");
    assert.deepEqual(await session.stack(), ["f 3", "(cell) 3"]);
    await session.ask("continue");
    assert.equal((await running).kind, "ok");
  },
);

debugTest("an exception stops the cell when asked to", async (session) => {
  await session.ask("attach");
  await session.ask("setExceptionBreakpoints", { filters: ["all"] });
  const running = session.run("function g() {\n  throw new RangeError('too far');\n}\ng()");
  const { reason, text } = await session.event("stopped");
  assert.deepEqual([reason, text], ["exception", "RangeError: too far"]);
  assert.deepEqual((await session.stack())[0], "g 2");
  assert.equal((await session.ask("exceptionInfo")).exceptionId, "RangeError");
  await session.ask("continue");
  assert.equal((await running).kind, "error");
});

debugTest("a stopped cell can be interrupted, and state is kept", async (session) => {
  await session.ask("attach");
  await session.run("let kept = 5");
  await breakpointAt(session, "let n = 0;\nfor (;;) n++", 2);
  const running = session.run("let n = 0;\nfor (;;) n++");
  await session.event("stopped");
  await session.interrupt();
  assert.equal((await running).kind, "error");
  assert.equal((await session.run("kept")).kind, "ok");
});

debugTest("a stopped cell that is interrupted does not go on printing", async (session) => {
  await session.ask("attach");
  const running = session.run(
    "debugger;\nconsole.log('on');\nfor (let i = 0; i < 3; i++) console.log(i)",
  );
  await session.event("stopped");
  await session.interrupt();
  assert.equal((await running).kind, "error");
  assert.deepEqual(session.outputs.filter(({ kind }) => kind === "stream"), []);
});

debugTest(
  "variables are inspected without a session, getters told but not run",
  async (session) => {
    await session.run(
      "const o = { a: 1, get b() { throw 1 } }, text = 'x', big = 2n ** 70n; class K {}",
    );
    const all = await session.ask("inspectVariables");
    assert.deepEqual(named(all), {
      o: "Object",
      text: '"x"',
      big: "1180591620717411303424n",
      K: "class K {}",
    });
    const o = (all.variables as Fields[]).find(({ name }) => name === "o")!;
    const parts = await session.ask("variables", { variablesReference: o.variablesReference });
    assert.deepEqual(named(parts), {
      a: "1",
      b: "(computed when read)",
    });
    const { data } = await session.ask("richInspectVariables", { variableName: "text" });
    assert.deepEqual(data, { "text/plain": '"x"' });
  },
);

debugTest(
  "all of ten thousand variables are listed, and of long arrays what is asked for",
  async (session) => {
    const names = Array.from({ length: 10_000 }, (_, i) => `v${i} = ${i}`);
    await session.run(`const ${names.join(", ")};`);
    const { variables } = await session.ask("inspectVariables");
    assert.equal((variables as Fields[]).length, 10_000);
    await session.run("globalThis.set = Array.from({ length: 100_000 }, (_, i) => 2 * i)");
    const all = (await session.ask("inspectVariables")).variables as Fields[];
    const { variablesReference } = all.find(({ name }) => name === "set")!;
    const page = await session.ask("variables", { variablesReference, start: 99_990, count: 2 });
    assert.deepEqual(named(page), { 99990: "199980", 99991: "199982" });
  },
);

debugTest("debugInfo tells a reloaded page how things stand", async (session) => {
  assert.equal((await session.ask("debugInfo")).isStarted, false);
  await session.ask("attach");
  const path = await breakpointAt(session, cell, 4);
  const running = session.run(cell);
  await session.event("stopped");
  const info = await session.ask("debugInfo");
  assert.equal(info.isStarted, true);
  assert.deepEqual(info.stoppedThreads, [1]);
  assert.deepEqual(info.breakpoints, [{ source: path, breakpoints: [{ line: 4 }] }]);
  assert.equal(
    path,
    `${info.tmpFilePrefix}${murmur2(cell, Number(info.hashSeed))}${info.tmpFileSuffix}`,
  );
  await session.ask("copyToGlobals", {
    srcVariableName: "y",
    dstVariableName: "copied",
    srcFrameId: 1,
  });
  await session.ask("disconnect");
  await running;
  await session.run("copied");
  assert.deepEqual(session.outputs.at(-1), {
    kind: "result",
    data: { "text/plain": "4" },
    metadata: {},
  });
});

debugTest("what cannot be done is refused in words", async (session) => {
  await session.run("1");
  assert.match(await session.refused("stackTrace"), /no cell is stopped/);
  assert.match(await session.refused("frobnicate"), /"frobnicate": it is not supported/);
  assert.match(await session.refused("setExceptionBreakpoints"), /no session is open/);
  assert.match(await session.refused("variables", {}), /"variablesReference" is undefined/);
  assert.match(await session.refused("evaluate", { expression: "nope" }), /nope is not defined/);
});

debugTest("a second client is told that the session is open", async (session) => {
  for (const _ of [1, 2]) {
    await session.ask("attach");
    await session.event("initialized");
  }
});

debugTest("what is evaluated can be stopped, and state is kept", async (session) => {
  await session.run("let kept = 5");
  for (const attached of [false, true]) {
    if (attached) await session.ask("attach");
    for (
      const expression of [
        "(() => { for (;;); })()",
        "new Promise(() => {})",
        "await new Promise(() => {})",
      ]
    ) {
      const asked = session.answer("evaluate", { expression });
      await new Promise((later) => setTimeout(later, 200));
      assert.deepEqual(await session.interrupt(), { ended: true });
      assert.match(String((await asked).message ?? "a promise"), /it was stopped|a promise/);
      assert.equal((await session.ask("evaluate", { expression: "kept" })).result, "5");
    }
  }
  assert.equal((await session.run("kept")).kind, "ok");
});

debugTest("what is evaluated where a cell stands ends by itself", async (session) => {
  await session.ask("attach");
  await breakpointAt(session, cell, 4);
  const running = session.run(cell);
  await session.event("stopped");
  assert.match(
    await session.refused("evaluate", { expression: "(() => { for (;;); })()" }),
    /terminated/i,
  );
  assert.equal((await session.ask("evaluate", { expression: "y", frameId: 1 })).result, "4");
  await session.ask("disconnect");
  assert.equal((await running).kind, "ok");
});

debugTest("pause stops what runs, or the next cell at its first line", async (session) => {
  await session.ask("attach");
  await session.ask("pause");
  const next = session.run("// first\nlet n = 1;\nn + 1");
  assert.equal((await session.event("stopped")).reason, "pause");
  assert.deepEqual(await session.stack(), ["(cell) 2"]);
  await session.ask("continue");
  assert.equal((await next).kind, "ok");
  assert.equal((await session.run("n + 2")).kind, "ok");
  const busy = session.run("let go = true;\nwhile (go) {\n  n++\n}");
  await new Promise((later) => setTimeout(later, 200));
  await session.ask("pause");
  assert.equal((await session.event("stopped")).reason, "pause");
  assert.match((await session.stack())[0]!, /^\(cell\) [23]$/);
  await session.ask("evaluate", { expression: "go = false", frameId: 1 });
  await session.ask("continue");
  assert.equal((await busy).kind, "ok");
});

const throwing = (how: string) => `function g() {\n  throw new RangeError('too far');\n}\n${how}`;

for (
  const [how, stops] of [
    ["g()", true],
    ["await (async () => g())()", true],
    ["await Promise.resolve().then(g)", true],
    ["try { g() } finally { 1 }", true],
    ["try { 1 } catch { 2 }\ng()", true],
    ["try { g() } catch {}", false],
    ["try { await (async () => { await 0; g() })() } catch {}", false],
    ["try { (() => g())() } catch {}", false],
  ] as const
) {
  debugTest(`uncaught exceptions alone: ${how} ${stops ? "stops" : "goes on"}`, async (session) => {
    await session.ask("attach");
    await session.ask("setExceptionBreakpoints", { filters: ["uncaught"] });
    const running = session.run(throwing(how));
    if (stops) {
      assert.equal((await session.event("stopped")).text, "RangeError: too far");
      assert.equal((await session.stack())[0], "g 2");
      await session.ask("disconnect");
    }
    assert.equal((await running).kind, stops ? "error" : "ok");
  });
}

debugTest("breakpoints have conditions, counts and messages", async (session) => {
  await session.ask("attach");
  const code = "let sum = 0;\nfor (let i = 1; i <= 6; i++) {\n  sum += i;\n}\nsum";
  const { sourcePath: path } = await session.ask("dumpCell", { code });
  const set = async (mark: Fields) => {
    const asked = { source: { path }, breakpoints: [{ line: 3, ...mark }] };
    return ((await session.ask("setBreakpoints", asked)).breakpoints as Fields[])[0]!;
  };
  const stopsOf = async () => {
    const running = session.run(code);
    const values: unknown[] = [];
    for (;;) {
      if (!await session.stopsBefore(running)) return values;
      values.push((await session.ask("evaluate", { expression: "i", frameId: 1 })).result);
      await session.ask("continue");
    }
  };
  await set({ condition: "i > 4" });
  assert.deepEqual(await stopsOf(), ["5", "6"]);
  await set({ hitCondition: "% 2" });
  assert.deepEqual(await stopsOf(), ["2", "4", "6"]);
  await set({ logMessage: "i is {i}, `{sum + i}`" });
  assert.deepEqual(await stopsOf(), []);
  assert.match(JSON.stringify(session.outputs), /i is 3, `6`/);
  const { verified, message } = await set({ hitCondition: "often" });
  assert.equal(verified, false);
  assert.match(String(message), /"often" is no count/);
});

debugTest(
  "files that cells import are shown and stopped in by their own lines",
  async (session) => {
    const file = `${session.folder}/twice.ts`;
    const text =
      "// a comment\n\ninterface A { x: number }\n\nexport function twice(a: A): number {\n" +
      "  // inner\n  const y = a.x * 2;\n\n  return y;\n}\n";
    await Deno.writeTextFile(file, text);
    await session.ask("attach");
    await session.run("import { twice } from './twice.ts'");
    const breakpoints = [{ line: 9 }];
    await session.ask("setBreakpoints", { source: { path: file }, breakpoints });
    const running = session.run("\ntwice({ x: 4 })");
    await session.event("stopped");
    assert.deepEqual(await session.stack(), ["twice 9", "(cell) 2"]);
    assert.equal((await session.ask("source", { source: { path: file } })).content, text);
    await session.ask("disconnect");
    assert.equal((await running).kind, "ok");
  },
);

debugTest("breakpoints stop on indented lines of imported files", async (session) => {
  const file = `${session.folder}/deep.ts`;
  const text = "export function deep(a: number): number {\n  if (a) {\n    const y = a * 2;\n" +
    "    a = y;\n  }\n  return a;\n}\n";
  await Deno.writeTextFile(file, text);
  await session.ask("attach");
  await session.run("import { deep } from './deep.ts'");
  for (const line of [2, 3, 4, 6]) {
    const source = { path: file };
    await session.ask("setBreakpoints", { source, breakpoints: [{ line }, { line }] });
    const running = session.run("deep(1)");
    await session.event("stopped");
    assert.equal((await session.stack())[0], `deep ${line}`);
    await session.ask("continue");
    assert.equal((await running).kind, "ok");
  }
});

/** Where a step leads past the end of all code, or a pause finds none. */
const beyondTheEnd: readonly (readonly [code: string, line: number, steps: readonly string[]])[] = [
  ["enum E { A }\nlet a = 1\na + 1", 3, ["next", "next"]],
  ["setTimeout(() => {\n  let q = 1\n  q++\n}, 50)\n0", 3, ["next", "next"]],
  ["setTimeout(() => {\n  let q = 1\n  q++\n}, 50)\n0", 3, ["stepOut"]],
];

for (const [code, line, steps] of beyondTheEnd) {
  const name = `${steps} past the end of ${JSON.stringify(code)} keeps no later cell`;
  debugTest(name, async (session) => {
    await session.ask("attach");
    await breakpointAt(session, code, line);
    const running = session.run(code);
    await session.event("stopped");
    for (const step of steps) {
      await session.answer(step);
      await pause(200);
    }
    await session.answer("continue");
    assert.equal((await running).kind, "ok");
    await session.ask("inspectVariables");
    assert.equal((await session.run("1 + 1")).kind, "ok");
    const again = session.run(code);
    await session.event("stopped");
    await session.ask("disconnect");
    assert.equal((await again).kind, "ok");
  });
}

debugTest("a pause while a cell waits stops the next, and keeps none", async (session) => {
  await session.ask("attach");
  const waiting = session.run("await new Promise((r) => setTimeout(r, 1000))");
  await pause(300);
  await session.ask("pause");
  const next = session.run("\n5 + 5");
  await session.event("stopped");
  assert.deepEqual(await session.stack(), ["(cell) 2"]);
  await session.ask("continue");
  assert.equal((await next).kind, "ok");
  assert.equal((await waiting).kind, "ok");
});

debugTest("marks that share a line of code are one place to stop at", async (session) => {
  const code = "enum E { A }\ninterface I { a: 1 }\nconst en = E.A\nen";
  await session.ask("attach");
  await breakpointAt(session, code, 2, 3, 3);
  const running = session.run(code);
  await session.event("stopped");
  await breakpointAt(session, code, 2, 3);
  await session.ask("pause");
  await session.ask("continue");
  assert.equal((await running).kind, "ok");
});

debugTest("setVariable sets the part of what its reference stands for", async (session) => {
  const code = "function f(s: string) {\n  const host = { s: 'inner' }, list = [1, 2]\n" +
    "  return [s, host.s, list]\n}\nf('local')";
  await session.run("var s = 'global'");
  await session.ask("attach");
  await breakpointAt(session, code, 3);
  const running = session.run(code);
  await session.event("stopped");
  const { scopes } = await session.ask("scopes", { frameId: 1 });
  const [locals] = scopes as Fields[];
  const { variablesReference } = locals!;
  const { variables } = await session.ask("variables", { variablesReference });
  const partsOf = (wanted: string) =>
    (variables as Fields[]).find(({ name }) => name === wanted)!.variablesReference;
  const set = (variablesReference: unknown, name: string, value: string) =>
    session.ask("setVariable", { variablesReference, name, value });
  const value = "'NEW' as string";
  assert.equal((await set(partsOf("host"), "s", value)).value, '"NEW"');
  assert.equal((await set(partsOf("list"), "1", "7")).value, "7");
  assert.equal((await set(variablesReference, "s", "'mine'")).value, '"mine"');
  await session.ask("continue");
  assert.equal((await running).kind, "ok");
  assert.match(JSON.stringify(session.outputs.at(-1)), /mine.*NEW.*1, 7/);
  await session.run("s");
  assert.match(JSON.stringify(session.outputs.at(-1)), /global/);
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
