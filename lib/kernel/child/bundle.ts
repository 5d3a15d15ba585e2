import type { Bundle } from "../frames.ts";
import {
  Array,
  ArrayBuffer,
  Deno,
  Error,
  JSON,
  Object,
  String,
  TypeError,
  Uint8Array,
} from "../intrinsics.ts";

/**
 * The MIME bundle a value is meant to be, as a notebook can hold it: JSON under types that end in
 * `json`, text under all others. What it cannot hold is told to whoever shows it.
 *
 * Source: nbformat 4.5, "mimebundle".
 */
export function mimeBundle(value: unknown): Bundle {
  if (!isObject(value)) {
    throw new TypeError(
      `Cannot show ${
        Deno.inspect(value)
      } as it is: a bundle is an object whose keys are media types`,
    );
  }
  const parts = Object.entries(value).filter(([_, part]) => part !== undefined);
  return Object.fromEntries(parts.map(([type, part]) => [type, partOf(type, part)]));
}

/** What is said about a bundle, which is an object too. */
export function metadataOf(value: unknown): Bundle {
  if (isObject(value)) return jsonPart("metadata", value) as Bundle;
  throw new TypeError(
    `Cannot show with metadata ${Deno.inspect(value)}: metadata are an object, by media type`,
  );
}

/** The octets of a buffer of any kind; undefined for what is none. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value)) return undefined;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

export function isObject(value: unknown): value is Bundle {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    bytesOf(value) === undefined;
}

function partOf(type: string, part: unknown): unknown {
  if (!/^[^\s/]+\/[^\s/]/.test(type)) {
    throw new TypeError(
      `Cannot show a bundle under ${JSON.stringify(type)}: no media type, such as "text/plain"`,
    );
  }
  return /[/+]json$/.test(type) ? jsonPart(type, part) : textPart(type, part);
}

function textPart(type: string, part: unknown): string {
  if (typeof part === "string") return part;
  if (Array.isArray(part) && part.every((line) => typeof line === "string")) return part.join("");
  if (["number", "bigint", "boolean"].includes(typeof part)) return String(part);
  const bytes = bytesOf(part);
  if (bytes) return bytes.toBase64();
  throw new TypeError(
    `Cannot show ${Deno.inspect(part)} as ${type}: it takes a text, texts in an array, or bytes`,
  );
}

function jsonPart(type: string, part: unknown): unknown {
  if (jsonOf(type, part) !== undefined) return part;
  throw new TypeError(`Cannot show ${Deno.inspect(part)} as ${type}: JSON has no such value`);
}

function jsonOf(type: string, part: unknown): string | undefined {
  try {
    return JSON.stringify(part);
  } catch (cause) {
    const because = Error.isError(cause) ? (cause as Error).message : String(cause);
    throw new TypeError(`Cannot show a value as ${type}: ${because}`, { cause });
  }
}
