/** A `for await` on top of a cell does what it does in a function, in the same words. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { pause, printed, resultOf, type Running, running } from "./running.ts";

let kernel: Running;
before(async () => {
  kernel = await running({ types: "off" });
  await kernel.run(`
    const heard = [];
    const iterator = (steps, answer) => ({
      next() {
        const step = steps.shift();
        heard.push("next");
        return answer(step === undefined ? { done: true } : { done: false, value: step });
      },
      return() {
        heard.push("return");
        return answer({ done: true });
      },
    });
    const later = (...steps) => ({
      [Symbol.asyncIterator]: () => iterator(steps, async (given) => {
        if (given.value instanceof Error) throw given.value;
        return given;
      }),
    });
    const now = (...steps) => ({ [Symbol.iterator]: () => iterator(steps, (given) => given) });
    const fails = (message) => Promise.reject(new Error(message));
    const five = { it: 5, next: () => 5 };
  `);
});
after(() => kernel[Symbol.asyncDispose]());

async function told(loop: string): Promise<readonly string[]> {
  const { outcome } = await kernel.run(loop);
  const heard = await kernel.run("console.log(heard.splice(0).join())");
  return [outcome.kind === "error" ? `${outcome.ename}: ${outcome.evalue}` : "ok", printed(heard)];
}

for (
  const [loop, end] of [
    ["for await (const x of later(1, 2)) heard.push(x)", "ok"],
    ["for await (const x of later(1, 2)) break", "ok"],
    ["for await (const x of later(1, 2)) throw new Error('body')", "Error: body"],
    ["for await (const x of later(1, new Error('source'))) heard.push(x)", "Error: source"],
    ["for await (const x of later({ then: 1 })) heard.push(typeof x.then)", "ok"],
    ["for await (const x of now(1, Promise.resolve(2))) heard.push(x)", "ok"],
    ["for await (const x of now(1, fails('item'), 3)) heard.push(x)", "Error: item"],
    ["for await (const x of now(1, 2)) break", "ok"],
    ["for await (heard.last of [1, 2]) heard.push(heard.last)", "ok"],
    ["const __item = [1, 2]; for await (const x of __item) heard.push(x)", "ok"],
    ["for await (const x of await Promise.resolve('ab')) heard.push(x)", "ok"],
    ["for await (const x of five.it) {}", "TypeError: five.it is not async iterable"],
    ["for await (const x of {}) {}", "TypeError: {} is not async iterable"],
    ["for await (const x of null) {}", /^TypeError: Cannot read properties of null/],
    [
      "for await (const x of { [Symbol.asyncIterator]: () => five }) {}",
      "TypeError: Iterator result 5 is not an object",
    ],
  ] as const
) {
  it(loop, async () => {
    const onTop = await told(loop);
    assert.deepEqual(onTop, await told(`await (async () => { ${loop} })()`));
    if (typeof end === "string") assert.equal(onTop[0], end);
    else assert.match(onTop[0]!, end);
  });
}

it("who stops a cell in the loop closes what it loops over", async () => {
  const cell = kernel.run(`
    let come;
    const slow = { ...iterator([], (given) => given), next: () => new Promise((r) => come = r) };
    for await (const x of { [Symbol.asyncIterator]: () => slow }) {}
  `);
  while (resultOf(await kernel.run("typeof come")) !== '"function"') await pause(10);
  await kernel.interpreter.interrupt();
  const { outcome } = await cell;
  assert.equal(outcome.kind === "error" && outcome.ename, "Interrupted");
  assert.equal((await told("come({ done: false }); await null"))[1], "return\n");
});
