/**
 * What the child says over its own pipe, in the order it happens: the only way by which output
 * leaves the user's process.
 *
 * ```text
 *  0       4    5        9
 *  | size  | tag | run    | body: text, or JSON with buffers behind it
 * ```
 * `size` counts what follows it; numbers are little-endian.
 */

/** The run that caused a frame; 0 before any cell. */
export type Run = number;

/** A frame's JSON part is `message`; `buffers` follow it as they are. */
export type Frame =
  | { readonly kind: "stdout" | "stderr"; readonly run: Run; readonly text: string }
  | {
    readonly kind: "message";
    readonly run: Run;
    readonly message: Message;
    readonly buffers: readonly Uint8Array[];
  };

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
  | { readonly kind: "page"; readonly data: Bundle }
  /** The child waits, synchronously, for an answer on the same pipe. */
  | { readonly kind: "ask"; readonly prompt: string; readonly password: boolean }
  /** The cell threw. */
  | { readonly kind: "thrown"; readonly thrown: Thrown }
  /** Code that a cell started threw later: in a timer, or in a promise nobody awaits. */
  | { readonly kind: "stray"; readonly thrown: Thrown }
  /** Nothing of this run follows, but for what it left running. */
  | { readonly kind: "end" }
  | { readonly kind: "exit"; readonly code: number };

export type Bundle = Readonly<Record<string, unknown>>;

/** A thrown value, described where it was thrown. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  /** Frames of the stack in user's places, `at f (cell-8.ts:2:9)`, without the child's own. */
  readonly frames: readonly string[];
  /** Fields of the error beyond its name, message, stack, cause and errors, as text. */
  readonly details?: string;
  readonly cause?: Thrown;
  readonly errors?: readonly Thrown[];
  /** A thrown non-error, as text. */
  readonly value?: string;
}

/** The child's question is answered by one line of this. */
export type Answer =
  | { readonly kind: "answered"; readonly value: string }
  | { readonly kind: "refused"; readonly because: string }
  | { readonly kind: "interrupted" };

const header = 9;
const tags = ["stdout", "stderr", "message"] as const;

export function encodeText(kind: "stdout" | "stderr", run: Run, text: string): Uint8Array {
  return encodeFrame(kind, run, [new TextEncoder().encode(text)]);
}

export function encodeMessage(
  run: Run,
  message: Message,
  buffers: readonly Uint8Array[] = [],
): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(message));
  const sizes = new Uint32Array([json.length, ...buffers.map(({ length }) => length)]);
  const table = new Uint8Array(new Uint32Array([sizes.length, ...sizes]).buffer);
  return encodeFrame("message", run, [table, json, ...buffers]);
}

function encodeFrame(
  kind: typeof tags[number],
  run: Run,
  parts: readonly Uint8Array[],
): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, header);
  const frame = new Uint8Array(length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, length - 4, true);
  view.setUint8(4, tags.indexOf(kind));
  view.setUint32(5, run, true);
  let at = header;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

/** Cuts a stream of bytes, however chunked, into frames. */
export class FrameReader {
  #chunks: Uint8Array[] = [];
  #size = 0;
  #wanted = header;

  *push(chunk: Uint8Array): Generator<Frame> {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#wanted) return;
    let bytes = join(this.#chunks, this.#size);
    while (bytes.length >= (this.#wanted = sizeOf(bytes))) {
      yield decodeFrame(bytes.subarray(0, this.#wanted));
      bytes = bytes.subarray(this.#wanted);
    }
    this.#chunks = bytes.length > 0 ? [bytes] : [];
    this.#size = bytes.length;
  }
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function sizeOf(bytes: Uint8Array): number {
  return bytes.length < 4 ? header : 4 + viewOf(bytes).getUint32(0, true);
}

function decodeFrame(bytes: Uint8Array): Frame {
  const view = viewOf(bytes);
  const kind = tags[view.getUint8(4)]!;
  const run = view.getUint32(5, true);
  const body = bytes.subarray(header);
  if (kind !== "message") return { kind, run, text: new TextDecoder().decode(body) };
  const [json, ...buffers] = parts(body);
  return { kind, run, message: JSON.parse(new TextDecoder().decode(json)), buffers };
}

function parts(body: Uint8Array): Uint8Array[] {
  const view = viewOf(body);
  const count = view.getUint32(0, true);
  let at = 4 * (count + 1);
  return Array.from({ length: count }, (_, index) => {
    const size = view.getUint32(4 * (index + 1), true);
    return new Uint8Array(body.subarray(at, at += size));
  });
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
