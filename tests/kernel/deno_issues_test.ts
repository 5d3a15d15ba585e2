/**
 * What users of Deno's own kernel report, by the symptom they saw and the number of the thread at
 * github.com/denoland/deno. That forged messages are dropped (34825) is held by
 * `wire_forgery_test.ts`, on the wire.
 */
import assert from "node:assert/strict";
import { isPermissionFlag } from "../../lib/kernel/permissions.ts";
import {
  errorsOf,
  type Given,
  pause,
  printed,
  resultOf,
  type Running,
  running,
  tracebackOf,
} from "./running.ts";

/** A test with a kernel of its own, which may keep a language server. */
function symptom(
  thread: number,
  name: string,
  body: (kernel: Running) => Promise<void>,
  given: Given = {},
): void {
  Deno.test({
    name: `${name} (${thread})`,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const slots = await Deno.makeTempDir();
      try {
        await using kernel = await running({ slots, ...given });
        await body(kernel);
      } finally {
        await Deno.remove(slots, { recursive: true });
      }
    },
  });
}

symptom(24491, "Stop crashed the kernel and lost its state", async (kernel) => {
  await kernel.run("let kept = 41");
  for (const endless of ["while (true) {}", "await new Promise(() => {})"]) {
    const cell = kernel.run(endless);
    await pause(100);
    assert.deepEqual(await kernel.interpreter.interrupt(), { ended: true });
    assert.match(errorsOf(await cell).join(), /^Interrupted/);
    assert.equal(resultOf(await kernel.run("kept + 1")), "42");
  }
  assert.deepEqual(kernel.replacements, []);
});

symptom(20643, "stack traces named wrong lines", async (kernel) => {
  const defined = await kernel.run(
    "interface Cpu {\n  id: number;\n}\nenum Mode { xapic }\nfunction fail(cpu: Cpu): never {\n" +
      "  throw new Error(`${cpu.id}${Mode.xapic}`);\n}",
  );
  const called = await kernel.run("// a comment\n\nfail({ id: 7 });");
  const cell = (ran: { id: string }) => ran.id.replace("request-", "");
  assert.match(
    tracebackOf(called),
    new RegExp(
      `at fail \\(cell-${cell(defined)}\\.ts:6:9\\)\\n +at cell-${cell(called)}\\.ts:3:1`,
    ),
  );
});

symptom(20664, "Shift-Tab knew nothing", async (kernel) => {
  await kernel.run("/** Halves a number. */\nfunction half(n: number): number { return n / 2 }");
  const told = await kernel.interpreter.inspect("half(", 5, 0);
  assert.match(String(told?.["text/plain"]), /half\(n: number\): number[^]*Halves a number/);
});

symptom(20592, "what a widget sent never reached the notebook's code", async (kernel) => {
  await kernel.run(
    "Deno.jupyter.comms.register('w', (comm) => {\n" +
      "  comm.onmessage = ({ data }) => { globalThis.heard = data; comm.send({ got: data.value }) };\n" +
      "})",
  );
  const send = (msgType: "comm_open" | "comm_msg", content: Record<string, unknown>) =>
    kernel.interpreter.comm({ msgType, content, buffers: [] }, msgType);
  await send("comm_open", { comm_id: "c", target_name: "w", data: {} });
  await send("comm_msg", { comm_id: "c", data: { value: 5 } });
  assert.equal(resultOf(await kernel.run("heard.value")), "5");
  const answers = kernel.outputs.filter(({ parent }) => parent === "comm_msg");
  assert.deepEqual(answers.map(({ output }) => output.kind === "broadcast" && output.content), [
    { comm_id: "c", data: { got: 5 } },
  ]);
});

symptom(25692, "notebooks ran with every permission whatever was asked", async (kernel) => {
  for (const code of ["await fetch('http://127.0.0.1:9999')", "Deno.env.get('HOME')"]) {
    assert.match(errorsOf(await kernel.run(code)).join(), /^NotCapable: /);
  }
});

const scoped: Given["files"] = {
  "deno.json": '{ "permissions": { "jupyter": { "net": ["127.0.0.1:9999"] } } }',
};
const twoRights =
  "[(await Deno.permissions.query({ name: 'net', host: '127.0.0.1:9999' })).state," +
  " (await Deno.permissions.query({ name: 'env' })).state].join()";

symptom(35587, "a folder could not scope its notebooks", async (kernel) => {
  const ran = await kernel.run(twoRights);
  assert.equal(resultOf(ran), '"granted,prompt"');
  assert.equal(printed(ran, "stderr"), "");
}, { permissions: ["--allow-all"], files: scoped });

