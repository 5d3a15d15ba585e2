/**
 * What the child says over its own pipe, in the order it happens: the only way by which output
 * leaves the user's process.
 *
 * ```text
 *  0       4    5        9
 *  | size  | tag | run    | body: text, or JSON with buffers behind it
 * ```
 * `size` counts what follows it; numbers are little-endian. Tags are bytes that occur in no text,
 * so that text somebody else wrote to the pipe is not taken for a frame.
 */

import { EncodedJson } from "../jupyter/json.ts";
import type { Place } from "./positions.ts";
import { encodeAsJson, encodeTextAsJson } from "./encode_text.ts";
import {
  Array,
  DataView,
  JSON,
  Math,
  Object,
  TextDecoder,
  TextEncoder,
  Uint32Array,
  Uint8Array,
} from "./intrinsics.ts";

/** The run that caused a frame; 0 before any cell. */
export type Run = number;

/**
 * A frame's JSON part is `message`; `buffers` follow it as they are, behind them the long texts
 * of its `data`.
 */
export type Frame =
  | { readonly kind: "stdout" | "stderr"; readonly run: Run; readonly text: string }
  | {
    readonly kind: "message";
    readonly run: Run;
    readonly message: Message;
    readonly buffers: readonly Uint8Array[];
  };

/** What the user wants to read about; where nothing is said, about the kernel. */
export interface Question {
  readonly name?: string;
  /** Read in place of that where there is no name, or nothing is known of it. */
  readonly text?: string;
}

export type Message =
  | { readonly kind: "ready" }
  | {
    readonly kind: "display" | "updateDisplay";
    readonly data: Bundle;
    readonly metadata: Bundle;
    readonly displayId?: string;
  }
  | { readonly kind: "result"; readonly data: Bundle; readonly metadata: Bundle }
  | { readonly kind: "clear"; readonly wait: boolean }
  | {
    readonly kind: "broadcast";
    readonly msgType: string;
    readonly content: Bundle;
    readonly metadata: Bundle;
  }
  | { readonly kind: "help" } & Question
  /** A worker is about to be made, or could not be. */
  | { readonly kind: "worker"; readonly url: string; readonly made: boolean }
  /** The child waits, synchronously, for an answer on the same pipe. */
  | {
    readonly kind: "ask";
    readonly question: number;
    readonly prompt: string;
    readonly password: boolean;
  }
  /** The cell threw. */
  | { readonly kind: "thrown"; readonly thrown: Thrown }
  /** Code that a cell started threw later: in a timer, or in a promise nobody awaits. */
  | { readonly kind: "stray"; readonly thrown: Thrown }
  /** Nothing of this run follows, but for what it left running; nor by streams the user closed. */
  | { readonly kind: "end"; readonly closed: readonly ("stdout" | "stderr")[] }
  | { readonly kind: "exit"; readonly code: number };

export type Bundle = Readonly<Record<string, unknown>>;

/** A thrown value, described where it was thrown. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  /** Frames of the stack in user's places, `at f (cell-8.ts:2:9)`, without the child's own. */
  readonly frames: readonly string[];
  /** The file of the notebook's folder where it was thrown, if no cell threw it itself. */
  readonly source?: { readonly path: string; readonly text: string; readonly place: Place };
  /** Fields of the error beyond its name, message, stack, cause and errors, as text. */
  readonly details?: string;
  readonly cause?: Thrown;
  readonly errors?: readonly Thrown[];
  /** A thrown non-error, as text. */
  readonly value?: string;
}

/** One line of JSON answers the child's question of that number. */
export type Answer = { readonly question: number } & Reply;

export type Reply =
  | { readonly kind: "answered"; readonly value: string }
  | { readonly kind: "refused"; readonly because: string }
  | { readonly kind: "interrupted" };

const header = 9;
const tags = ["stdout", "stderr", "message"] as const;
/** UTF-8 has no byte from here on. */
const firstTag = 0xf8;

/** Texts of bundles from this length on travel beside the message, as JSON of their own. */
const longText = 2 ** 18;
/** The front draws this one, if it is not too long, and has to read it. */
const drawn = "image/svg+xml";

const utf8 = new TextEncoder();
const decoder = new TextDecoder();

/** The pieces of a frame, to be written one behind the other. */
export function encodeText(kind: "stdout" | "stderr", run: Run, text: string): Uint8Array[] {
  return encodeFrame(kind, run, [utf8.encode(text)]);
}

