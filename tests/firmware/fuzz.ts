/** Seeded random bytes, cheap enough for millions. */

/** How many inputs a fuzz test gives: all of them in a long run, else a sample. */
export function fuzzRuns(whole: number): number {
  return Deno.env.get("IRQSCOPE_LONG") === "1" ? whole : Math.min(whole, 20_000);
}

/** Numbers 0 … 2^32 − 1, the same for the same seed. Source: Marsaglia, Xorshift RNGs, 2003. */
export function randomWords(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>>= 0;
  };
}

/** A fresh seed, or the one in IRQSCOPE_SEED. */
export function fuzzSeed(): number {
  const given = Deno.env.get("IRQSCOPE_SEED");
  return given ? Number(given) : crypto.getRandomValues(new Uint32Array(1))[0]!;
}

/** Bytes that are noise, or a sound example with some bytes changed and perhaps cut short. */
export function mutated(next: () => number, examples: readonly Uint8Array[]): Uint8Array {
  if (next() % 4 === 0) return noise(next);
  const bytes = examples[next() % examples.length]!.slice();
  for (let changes = next() % 6; changes > 0; changes--) bytes[next() % bytes.length] = next();
  return next() % 4 === 0 ? bytes.subarray(0, next() % (bytes.length + 1)) : bytes;
}

function noise(next: () => number): Uint8Array {
  return Uint8Array.from({ length: next() % 200 }, next);
}
