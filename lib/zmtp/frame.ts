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

/** The next frame; throws `ProtocolViolation` where flags or size break the rules. */
export async function readFrame(
  bytes: ByteReader,
  { mostBytes }: { mostBytes(isCommand: boolean): number },
): Promise<Frame> {
  const flags = await bytes.byte();
  checkFlags(flags);
  const isCommand = (flags & command) !== 0;
  const size = flags & long ? readLong(await bytes.exactly(8)) : await bytes.byte();
  checkSize(size, mostBytes(isCommand));
  const body = await bytes.exactly(size);
  return { command: isCommand, more: (flags & more) !== 0, body };
}

function checkFlags(flags: number): void {
  if (flags & reserved) {
    throw new ProtocolViolation(`Cannot read frame: reserved bits are set in flags ${flags}`);
  }
  if (flags & command && flags & more) {
    throw new ProtocolViolation("Cannot read frame: a command claims that more frames follow");
  }
}

function readLong(octets: Uint8Array): number {
  return Number(new DataView(octets.buffer, octets.byteOffset).getBigUint64(0));
}

function checkSize(size: number, most: number): void {
  if (size <= most) return;
  throw new ProtocolViolation(`Cannot read frame: ${size} bytes are more than the ${most} left`);
}

/** A command frame ready for the wire. */
export function encodeCommandFrame(body: Uint8Array): Uint8Array {
  return joined([header(command, body.length), body]);
}

/** A message ready for the wire: its bytes in order, in as few pieces as copying is cheap for. */
export function encodeMessage(parts: Multipart): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  parts.forEach((body, index) => {
    small.push(header(index < parts.length - 1 ? more : 0, body.length));
    if (body.length <= joinBelow) return small.push(body);
    pieces.push(joined(small), body);
    return small = [];
  });
  if (small.length > 0) pieces.push(joined(small));
  return pieces;
}

function header(flags: number, size: number): Uint8Array {
  if (size < 256) return Uint8Array.of(flags, size);
  const octets = new Uint8Array(9);
  octets[0] = flags | long;
  new DataView(octets.buffer).setBigUint64(1, BigInt(size));
  return octets;
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