export function encodeMessage(
  run: Run,
  message: Message,
  buffers: readonly Uint8Array[] = [],
): Uint8Array[] {
  const { short, long } = parted(message);
  const texts = long.map(([_, text]) => encodeTextAsJson(text));
  const json = encodeAsJson([short, long.map(([type]) => type)]);
  const sizes = [json, ...buffers, ...texts].map(({ length }) => length);
  const table = new Uint8Array(new Uint32Array([sizes.length, ...sizes]).buffer);
  return encodeFrame("message", run, [table, json, ...buffers, ...texts]);
}

/** A message without the long texts of its data, and those. */
function parted(message: Message): { short: Message; long: [type: string, text: string][] } {
  if (!("data" in message)) return { short: message, long: [] };
  const entries = Object.entries(message.data);
  const long = entries.filter((entry): entry is [string, string] => isLong(entry));
  if (long.length === 0) return { short: message, long };
  const data = Object.fromEntries(entries.filter((entry) => !isLong(entry)));
  return { short: { ...message, data }, long };
}

function isLong([type, value]: [string, unknown]): boolean {
  return typeof value === "string" && value.length >= longText && type !== drawn;
}

function encodeFrame(
  kind: typeof tags[number],
  run: Run,
  parts: readonly Uint8Array[],
): Uint8Array[] {
  const head = new Uint8Array(header);
  const view = new DataView(head.buffer);
  const length = parts.reduce((sum, part) => sum + part.length, header);
  view.setUint32(0, length - 4, true);
  view.setUint8(4, firstTag + tags.indexOf(kind));
  view.setUint32(5, run, true);
  return length < longText ? [join([head, ...parts], length)] : [head, ...parts];
}

/** Cuts a stream of bytes, however chunked, into frames. */
export class FrameReader {
  #buffer = new Uint8Array(room);
  #size = 0;

  *push(chunk: Uint8Array): Generator<Frame> {
    this.#append(chunk);
    let start = 0;
    for (let bytes = this.#from(start); bytes.length >= sizeOf(bytes); bytes = this.#from(start)) {
      const frame = bytes.subarray(0, sizeOf(bytes));
      start += frame.length;
      yield decodeFrame(frame);
    }
    this.#forget(start);
  }

  #from(start: number): Uint8Array {
    return this.#buffer.subarray(start, this.#size);
  }

  /** Into place at once: what is to become a frame is not moved again. */
  #append(chunk: Uint8Array): void {
    const needed = this.#size + chunk.length;
    if (needed > this.#buffer.length) this.#widen(Math.max(needed, this.#announced()));
    this.#buffer.set(chunk, this.#size);
    this.#size = needed;
  }

  /** The size of the frame that has begun, as far as it may be believed before it is there. */
  #announced(): number {
    return Math.min(sizeOf(this.#from(0)), 2 * this.#size + mostTrusted);
  }

  #widen(size: number): void {
    const wider = new Uint8Array(Math.max(size, 2 * room));
    wider.set(this.#from(0));
    this.#buffer = wider;
  }

  /** A buffer that long frames may still be views of is left to them. */
  #forget(start: number): void {
    const rest = this.#from(start);
    if (start > 0 && this.#buffer.length > room) {
      this.#buffer = new Uint8Array(Math.max(room, rest.length));
      this.#buffer.set(rest);
    } else this.#buffer.copyWithin(0, start, this.#size);
    this.#size = rest.length;
  }
}

const room = 2 ** 17;
const mostTrusted = 2 ** 26;

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Of the frame `bytes` starts with; at least a header's. */
function sizeOf(bytes: Uint8Array): number {
  if (bytes.length < header) return header;
  kindOf(bytes);
  return 4 + viewOf(bytes).getUint32(0, true);
}

function kindOf(bytes: Uint8Array): typeof tags[number] {
  const kind = tags[bytes[4]! - firstTag];
  if (kind) return kind;
  throw new Error(`Cannot read a frame: ${bytes[4]} is no tag; something else wrote to the pipe`);
}

function decodeFrame(bytes: Uint8Array): Frame {
  const view = viewOf(bytes);
  const kind = kindOf(bytes);
  const run = view.getUint32(5, true);
  const body = bytes.subarray(header);
  if (kind !== "message") return { kind, run, text: decoder.decode(body) };
  const [json, ...rest] = parts(body);
  const [message, long] = JSON.parse(decoder.decode(json));
  const texts = rest.splice(rest.length - long.length);
  for (const [index, type] of long.entries()) message.data[type] = new EncodedJson(texts[index]!);
  return { kind, run, message, buffers: rest.map((buffer) => buffer.slice()) };
}

function parts(body: Uint8Array): Uint8Array[] {
  const view = viewOf(body);
  const count = view.getUint32(0, true);
  let at = 4 * (count + 1);
  return Array.from({ length: count }, (_, index) => {
    const size = view.getUint32(4 * (index + 1), true);
    return body.subarray(at, at += size);
  });
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
