/**
 * Signatures: hex HMAC-SHA256 over header, parent header, metadata and content as they travel.
 * Buffers are not covered. An empty key switches signing off on both ends.
 *
 * Source: Jupyter messaging 5.5, "The Wire Protocol".
 */
import { createHmac, timingSafeEqual } from "node:crypto";

export class Signer {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  get active(): boolean {
    return this.#key !== "";
  }

  sign(parts: readonly Uint8Array[]): Uint8Array {
    if (!this.active) return new Uint8Array();
    const hmac = createHmac("sha256", this.#key);
    for (const part of parts) hmac.update(part);
    return ascii.encode(hmac.digest("hex"));
  }

  /** Takes the same time however much of a wrong signature is right. */
  verify(signature: Uint8Array, parts: readonly Uint8Array[]): boolean {
    if (!this.active) return true;
    const expected = this.sign(parts);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  }
}

const ascii = new TextEncoder();
