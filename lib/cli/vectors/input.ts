/**
 * A vector's `in`: words are hex strings or numbers, flags 0/1 or booleans, any key may be absent.
 *
 * @module
 */

/** What stands under `in`. */
export type Given = Readonly<Record<string, unknown>>;

/** An input that does not read as what its key wants. */
export class VectorError extends SyntaxError {
  override readonly name = "VectorError";
  readonly exitStatus = 3;
}

/** The number under a key, or undefined. */
export function maybeNumber(given: Given, key: string): number | undefined {
  const word = maybeBigint(given, key);
  return word === undefined ? undefined : Number(word);
}

/** The number under a key; `rest` where it is absent. */
export function numberIn(given: Given, key: string, rest = 0): number {
  return maybeNumber(given, key) ?? rest;
}

/** The word under a key, or undefined. */
export function maybeBigint(given: Given, key: string): bigint | undefined {
  const value = given[key];
  return value === undefined || value === null ? undefined : bigintOf(value, key);
}

/** The word under a key; zero where it is absent. */
export function bigintIn(given: Given, key: string): bigint {
  return maybeBigint(given, key) ?? 0n;
}

/** A hex string, number or boolean as a word. */
export function bigintOf(value: unknown, key: string): bigint {
  if (typeof value === "boolean") return value ? 1n : 0n;
  const whole = typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
  if (whole || typeof value === "string" && /^(0x[0-9a-f]+|\d+)$/i.test(value)) {
    return BigInt(value);
  }
  const found = JSON.stringify(value);
  throw new VectorError(`Cannot read vector: in.${key} is ${found}; give a hex string or a number`);
}

/** The flag under a key. */
export function flagIn(given: Given, key: string, rest = false): boolean {
  const word = maybeBigint(given, key);
  return word === undefined ? rest : word !== 0n;
}

/** The text under a key; `rest` where it is absent. */
export function textIn(given: Given, key: string, rest = ""): string {
  const value = given[key];
  return typeof value === "string" ? value : rest;
}

/** One of the known words, compared by letters and digits; `rest` where it is absent. */
export function wordIn<const N extends string>(
  given: Given,
  key: string,
  known: readonly N[],
  rest: N,
  others: Readonly<Record<string, N>> = {},
): N {
  const text = given[key];
  if (text === undefined || text === null) return rest;
  const plain = plainly(String(text));
  const word = known.find((name) => plainly(name) === plain) ?? others[plain];
  if (word !== undefined) return word;
  const found = JSON.stringify(text);
  throw new VectorError(`Cannot read vector: in.${key} is ${found}; it is ${known.join(", ")}`);
}

function plainly(word: string): string {
  return word.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/** The object under a key; empty where it is absent. */
export function objectIn(given: Given, key: string): Given {
  const value = given[key];
  return typeof value === "object" && value !== null ? value as Given : {};
}

/** The objects listed under a key; none where it is absent. */
export function listIn(given: Given, key: string): readonly Given[] {
  const value = given[key] ?? [];
  const wrong = Array.isArray(value) ? value.find((item) => !isObject(item)) : value;
  if (wrong === undefined) return value as readonly Given[];
  const found = JSON.stringify(wrong);
  throw new VectorError(`Cannot read vector: ${key} has ${found}; give a list of objects`);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** A word as the vectors write it. */
export function hex(word: number | bigint): string {
  return `0x${word.toString(16)}`;
}

/** A flag as the vectors write it inside words. */
export function bit(on: boolean): string {
  return on ? "0x1" : "0x0";
}
