import assert from "node:assert/strict";
import { Tidier } from "../../lib/kernel/tidy.ts";

Deno.test("garbage is taken away after so many rounds, if the heap is not too large", async () => {
  const tooLarge = garbage();
  await manyRounds(new Tidier(1));
  assert.ok(tooLarge.deref());

  const small = garbage();
  for (let tries = 0; small.deref() && tries < 20; tries++) await manyRounds(new Tidier());
  assert.equal(small.deref(), undefined);
});

Deno.test("contexts made after a collection have no collector of their own", async () => {
  const { runInNewContext } = await import("node:vm");
  await manyRounds(new Tidier());
  assert.equal(runInNewContext("typeof gc"), "undefined");
});

function garbage(): WeakRef<object> {
  return new WeakRef({});
}

/** A round's collection comes in turns of its own, behind the round. */
async function manyRounds(tidier: Tidier): Promise<void> {
  for (let round = 0; round < 2_000; round++) tidier.ofRound();
  await new Promise((resolve) => setTimeout(resolve, 300));
}
