import { JSON, Math, TextEncoder } from "./intrinsics.ts";

/**
 * A long text as JSON in UTF-8. Most are pictures in base64, which need no escapes: these are
 * written three times as fast as `JSON.stringify` writes them.
 */
export function encodeTextAsJson(text: string): Uint8Array {
  const bytes = new Uint8Array(roundUp(text.length) + 2 * word);
  const body = bytes.subarray(word, word + text.length);
  const { read, written } = utf8.encodeInto(text, body);
  // As many octets as characters: all of them are ASCII.
  if (read !== text.length || written !== text.length || needsEscapes(bytes, text.length)) {
    return encodeAsJson(text);
  }
  bytes[word - 1] = bytes[word + text.length] = quote;
  return bytes.subarray(word - 1, word + text.length + 1);
}

/** A value as JSON in UTF-8, which has no halves of surrogate pairs: U+FFFD stands for them. */
export function encodeAsJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value);
  return utf8.encode(text.includes("\\ud") ? text.replace(escape, wholePairs) : text);
}

/** An escape of a string; what stands for half a pair has its digits apart. */
const escape = /\\(?:u(d[89a-f]..)|.)/g;

function wholePairs(escaped: string, half: string | undefined): string {
  return half ? "\ufffd" : escaped;
}

const utf8 = new TextEncoder();
const word = 4;
const quote = 0x22;

function roundUp(length: number): number {
  return Math.ceil(length / word) * word;
}

/**
 * Whether a control character, a quote or a backslash is among the octets behind the first word,
 * looked for in four octets at a time: x - 1 borrows from bit 7 only where an octet x was zero.
 */
function needsEscapes(bytes: Uint8Array, length: number): boolean {
  bytes.fill(0x20, word + length);
  const words = new Uint32Array(bytes.buffer, word, roundUp(length) / word);
  for (let at = 0; at < words.length; at++) {
    const octets = words[at]!;
    const quotes = octets ^ 0x2222_2222;
    const backslashes = octets ^ 0x5c5c_5c5c;
    const hit = (octets - 0x2020_2020 & ~octets) | (quotes - 0x0101_0101 & ~quotes) |
      (backslashes - 0x0101_0101 & ~backslashes);
    if (hit & 0x8080_8080) return true;
  }
  return false;
}
