/** Bits the slow way: words as strings of binary digits. Nothing here is shared with lib/. */

/** Reads a hex string, number or boolean. */
export function num(value: unknown): bigint {
  if (value === undefined || value === null) return 0n;
  return BigInt(value as string | number | boolean);
}

/** Bits high…low of a word. */
export function bits(word: unknown, high: number, low: number): number {
  return Number(wideBits(word, high, low));
}

/** The same for fields beyond 53 bits. */
export function wideBits(word: unknown, high: number, low: number): bigint {
  const digits = num(word).toString(2).padStart(high + 1, "0");
  return BigInt("0b" + digits.slice(digits.length - 1 - high, digits.length - low));
}

/** Whether any bit of high…low is set. */
export function anyBit(word: unknown, high: number, low: number): boolean {
  for (let at = low; at <= high; at++) if (bits(word, at, at) === 1) return true;
  return false;
}

/** A word put together from [value, lowest bit] pieces. */
export function join(...pieces: readonly (readonly [bigint | number, number])[]): bigint {
  return pieces.reduce((word, [value, at]) => word + BigInt(value) * 2n ** BigInt(at), 0n);
}

/** As the vectors write it. */
export function hex(word: bigint | number): string {
  return "0x" + word.toString(16);
}

export const MODES = ["fixed", "lowest", "smi", "reserved3", "nmi", "init", "sipi", "extint"];
export const DM = ["physical", "logical"];
export const TM = ["edge", "level"];

// deno-lint-ignore no-explicit-any
export type Json = any;
