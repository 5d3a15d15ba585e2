import assert from "node:assert/strict";
import { printed, resultOf, type Running, running, tracebackOf } from "./running.ts";

/** Everything a cell could overwrite of what the kernel's own code might call, by its expression. */
const holders: readonly (readonly [expression: string, holder: object])[] = [
  ...[Array, String, RegExp, Map, Set, WeakMap, WeakSet, Promise, DataView, Function, Number]
    .map((type) => [`${type.name}.prototype`, type.prototype] as const),
  ...[Object, Array, JSON, Math, Reflect, Number, Promise, Error]
    .map((holder) => [nameOf(holder), holder] as const),
  ["TextEncoder.prototype", TextEncoder.prototype],
  ["TextDecoder.prototype", TextDecoder.prototype],
  ["Object.getPrototypeOf(Uint8Array.prototype)", Object.getPrototypeOf(Uint8Array.prototype)],
];

function nameOf(holder: object): string {
  return holder instanceof Function
    ? holder.name
    : Object.prototype.toString.call(holder).slice(8, -1);
}

function methodsOf(holder: object): readonly string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(holder)).flatMap(([name, { value }]) =>
    typeof value === "function" && name !== "constructor" ? [name] : []
  );
}

const options = { sanitizeOps: false, sanitizeResources: false };

for (const [expression, holder] of holders) {
  Deno.test(`whatever a cell patches of ${expression}, cells go on`, options, async () => {
    await using kernel = await running({ types: "off" });
    for (const name of methodsOf(holder)) {
      const place = `(${expression} as any).${name}`;
      await kernel.run(`var kept = ${place}, patch = () => []; ${place} = patch`);
      await goesOn(kernel, name);
      const back = `var patched = ${place} === patch; ${place} = kept; patched`;
      assert.equal(resultOf(await kernel.run(back)), "true", name);
    }
    assert.deepEqual(kernel.replacements, []);
  });
}

async function goesOn(kernel: Running, name: string): Promise<void> {
  assert.equal(printed(await kernel.run("console.log('printed')")), "printed\n", name);
  assert.equal(resultOf(await kernel.run("await null; 40 + 2")), "42", name);
  const trace = tracebackOf(await kernel.run("\nthrow new RangeError('boom')"));
  assert.match(trace, /^RangeError: boom\n[^]*> 2 \| throw[^]*at cell-\d+\.ts:2:7$/, name);
}

Deno.test("methods that a cell deletes stay deleted, and cells go on", options, async () => {
  await using kernel = await running({ types: "off" });
  await kernel.run("delete (Array.prototype as any).map; delete (String.prototype as any).split");
  await goesOn(kernel, "deleted");
  assert.equal(resultOf(await kernel.run("typeof [].map")), '"undefined"');
});
