import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { errorsOf, pause, printed, resultOf, running, tracebackOf } from "./running.ts";

Deno.test.each([
  { code: "Deno.exit(3)", because: /exited with code 3/ },
  { code: "import p from 'node:process'; p.exit(4)", because: /exited with code 4/ },
  { code: "setTimeout(() => Deno.exit(5), 5); await new Promise(() => {})", because: /code 5/ },
])(
  "$code is told on its cell, and the next one runs in a new process",
  async ({ code, because }) => {
    await using kernel = await running();
    await kernel.run("let gone = 1");
    const ran = await kernel.run(`console.log('before'); ${code}`);
    assert.equal(printed(ran), "before\n");
    assert.match(errorsOf(ran).join(), /^ProcessEnded: /);
    assert.match(errorsOf(ran).join(), because);
    assert.equal(resultOf(await kernel.run("typeof gone")), '"undefined"');
    assert.equal(kernel.replacements.length, 1);
  },
);

/** Code that takes its process the way to say how cells end. */
const tearing = [
  "import fs from 'node:fs'; fs.closeSync(3)",
  "import fs from 'node:fs'; fs.writeSync(3, 'hello, front')",
  "import fs from 'node:fs'; fs.writeSync(3, 'four'); console.log(1)",
  "dispatchEvent(new Event('unload')); await new Promise(() => {})",
];

