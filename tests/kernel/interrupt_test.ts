import assert from "node:assert/strict";
import { after, before, it } from "node:test";
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
  kernel = await running({ ask: () => new Promise(() => {}) });
  await kernel.run("let keep = 41");
});
after(() => kernel[Symbol.asyncDispose]());

/** Code that never ends by itself, in all the ways code can fail to. */
const endless = [
  "while (true) {}",
  "await new Promise(() => {})",
  "await new Promise((r) => setTimeout(r, 20_000))",
  "for (;;) { await null }",
  "await new Promise((r) => setTimeout(r, 10)); while (true) {}",
  "setTimeout(() => { while (true) {} }, 5); await new Promise(() => {})",
  "for await (const tick of (async function* () { await new Promise(() => {}) })()) tick",
  "for (;;) { try { await new Promise((r) => setTimeout(r, 1000)) } catch {} }",
  "try { for (;;); } finally { for (;;); }",
  "/(a+)+$/.test('a'.repeat(40) + 'b')",
  "function again() { return again() }\nfor (;;) try { again() } catch {}",
  "for (;;) [3, 1, 2].sort((a, b) => a - b)",
  "for (let i = 0;; i++) console.log({ i, a: [1, 2, 3] })",
  "for (let i = 0;; i++) try { console.log(i) } catch {}",
  "function deep(n) { try { return deep(n + 1) } catch { return deep(0) } }\ndeep(0)",
  "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
  "prompt('name? ')",
  "setImmediate(() => { while (true) {} }); await new Promise(() => {})",
  "try { await new Promise(() => {}) } catch { while (true) {} }",
  "for (const i of [1, 2, 3]) setTimeout(() => { for (;;); }, 5); await new Promise(() => {})",
  "process.nextTick(() => queueMicrotask(() => { for (;;); })); await new Promise(() => {})",
  "process.nextTick(async () => { await 0; for (;;); }); await new Promise(() => {})",
  "for (;;) Deno.inspect([1])",
  "await import('data:text/javascript,await new Promise(() => {})')",
  "const again = () => setImmediate(again); again(); await new Promise(() => {})",
];

/** Code that cannot be terminated without the process; with `Date.now()` it ends by itself. */
const called = (busy: string) =>
  [
    ["import './busy.ts'", { "busy.ts": `${busy}\nexport {};` }],
    ["await import('./busy.ts')", { "busy.ts": `${busy}\nexport {};` }],
    [
      `addEventListener("unhandledrejection", () => { ${busy} }); Promise.reject(1);
    await new Promise(() => {})`,
      {},
    ],
    [`process.nextTick(() => { ${busy} }); await new Promise(() => {})`, {}],
    [`process.nextTick((a, b) => { ${busy} }, 1, 2); await new Promise(() => {})`, {}],
    [`AbortSignal.timeout(5).onabort = () => { ${busy} }; await new Promise(() => {})`, {}],
  ] as const;

for (const [code, files] of called("for (const start = Date.now(); Date.now() - start < 900;);")) {
  it(`what must not be terminated is waited for: ${code}`, async () => {
    await using fresh = await running({ files });
    await fresh.run("let keep = 41");
    const cell = fresh.run(code);
    await pause(300);
    assert.deepEqual(await fresh.interpreter.interrupt(), { ended: true });
    assert.match(errorsOf(await cell).join(), /^Interrupted: /);
    assert.equal(resultOf(await fresh.run("keep")), "41");
  });
}

for (const [code, files] of called("for (;;);")) {
  it(`what only a restart ends does not end the process: ${code}`, async () => {
    await using fresh = await running({ files });
    await fresh.run("'up'");
    const cell = fresh.run(code);
    await pause(300);
    const { ended, because } = await fresh.interpreter.interrupt();
    assert.equal(ended, false);
    assert.match(because!, /which only a restart ends$/);
    const over = await Promise.race([cell.then(() => "over"), pause(100)]);
    assert.equal(over, undefined);
  });
}

/** More than one piece of code that is busy, each in a turn of its own. */
const severalBusy = [
  "await Promise.all([1, 2, 3].map(async (i) => { await 0; await new Promise((r) => setTimeout(r, i)); for (;;); }))",
  "await Promise.all([1, 2, 3].map(async () => { await Deno.readTextFile('here.txt'); for (;;); }))",
];

