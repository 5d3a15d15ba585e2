/** MurmurHash2 by Austin Appleby, 32 bits: the name Jupyter clients give a cell's source. */

/** The hash of a text's UTF-8 bytes, 0 to 2^32−1. Source: JEP 47 (`hashMethod: Murmur2`). */
export function murmur2(text: string, seed: number): number {
  const data = new TextEncoder().encode(text);
  const view = new DataView(data.buffer);
  const whole = data.length & ~3;
  let hash = seed ^ data.length;
  for (let at = 0; at < whole; at += 4) {
    hash = Math.imul(hash, multiplier) ^ mixed(view.getUint32(at, true));
  }
  if (data.length > whole) {
    for (let at = whole; at < data.length; at++) hash ^= data[at]! << (8 * (at - whole));
    hash = Math.imul(hash, multiplier);
  }
  hash = Math.imul(hash ^ hash >>> 13, multiplier);
  return (hash ^ hash >>> 15) >>> 0;
}

const multiplier = 0x5bd1e995;

function mixed(word: number): number {
  const product = Math.imul(word, multiplier);
  return Math.imul(product ^ product >>> 24, multiplier);
}
