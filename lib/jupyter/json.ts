import { joined } from "../zmtp/frame.ts";

/** A JSON object as parsed: what its fields hold is for the reader to check. */
export type JsonObject = Readonly<Record<string, unknown>>;

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The JSON object `bytes` spell in UTF-8, or undefined where they spell anything else. */
export function parseObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(strictUtf8.decode(bytes));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A value that is JSON already: long ones need be neither parsed nor written again. */
export class EncodedJson {
  constructor(readonly bytes: Uint8Array) {}

  /** Leaves a mark in the text that `encodeJson` writes, and itself for the place of the mark. */
  toJSON(): string {
    marked.push(this);
    return mark;
  }
}

/** Nobody outside this process can know it, so that no text is taken for it. */
const mark: string = crypto.randomUUID();
let marked: EncodedJson[] = [];

/** `value` as JSON in UTF-8. `EncodedJson` in it is copied, byte for byte. */
export function encodeJson(value: unknown): Uint8Array {
  marked = [];
  const text = JSON.stringify(value);
  if (marked.length === 0) return utf8.encode(text);
  const [first, ...rest] = text.split(`"${mark}"`);
  return joined([
    utf8.encode(first),
    ...rest.flatMap((text, index) => [marked[index]!.bytes, utf8.encode(text)]),
  ]);
}