symptom(35587, "a folder must not widen what the kernelspec grants", async (kernel) => {
  assert.equal(resultOf(await kernel.run(twoRights)), '"prompt,prompt"');
}, { files: scoped });

symptom(25692, "what is denied must stay so under --allow-all", async (kernel) => {
  assert.equal(resultOf(await kernel.run(twoRights)), '"denied,granted"');
}, { permissions: ["--allow-all", "--deny-net"] });

symptom(11078, "type errors were not told", async (kernel) => {
  await untilTyped(kernel);
  const ran = await kernel.run("// types: error\nconst vector: number = 'x';");
  assert.deepEqual(errorsOf(ran), [
    "TS2322: Type 'string' is not assignable to type 'number'.",
  ]);
  const told = await kernel.interpreter.inspect("Math.max(1, 2)", 8, 0);
  assert.match(String(told?.["text/plain"]), /max\(\.\.\.values: number\[\]\): number/);
});

symptom(20997, "imports could not be mapped for a notebook", async (kernel) => {
  assert.equal(resultOf(await kernel.run("import { vectors } from 'tables'; vectors")), "256");
}, {
  files: {
    "deno.json": '{ "imports": { "tables": "./tables.ts" } }',
    "tables.ts": "export const vectors = 256",
  },
});

symptom(27307, "options could not be passed to the kernel", async (kernel) => {
  assert.ok(isPermissionFlag("--allow-env=USER"));
  const code = "(await Deno.permissions.query({ name: 'env', variable: 'USER' })).state";
  assert.equal(resultOf(await kernel.run(code)), '"granted"');
  assert.equal(resultOf(await kernel.run("import { sloppy } from './tables'; sloppy")), "true");
}, {
  permissions: ["--allow-env=USER"],
  files: {
    "deno.json": '{ "unstable": ["sloppy-imports"] }',
    "tables.ts": "export const sloppy = true",
  },
});

symptom(20555, "raw writes to stdout and stderr were lost", async (kernel) => {
  const ran = await kernel.run(
    "const bytes = (text: string) => new TextEncoder().encode(text);\n" +
      "Deno.stdout.writeSync(bytes('out\\n')); await Deno.stderr.write(bytes('err\\n'));\n" +
      "await new Deno.Command('sh', { args: ['-c', 'echo child'], stdout: 'inherit' }).spawn().status;",
  );
  assert.equal(printed(ran), "out\nchild\n");
  assert.equal(printed(ran, "stderr"), "err\n");
}, { permissions: ["--allow-all"] });

symptom(34752, "front ends saw no variables", async (kernel) => {
  await kernel.run("const cpus = 300, model = 'big'");
  const request = { type: "request", seq: 1, command: "inspectVariables", arguments: {} };
  const { body } = await kernel.interpreter.debug!(request) as {
    body: { variables: { name: string; value: string }[] };
  };
  assert.deepEqual(body.variables.map(({ name, value }) => [name, value]), [
    ["cpus", "300"],
    ["model", '"big"'],
  ]);
});

symptom(20661, "completion waited until the running cell had ended", async (kernel) => {
  for (
    const busy of ["const t = Date.now(); while (Date.now() - t < 2_000);", "await later(2_000)"]
  ) {
    await kernel.run("const later = (ms: number) => new Promise((r) => setTimeout(r, ms))");
    const cell = kernel.run(busy);
    await pause(100);
    const start = performance.now();
    await kernel.interpreter.complete("Math.hy", 7);
    const ms = performance.now() - start;
    assert.ok(ms < 1_000, `${ms} ms`);
    await cell;
  }
});

symptom(20642, "cells without a value showed one", async (kernel) => {
  for (
    const code of ["let n = 1", "function f() {}", "import 'node:path'", "// nothing", "n = 2;"]
  ) {
    const { outputs } = await kernel.run(code);
    assert.equal(outputs.some(({ kind }) => kind === "result"), code === "n = 2;");
  }
});

symptom(35290, "errors were silently ok", async (kernel) => {
  for (const code of ["throw new Error('a')", "await Promise.reject(new Error('a'))"]) {
    const ran = await kernel.run(code);
    assert.equal(ran.outcome.kind, "error");
    assert.deepEqual(errorsOf(ran), ["Error: a"]);
  }
});

symptom(24437, "only the last line printed was shown", async (kernel) => {
  assert.equal(printed(await kernel.run("for (const n of [1, 2, 3]) console.log(n)")), "1\n2\n3\n");
});