Deno.test.each(tearing)("%s costs a process, which is told and replaced", async (code) => {
  await using kernel = await running({ permissions: ["--allow-all"] });
  assert.match(errorsOf(await kernel.run(code)).join(), /^ProcessEnded: the user's process /);
  assert.equal(resultOf(await kernel.run("1 + 1")), "2");
});

Deno.test("a cell may close its standard streams", async () => {
  await using kernel = await running({ permissions: ["--allow-all"] });
  for (const stream of [1, 2]) {
    await kernel.run(`import fs from 'node:fs'; fs.closeSync(${stream})`);
    assert.equal(printed(await kernel.run("console.log('still heard')")), "still heard\n");
  }
});

Deno.test("a process that ends while nothing runs is told on the cell that ran last", async () => {
  await using kernel = await running();
  const { id } = await kernel.run("setTimeout(() => Deno.exit(5), 50); 0");
  for (let i = 0; kernel.replacements.length === 0 && i < 200; i++) await pause(20);
  const told = kernel.outputs.filter(({ parent, output }) =>
    parent === id && output.kind === "stream"
  );
  assert.match(JSON.stringify(told), /exited with code 5; a new one was started/);
  assert.equal(resultOf(await kernel.run("1 + 1")), "2");
});

Deno.test("a process killed while idle is replaced", async () => {
  await using kernel = await running({ permissions: ["--allow-all"] });
  const pid = resultOf(await kernel.run("Deno.pid"));
  Deno.kill(Number(pid), "SIGKILL");
  for (let i = 0; kernel.replacements.length === 0 && i < 100; i++) await pause(20);
  assert.deepEqual(kernel.replacements, ["was killed (SIGKILL)"]);
  assert.equal(resultOf(await kernel.run("1 + 1")), "2");
});

const module = (code: string) => JSON.stringify(`data:text/javascript,${encodeURIComponent(code)}`);

for (
  const [what, code] of [
    ["starts", "postMessage('worker')"],
    ["hears its first message", "onmessage = ({ data }) => postMessage(data)"],
    ["passes a debugger statement", "debugger; onmessage = ({ data }) => postMessage(data)"],
  ] as const
) {
  Deno.test(`a worker ${what} without waiting for a debugger`, async () => {
    await using kernel = await running({ permissions: ["--allow-all"] });
    const ran = await kernel.run(`await new Promise((first) => {
      const worker = new Worker(${module(code)}, { type: "module" });
      worker.onmessage = ({ data }) => first(data);
      worker.postMessage("worker");
      setTimeout(() => first("half a second"), 450);
    })`);
    assert.equal(resultOf(ran), '"worker"');
  });
}

const talker = module(`
  onmessage = ({ data }) => {
    console.log("out", data, { deep: [1, "💡"] });
    console.error("err %s", data);
    console.log("x".repeat(300_000).length);
    postMessage("said");
  };
`);

Deno.test("a worker prints into the cell that made it, also while another runs", async () => {
  await using kernel = await running({ permissions: ["--allow-all"] });
  const made = await kernel.run(`
    class Talker extends Worker {
      constructor() { super(${talker}, { type: "module" }); }
      say(word: unknown) {
        return new Promise((said) => { this.onmessage = said; this.postMessage(word); });
      }
    }
    const talker = new Talker();
    talker instanceof Worker`);
  assert.equal(resultOf(made), "true");
  const second = await kernel.run(`const other = new Talker();
    await Promise.all([talker.say(1), other.say(2)]); console.log("my own")`);
  const told = (parent: string, name: string) =>
    kernel.outputs.flatMap(({ parent: of, output }) =>
      of === parent && output.kind === "stream" && output.name === name ? [output.text] : []
    ).join("");
  assert.equal(told(made.id, "stdout"), 'out 1 { deep: [ 1, "💡" ] }\n300000\n');
  assert.equal(told(made.id, "stderr"), "err 1\n");
  const lines = told(second.id, "stdout").split("\n").sort().join("\n").trim();
  assert.equal(lines, '300000\nmy own\nout 2 { deep: [ 1, "💡" ] }');
});

Deno.test("what no worker can be made of is told as Deno tells it, and the next prints well", async () => {
  await using kernel = await running({ permissions: ["--allow-all"] });
  const wrong = await kernel.run(`new Worker("./no address", { type: "module" })`);
  assert.match(JSON.stringify(wrong), /invalid URL: relative URL/);
  const kind = await kernel.run(`new Worker(${talker}, { type: "classic" })`);
  assert.match(JSON.stringify(kind), /Classic workers are not supported/i);
  const first = await kernel.run(`const w = new Worker(${talker}, { type: "module" }); 0`);
  await kernel.run("await new Promise((said) => { w.onmessage = said; w.postMessage(3) })");
  const printed = kernel.outputs.filter(({ parent, output }) =>
    parent === first.id && output.kind === "stream"
  );
  assert.match(JSON.stringify(printed), /out 3/);
});

Deno.test("a worker of node's prints as node's do", async () => {
  await using kernel = await running({ permissions: ["--allow-all"] });
  const ran = await kernel.run(`import { Worker as NodeWorker } from "node:worker_threads";
    const node = new NodeWorker("console.log('node')", { eval: true });
    await new Promise((over) => node.on("exit", over));`);
  assert.equal(printed(ran), "node\n");
});

Deno.test("subprocesses print into their cell and end with the kernel", async () => {
  const kernel = await running({ permissions: ["--allow-all"] });
  const ran = await kernel.run(`await new Deno.Command("sh", {
    args: ["-c", "echo out; echo err >&2"], stdout: "inherit", stderr: "inherit",
  }).spawn().status`);
  assert.equal(printed(ran), "out\n");
  assert.equal(printed(ran, "stderr"), "err\n");
  const pid = resultOf(
    await kernel.run("new Deno.Command('sleep', { args: ['987'] }).spawn().pid"),
  );
  await kernel[Symbol.asyncDispose]();
  for (let i = 0; isAlive(Number(pid)) && i < 100; i++) await pause(20);
  assert.ok(!isAlive(Number(pid)));
});

Deno.test("no process outlives a front that was killed, not even in a busy loop", async () => {
  const front = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", new URL("busy_front.ts", import.meta.url).href],
    stdout: "piped",
  }).spawn();
  const { value } = await front.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
  const pid = Number(value);
  assert.ok(isAlive(pid), `${value}`);
  front.kill("SIGKILL");
  await front.status;
  for (let i = 0; isAlive(pid) && i < 150; i++) await pause(20);
  assert.ok(!isAlive(pid));
});