for (const code of severalBusy) {
  it(`all that is busy stops: ${code.slice(0, 60)}`, async () => {
    await kernel.run("Deno.writeTextFileSync('here.txt', '')");
    const cell = kernel.run(code);
    await pause(300);
    await kernel.interpreter.interrupt();
    assert.match(errorsOf(await cell).join(), /^Interrupted: /);
    assert.equal(resultOf(await kernel.run("keep")), "41");
  });
}

for (const code of endless) {
  it(`${code.split("\n")[0]} stops within 200 ms, variables kept`, async () => {
    const cell = kernel.run(code);
    await pause(250);
    const start = performance.now();
    assert.deepEqual(await kernel.interpreter.interrupt(), { ended: true });
    const ran = await cell;
    const ms = performance.now() - start;
    assert.match(errorsOf(ran).join(), /^Interrupted: /);
    assert.doesNotMatch(tracebackOf(ran), /<anonymous>/);
    assert.equal(resultOf(await kernel.run("keep")), "41");
    assert.deepEqual(kernel.replacements, []);
    // Twice the promised time: other work shares the machine that runs the tests.
    assert.ok(ms < 400, `${ms} ms`);
  });
}

it("loops that a stopped cell awaited print no more", async () => {
  const cell = kernel.run(
    "async function loop() { for (;;) { await new Promise((r) => setTimeout(r, 10)); console.log('t') } }\nawait loop()",
  );
  await pause(100);
  await kernel.interpreter.interrupt();
  const ran = await cell;
  assert.match(printed(ran), /^(t\n)+$/);
  await pause(60);
  const later = kernel.outputs.filter(({ parent }) => parent === ran.id).length;
  assert.equal(later, ran.outputs.length);
});

it("a cell may catch that it is stopped, and end well", async () => {
  const cell = kernel.run(
    "let how = 'ran'; try { await new Promise(() => {}) } catch (e) { how = e.name }; how",
  );
  await pause(100);
  await kernel.interpreter.interrupt();
  assert.equal(resultOf(await cell), '"Interrupted"');
});

it("an interrupt while nothing runs is harmless, and twenty in a row hit no later cell", async () => {
  for (let i = 0; i < 20; i++) {
    assert.deepEqual(await kernel.interpreter.interrupt(), { ended: true });
    assert.equal(resultOf(await kernel.run("keep")), "41");
  }
});

const loop = (ms: number) => `{ const t = Date.now(); while (Date.now() - t < ${ms}); }`;

/** Code that is busy for so many milliseconds, and where it goes then. */
const busyFor = [
  loop,
  (ms: number) => `${loop(ms)} await new Promise(() => {})`,
  (ms: number) => `setTimeout(() => ${loop(ms)}); await new Promise(() => {})`,
];

for (const [index, busy] of busyFor.entries()) {
  it(`cells that end as they are stopped leave the next one alone (${index + 1})`, async () => {
    for (let ms = 52; ms < 68; ms++) {
      const cell = kernel.run(busy(ms));
      await pause(20);
      await kernel.interpreter.interrupt();
      assert.match(errorsOf(await cell).join(), /^Interrupted: /);
      assert.equal(resultOf(await kernel.run("keep")), "41");
    }
    assert.deepEqual(kernel.replacements, []);
  });
}

it("native code that cannot be stopped is said to need a restart, and ends when it ends", async () => {
  const cell = kernel.run("Array.from({ length: 4e6 }, Math.random).sort(); 0");
  await pause(2_500);
  const answer = await kernel.interpreter.interrupt();
  await cell;
  if (!answer.ended) assert.match(answer.because ?? "", /restart/);
  assert.equal(resultOf(await kernel.run("keep")), "41");
});

it("several Stops at once are one", async () => {
  const cell = kernel.run("while (true) {}");
  await pause(250);
  await Promise.all([1, 2, 3].map(() => kernel.interpreter.interrupt()));
  assert.match(errorsOf(await cell).join(), /^Interrupted: /);
  assert.equal(resultOf(await kernel.run("keep")), "41");
});

it("a cell that is still being compiled is stopped, and never runs", async () => {
  const cell = kernel.run("globalThis.ranAfterAll = true");
  assert.deepEqual(await kernel.interpreter.interrupt(), { ended: true });
  assert.match(errorsOf(await cell).join(), /^Interrupted: /);
  assert.equal(resultOf(await kernel.run("typeof ranAfterAll")), '"undefined"');
});