symptom(22689, "what was printed after an await came now and then", async (kernel) => {
  for (let round = 0; round < 30; round++) {
    const ran = await kernel.run(
      `await new Promise((r) => setTimeout(r, 1)); console.log(${round})`,
    );
    assert.equal(printed(ran), `${round}\n`);
  }
});

symptom(20657, "completion offered nothing", async (kernel) => {
  await kernel.run("const apic = { vector: 1, pin: 2 }");
  const { matches } = await kernel.interpreter.complete("apic.", 5);
  assert.deepEqual(matches.map(({ text }) => text), ["pin", "vector"]);
});

symptom(21709, "the types of one cell were unknown in the next", async (kernel) => {
  await untilTyped(kernel);
  await kernel.run("// types: error\ninterface Pin { readonly gsi: number }");
  assert.equal(resultOf(await kernel.run("const pin: Pin = { gsi: 9 }; pin.gsi")), "9");
  const wrong = await kernel.run("const other: Pin = { gsi: 'nine' };");
  assert.deepEqual(errorsOf(wrong), [
    "TS2322: Type 'string' is not assignable to type 'number'.",
  ]);
});

symptom(20524, "a native crash took the kernel along", async (kernel) => {
  const ran = await kernel.run("Deno.kill(Deno.pid, 'SIGABRT'); await new Promise(() => {})");
  assert.match(errorsOf(ran).join(), /^ProcessEnded: .*SIGABRT/);
  assert.equal(resultOf(await kernel.run("1 + 1")), "2");
}, { permissions: ["--allow-all"] });

symptom(28505, "of two values displayed only one was shown", async (kernel) => {
  const { outputs } = await kernel.run("display(1); display(2); 3");
  assert.deepEqual(outputs.map((o) => "data" in o && o.data["text/plain"]), ["1", "2", "3"]);
});

symptom(20739, "data frames showed nothing where their own type is unknown", async (kernel) => {
  const { outputs } = await kernel.run(
    "({ schema: { id: 'Int64' }, head() { return this }, toRecords: () => [{ id: 254 }] })",
  );
  const [shown] = outputs;
  assert.ok(shown?.kind === "result");
  assert.deepEqual(Object.keys(shown.data).sort(), [
    "application/vnd.dataresource+json",
    "text/html",
    "text/plain",
  ]);
});

symptom(21308, "a folder's own node_modules were not looked at", async (kernel) => {
  const own = `${kernel.folder}/node_modules/own`;
  await Deno.mkdir(own, { recursive: true });
  const manifest = { name: "own", version: "1.0.0", type: "module", main: "index.js" };
  await Deno.writeTextFile(`${own}/package.json`, JSON.stringify(manifest));
  await Deno.writeTextFile(`${own}/index.js`, "export const mine = 'mine'");
  assert.equal(resultOf(await kernel.run("import { mine } from 'own'; mine")), '"mine"');
}, { files: { "package.json": '{ "dependencies": { "own": "1.0.0" } }' } });

symptom(24421, "a server started in a cell answered nobody", async (kernel) => {
  const ran = await kernel.run(
    "const server = Deno.serve({ port: 0, onListen() {} }, " +
      "() => new Response('here')); server.addr.port",
  );
  const response = await fetch(`http://127.0.0.1:${resultOf(ran)}`);
  assert.equal(await response.text(), "here");
}, { permissions: ["--allow-net"] });

symptom(21594, "a module with tests in it could not be imported", async (kernel) => {
  assert.equal(resultOf(await kernel.run("import { tested } from './tested.ts'; tested")), "1");
}, { files: { "tested.ts": "export const tested = 1; Deno.test('it', () => {});" } });

Deno.test("a kernel failed to start now and then (28634)", async () => {
  for (let round = 0; round < 3; round++) {
    const kernels = await Promise.all([1, 2, 3, 4].map(() => running()));
    const results = await Promise.all(kernels.map((kernel) => kernel.run("6 * 7")));
    assert.deepEqual(results.map(resultOf), ["42", "42", "42", "42"]);
    await Promise.all(kernels.map((kernel) => kernel[Symbol.asyncDispose]()));
  }
});

/** Waits until the language server has come up: only it tells signatures. */
async function untilTyped(kernel: Running): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const { matches } = await kernel.interpreter.complete("Math.hypo", 9);
    if (matches[0]?.signature) return;
    await pause(100);
  }
  throw new Error("Cannot test types: the language server does not come up");
}