Deno.test("by default a notebook may read and write below its folder, and nothing else", async () => {
  await using kernel = await running({ files: { "in.txt": "inside" } });
  const inside = "Deno.writeTextFileSync('out.txt', Deno.readTextFileSync('in.txt')); 'done'";
  assert.equal(resultOf(await kernel.run(inside)), '"done"');
  const denied = [
    ["Deno.readTextFileSync('/etc/hostname')", "read=/etc/hostname"],
    ["Deno.writeTextFileSync('../irqscope-denied', '')", "write"],
    ["await fetch('http://example.com')", "net=example.com:80"],
    ["Deno.env.get('HOME')", "env=HOME"],
    ["Deno.env.toObject()", "env"],
    ["Deno.hostname()", "sys=hostname"],
    ["new Deno.Command('ls').outputSync()", "run=ls"],
  ] as const;
  for (const [code, flag] of denied) {
    const ran = await kernel.run(code);
    assert.match(errorsOf(ran).join(), /^NotCapable: /);
    assert.ok(tracebackOf(ran).includes(`\`kernel install --allow-${flag}\` grants it`), code);
  }
});

Deno.test.each([
  { code: "await import('http://localhost:9/x.ts')", flag: "--allow-import" },
  { code: "import { x } from 'http://localhost:9/x.ts'; x", flag: "--allow-import" },
  { code: "await import('/etc/x.ts')", flag: "--allow-read=/etc/x.ts" },
])("$code is told that it lacks $flag", async ({ code, flag }) => {
  await using kernel = await running({ types: "off" });
  const traceback = tracebackOf(await kernel.run(code));
  assert.match(traceback, new RegExp(`^TypeError: Requires .*${flag.replace(/=.*/, "")}`));
  assert.ok(traceback.includes(`\`kernel install ${flag}\` grants it`));
});

Deno.test("rights named in the kernelspec are granted", async () => {
  const permissions = ["--allow-env=HOME", "--allow-read=/etc"];
  await using kernel = await running({ permissions });
  assert.equal(resultOf(await kernel.run("typeof Deno.env.get('HOME')")), '"string"');
  assert.equal(
    resultOf(await kernel.run("Deno.readTextFileSync('/etc/hostname').length > 0")),
    "true",
  );
  assert.equal(resultOf(await kernel.run("Deno.readTextFileSync('x.txt')")), undefined);
});

Deno.test("a folder's own import map holds for its notebooks, the package's for the package", async () => {
  await using kernel = await running({
    files: {
      "deno.jsonc": '{ /* own */ "imports": { "zod": "./mine.ts", "lib/": "./lib/", }, }',
      "mine.ts": "export const mine = 'mine'",
    },
  });
  const code = "import { mine } from 'zod'; mine + import.meta.resolve('lib/a.ts').slice(-9)";
  assert.equal(resultOf(await kernel.run(code)), '"mine/lib/a.ts"');
  const model = await kernel.run("Object.keys(await import('irqscope')).length > 0");
  assert.equal(resultOf(model), "true");
});

Deno.test("a folder may map names of its own to the package's files", async () => {
  const file = (path: string) => new URL(`../../${path}`, import.meta.url);
  const imports = {
    irqscope: fileURLToPath(file("mod.ts")),
    sets: file("lib/bits/id_set.ts").href,
  };
  await using kernel = await running({ files: { "deno.json": JSON.stringify({ imports }) } });
  const code =
    "import { boot } from 'irqscope'; import * as sets from 'sets'; typeof boot + typeof sets";
  assert.equal(resultOf(await kernel.run(code)), '"functionobject"');
});

Deno.test("the kernel's libraries load without a right to the environment", async () => {
  await using kernel = await running();
  for (const name of ["@observablehq/plot@0.6.17", "linkedom@0.18.14", "zod@4.6.7"]) {
    const ran = await kernel.run(`Object.keys(await import("npm:${name}")).length > 10`);
    assert.equal(resultOf(ran), "true", tracebackOf(ran));
  }
});

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}
