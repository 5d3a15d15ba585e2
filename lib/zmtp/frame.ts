/**
 * ZMTP frames: a flags octet, a size of one or eight octets, a body.
 *
 *     +-------+----------------+-----------//-----------+
 *     | flags | size (1 or 8)  | body (size octets)     |
 *     +-------+----------------+-----------//-----------+
 *
 * Source: ZMTP 3.1 (37/ZMTP), "Framing"; ZMTP 2.0 (15/ZMTP) frames are the same without commands.
 */
import type { ByteReader } from "./byte_reader.ts";
import { ProtocolViolation } from "./violation.ts";

export interface Frame {
  readonly command: boolean;
  readonly more: boolean;
  readonly body: Uint8Array;
}

/** A message as ZeroMQ knows it: one or more bodies, sent and delivered together. */
export type Multipart = readonly Uint8Array[];

const more = 1 << 0;
const long = 1 << 1;
const command = 1 << 2;
const reserved = 0xf8;

/** Bodies up to this size are copied beside their header, so that one write carries several. */
const joinBelow = 8 * 2 ** 10;

/** What stands before a body, whose `size` it tells; `octets` counts itself. */
interface Head {
  readonly flags: number;
  readonly octets: 2 | 9;
  readonly size: number;
}

/** How long a body may be. */
interface Bounds {
  mostBytes(isCommand: boolean): number;
}

/** The next frame; throws `ProtocolViolation` where flags or size break the rules. */
export async function readFrame(bytes: ByteReader, bounds: Bounds): Promise<Frame> {
  for (;;) {
    const head = headHere(bytes, bounds);
    if (head) {
      bytes.skip(head.octets);
      return framed(head, await bytes.exactly(head.size));
    }
    await bytes.more();
  }
}

/** The next frame if all of it has arrived: nothing need be waited for. Throws as `readFrame`. */
export function frameHere(bytes: ByteReader, bounds: Bounds): Frame | undefined {
  const head = headHere(bytes, bounds);
  if (!head || bytes.held < head.octets + head.size) return undefined;
  bytes.skip(head.octets);
  return framed(head, bytes.take(head.size));
}

function framed({ flags }: Head, body: Uint8Array): Frame {
  return { command: (flags & command) !== 0, more: (flags & more) !== 0, body };
}

function headHere(bytes: ByteReader, { mostBytes }: Bounds): Head | undefined {
  if (bytes.held === 0) return undefined;
  const flags = bytes.ahead(0);
  checkFlags(flags);
  const octets = flags & long ? 9 : 2;
  if (bytes.held < octets) return undefined;
  const size = octets === 2 ? bytes.ahead(1) : longSize(bytes);
  checkSize(size, mostBytes((flags & command) !== 0));
  return { flags, octets, size };
}

/** Eight octets, the highest first; beyond 2^53 some other number beyond that. */
function longSize(bytes: ByteReader): number {
  let size = 0;
  for (let at = 1; at < 9; at++) size = size * 256 + bytes.ahead(at);
  return size;
}

function checkFlags(flags: number): void {
  if (flags & reserved) {
    throw new ProtocolViolation(`Cannot read frame: reserved bits are set in flags ${flags}`);
  }
  if (flags & command && flags & more) {
    throw new ProtocolViolation("Cannot read frame: a command claims that more frames follow");
  }
}

function checkSize(size: number, most: number): void {
  if (size <= most) return;
  throw new ProtocolViolation(`Cannot read frame: ${size} bytes are more than the ${most} left`);
}

/** A command frame ready for the wire. */
export function encodeCommandFrame(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headerSize(body) + body.length);
  bytes.set(body, putHeader(bytes, 0, command, body));
  return bytes;
}

/** A message ready for the wire: its bytes in order, in as few pieces as copying is cheap for. */
export function encodeMessage(parts: Multipart): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < parts.length;) {
    const long = parts.findIndex((body, index) => index >= from && body.length > joinBelow);
    const to = long < 0 ? parts.length : long + 1;
    pieces.push(joinedFrames(parts, from, to));
    if (long >= 0) pieces.push(parts[long]!);
    from = to;
  }
  return pieces;
}

/** Frames of a stretch of parts; of the last, if it is long, the header alone. */
function joinedFrames(parts: Multipart, from: number, to: number): Uint8Array {
  const stretch = parts.slice(from, to);
  const carried = (body: Uint8Array) => body.length > joinBelow ? 0 : body.length;
  const size = stretch.reduce((sum, body) => sum + headerSize(body) + carried(body), 0);
  const bytes = new Uint8Array(size);
  let at = 0;
  stretch.forEach((body, index) => {
    at = putHeader(bytes, at, from + index < parts.length - 1 ? more : 0, body);
    if (carried(body) > 0) bytes.set(body, at);
    at += carried(body);
  });
  return bytes;
}

function headerSize({ length }: Uint8Array): number {
  return length < 256 ? 2 : 9;
}

/** Yields where the body goes. */
function putHeader(into: Uint8Array, at: number, flags: number, body: Uint8Array): number {
  const size = headerSize(body);
  into[at] = size === 2 ? flags : flags | long;
  if (size === 2) into[at + 1] = body.length;
  else new DataView(into.buffer).setBigUint64(at + 1, BigInt(body.length));
  return at + size;
}

/** One array holding all of `pieces` in order. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