it("a cell that waits for its process to come up is stopped, and the next one runs", async () => {
  await using fresh = await running();
  const gone = fresh.run("Deno.exit(0)");
  await gone;
  const cell = fresh.run("globalThis.ranAfterAll = true");
  await fresh.interpreter.interrupt();
  assert.match(errorsOf(await cell).join(), /^Interrupted: /);
  assert.equal(resultOf(await fresh.run("typeof ranAfterAll")), '"undefined"');
});

it("what a stopped cell started in processes ends, what earlier cells started lives", async () => {
  const alive = "await Array.fromAsync([earlier, own], (p) => Promise.race([p.status, 0]))";
  await using fresh = await running({ permissions: ["--allow-run"] });
  const sleeper = 'new Deno.Command("sleep", { args: ["60"] }).spawn()';
  await fresh.run(`const earlier = ${sleeper}`);
  await pause(100);
  const cell = fresh.run(`globalThis.own = ${sleeper}; await own.status`);
  await pause(300);
  await fresh.interpreter.interrupt();
  await cell;
  await pause(200);
  assert.match(String(resultOf(await fresh.run(alive))), /^\[\s+0,[^]*SIGINT/);
  await fresh.run("earlier.kill()");
});

for (
  const wait of ['new Deno.Command("sleep", { args: ["60"] }).outputSync()', "execSync('sleep 60')"]
) {
  it(`${wait} is stopped with the process it waits for`, async () => {
    await using fresh = await running({ permissions: ["--allow-run", "--allow-env"] });
    await fresh.run("const keep = 41; import { execSync } from 'node:child_process'");
    const cell = fresh.run(wait);
    await pause(300);
    assert.deepEqual(await fresh.interpreter.interrupt(), { ended: true });
    assert.match(errorsOf(await cell).join(), /^Interrupted: /);
    assert.equal(resultOf(await fresh.run("keep")), "41");
  });
}

/** User's code that runs as the kernel tells of an error. */
const busyInErrors = [
  "using s = { [Symbol.dispose]() { for (;;); } }; throw new Error('e')",
  "throw { [Symbol.for('Deno.customInspect')]() { for (;;); } }",
  "throw new Error('e', { cause: { [Symbol.for('Deno.customInspect')]() { for (;;); } } })",
];

for (const code of busyInErrors) {
  it(`what is busy as an error is told stops: ${code}`, async () => {
    const cell = kernel.run(code);
    await pause(250);
    assert.deepEqual(await kernel.interpreter.interrupt(), { ended: true });
    assert.equal((await cell).outcome.kind, "error");
    assert.equal(resultOf(await kernel.run("keep")), "41");
    assert.deepEqual(kernel.replacements, []);
  });
}

it("the answer that a Stop tears is not taken for that to the next question", async () => {
  const given = { hold: true };
  const ask = () => given.hold ? new Promise<string>(() => {}) : Promise.resolve("Ada");
  await using fresh = await running({ ask });
  const codes = [
    "for (;;) { try { prompt('q') } catch {} }",
    "for (;;) try { prompt('q'); for (;;); } catch {}",
  ];
  for (const code of [...codes, ...codes]) {
    given.hold = true;
    const cell = fresh.run(code);
    await pause(100);
    assert.deepEqual(await fresh.interpreter.interrupt(), { ended: true });
    assert.match(errorsOf(await cell).join(), /^Interrupted: /);
    given.hold = false;
    assert.equal(resultOf(await fresh.run("prompt('name')")), '"Ada"');
  }
  assert.deepEqual(fresh.replacements, []);
});

it("timers that call each other end with the cell that was stopped", async () => {
  for (const start of ["setTimeout", "setImmediate"]) {
    for (let tries = 0; tries < 10; tries++) {
      const code = `let rounds = 0; const again = () => { rounds++; ${start}(again) }; again();`;
      const cell = kernel.run(`${code} await new Promise(() => {})`);
      await pause(20 + 3 * tries);
      assert.deepEqual(await kernel.interpreter.interrupt(), { ended: true });
      assert.match(errorsOf(await cell).join(), /^Interrupted: /);
      const before = resultOf(await kernel.run("rounds"));
      await pause(5);
      assert.equal(resultOf(await kernel.run("rounds")), before);
    }
  }
});
