/**
 * Signatures: hex HMAC-SHA256 over header, parent header, metadata and content as they travel.
 * Buffers are not covered. An empty key switches signing off on both ends.
 *
 * Node's `createHmac` makes two streams for each signature: 120 µs each in a process that has just
 * started, of which a cell needs six. What is short is hashed in one call, in 15.
 *
 * Source: Jupyter messaging 5.5, "The Wire Protocol"; RFC 2104, section 2.
 */
import { createHash, hash, timingSafeEqual } from "node:crypto";
import { joined } from "../zmtp/frame.ts";

export class Signer {
  readonly active: boolean;
  readonly #inner: Uint8Array;
  readonly #outer: Uint8Array;

  constructor(key: string) {
    this.active = key !== "";
    const block = keyBlock(encoder.encode(key));
    this.#inner = block.map((octet) => octet ^ 0x36);
    this.#outer = block.map((octet) => octet ^ 0x5c);
  }

  sign(parts: readonly Uint8Array[]): Uint8Array {
    if (!this.active) return new Uint8Array();
    const inner = sha256([this.#inner, ...parts]);
    return encoder.encode(sha256([this.#outer, inner]).toHex());
  }

  /** Takes the same time however much of a wrong signature is right. */
  verify(signature: Uint8Array, parts: readonly Uint8Array[]): boolean {
    if (!this.active) return true;
    const expected = this.sign(parts);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  }
}

const encoder = new TextEncoder();

/** The key as the hash's block: filled up with zeros, hashed first where it is longer. */
function keyBlock(key: Uint8Array): Uint8Array {
  const block = new Uint8Array(64);
  block.set(key.length > block.length ? sha256([key]) : key);
  return block;
}

/** Bytes from which on copying costs more than what it saves. */
const longBytes = 64 * 2 ** 10;

function sha256(pieces: readonly Uint8Array[]): Uint8Array {
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  if (size < longBytes) return hash("sha256", joined(pieces), "buffer");
  const long = createHash("sha256");
  for (const piece of pieces) long.update(piece);
  return long.digest();
}
