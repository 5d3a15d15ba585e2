import assert from "node:assert/strict";
import fc from "fast-check";
import { buildDmar } from "../../lib/firmware/dmar.ts";
import { buildFadt } from "../../lib/firmware/fadt.ts";
import { buildHpetTable } from "../../lib/firmware/hpet_table.ts";
import { buildIvrs } from "../../lib/firmware/ivrs.ts";
import { buildMadt } from "../../lib/firmware/madt.ts";
import { isMalformed } from "../../lib/firmware/malformed.ts";
import { readTable } from "../../lib/firmware/read_table.ts";
import { anyDmar, anyFadt, anyHpet, anyIvrs, anyMadt } from "./arbitrary_tables.ts";
import { fuzzRuns, fuzzSeed, mutated, randomWords } from "./fuzz.ts";
import { TABLES } from "./tables.ts";

const EXAMPLES: Readonly<Record<string, (seed: number) => Uint8Array[]>> = {
  APIC: (seed) => fc.sample(anyMadt, { seed, numRuns: 50 }).map(buildMadt),
  DMAR: (seed) => fc.sample(anyDmar, { seed, numRuns: 50 }).map(buildDmar),
  IVRS: (seed) => fc.sample(anyIvrs, { seed, numRuns: 50 }).map(buildIvrs),
  HPET: (seed) => fc.sample(anyHpet, { seed, numRuns: 50 }).map(buildHpetTable),
  FACP: (seed) => fc.sample(anyFadt, { seed, numRuns: 50 }).map(buildFadt),
};
const RUNS = fuzzRuns(1_000_000);
const MICROSECONDS_EACH = 1000;

for (const { signature, parse, rebuild } of TABLES) {
  Deno.test(`no bytes make the ${signature} parser throw or hang; what it takes is built again`, () => {
    const seed = fuzzSeed();
    console.log(`${RUNS} inputs, IRQSCOPE_SEED=${seed}`);
    const examples = EXAMPLES[signature]!(seed | 0);
    const next = randomWords(seed);
    const start = performance.now();
    let taken = 0;
    for (let run = 0; run < RUNS; run++) {
      const bytes = mutated(next, examples);
      if (isMalformed(parse(bytes))) continue;
      taken++;
      readTable(bytes);
      assert.deepEqual(unsummed(rebuild(bytes)!), unsummed(bytes));
    }
    const spent = performance.now() - start;
    assert(taken > RUNS / 20, `only ${taken} of ${RUNS} inputs were tables`);
    assert(taken < RUNS, "every input was a table");
    assert(spent < RUNS * MICROSECONDS_EACH / 1000, `${spent} ms`);
  });
}

/** A table's bytes as far as its length says, without the checksum. */
function unsummed(bytes: Uint8Array): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  const copy = new Uint8Array(bytes.subarray(0, length));
  copy[9] = 0;
  return copy;
}
