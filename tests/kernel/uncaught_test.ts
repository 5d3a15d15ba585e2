import assert from "node:assert/strict";
import { printed, running } from "./running.ts";

const throws = "setTimeout(() => { throw new Error('late') })";
const rejects = "Promise.reject(new Error('late'))";
const wait = "await new Promise((later) => setTimeout(later, 60))";

interface Case {
  readonly listener: string;
  readonly fails: string;
  readonly out: string;
  /** Whether the kernel tells of the error too. */
  readonly told: boolean;
}

const cases: readonly Case[] = [
  {
    listener: "addEventListener('error', ({ error }) => console.log(error.message))",
    fails: throws,
    out: "late\n",
    told: true,
  },
  {
    listener: "addEventListener('error', (e) => { e.preventDefault(); console.log(e.message) })",
    fails: throws,
    out: "Uncaught Error: late\n",
    told: false,
  },
  {
    listener: "process.on('uncaughtException', (error) => console.log(error.message))",
    fails: throws,
    out: "late\n",
    told: false,
  },
  {
    listener: "addEventListener('unhandledrejection', (e) => console.log(e.reason.message))",
    fails: rejects,
    out: "late\n",
    told: true,
  },
  {
    listener: "onunhandledrejection = (e) => { e.preventDefault(); console.log(e.reason.message) }",
    fails: rejects,
    out: "late\n",
    told: false,
  },
  {
    listener: "process.on('unhandledRejection', (reason) => console.log(reason.message))",
    fails: rejects,
    out: "late\n",
    told: false,
  },
  {
    listener: "addEventListener('error', () => { throw new Error('worse') })",
    fails: throws,
    out: "",
    told: true,
  },
];

for (const { listener, fails, out, told } of cases) {
  Deno.test(`${listener} hears of what nobody catches`, async () => {
    await using kernel = await running();
    const ran = await kernel.run(`${listener}; ${fails}; ${wait}`);
    assert.equal(printed(ran), out);
    assert.equal(/Uncaught Error: late/.test(printed(ran, "stderr")), told);
  });
}

Deno.test("an error of a worker is told once", async () => {
  await using kernel = await running({ permissions: ["--allow-all"] });
  const worker = `new Worker("data:text/javascript,throw new Error('once')", { type: "module" })`;
  const ran = await kernel.run(`${worker}; await new Promise((later) => setTimeout(later, 300))`);
  assert.equal(printed(ran, "stderr").match(/once/g)?.length, 3, printed(ran, "stderr"));
  assert.doesNotMatch(printed(ran, "stderr"), /null/);
});

for (
  const [thrown, said] of [
    ["Symbol('s')", "Uncaught Symbol(s)\n"],
    ["Object.create(null)", "Uncaught [Object: null prototype] {}\n"],
    ["{ toString() { throw 5 } }", "Uncaught { toString: [Function: toString] }\n"],
  ] as const
) {
  Deno.test(`a timer may throw ${thrown}, also where cells took the events' names`, async () => {
    await using kernel = await running({ types: "off" });
    await kernel.run("class ErrorEvent {}; const PromiseRejectionEvent = 1;");
    const ran = await kernel.run(`setTimeout(() => { throw ${thrown} }); ${wait}`);
    assert.equal(printed(ran, "stderr"), said);
    const rejected = await kernel.run(`Promise.reject(new Error("r")); ${wait}`);
    assert.match(printed(rejected, "stderr"), /^Uncaught Error: r\n/);
  });
}
