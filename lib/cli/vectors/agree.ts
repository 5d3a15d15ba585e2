/** Whether an answer agrees with what a vector expects. */
/** One key that differs. */
export interface Difference {
  readonly key: string;
  readonly expected: unknown;
  readonly found: unknown;
}

/** Prose, and sets told in prose. */
const UNJUDGED = ["why", "unicast", "note", "caveats"];

/** The judged keys that differ; numbers compare by value, however they are written. */
export function differences(expected: unknown, found: unknown, at = ""): readonly Difference[] {
  if (isRecord(expected)) {
    return Object.entries(expected).filter(([key]) => !UNJUDGED.includes(key)).flatMap(
      ([key, value]) =>
        differences(value, isRecord(found) ? found[key] : undefined, `${at}.${key}`),
    );
  }
  return same(expected, found) ? [] : [{ key: at.slice(1), expected, found }];
}

function same(expected: unknown, found: unknown): boolean {
  if (Array.isArray(expected)) {
    return Array.isArray(found) && expected.length === found.length &&
      expected.every((item, i) => differences(item, found[i]).length === 0);
  }
  return valueOf(expected) === valueOf(found);
}

/** Hex strings, numbers and flags that mean the same number become one. */
function valueOf(value: unknown): unknown {
  if (typeof value === "string" && /^0x[0-9a-f]+$/i.test(value)) return BigInt(value);
  if (typeof value === "boolean") return value ? 1n : 0n;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
