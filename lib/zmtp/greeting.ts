/**
 * The greeting both ends send first, and which version they speak after it.
 *
 *     0        1             9      10      11      12          32          33       64
 *     +--------+-------------+------+-------+-------+-----------+-----------+---------+
 *     | FF     | padding (8) | 7F   | major | minor | mechanism | as-server | zeros   |
 *     +--------+-------------+------+-------+-------+-----------+-----------+---------+
 *
 * Source: ZMTP 3.1 (37/ZMTP), "Formal Grammar", "Version Negotiation"; ZMTP 2.0 (15/ZMTP) for
 * peers that send a lower major version.
 */
import type { ByteReader } from "./byte_reader.ts";
import { joined } from "./frame.ts";
import { ProtocolViolation } from "./violation.ts";

export type Dialect =
  /** Mechanism, READY and commands follow. */
  | { readonly kind: "zmtp3"; readonly minor: number }
  /** Socket type and identity follow, no commands ever. */
  | { readonly kind: "zmtp2" };

const signatureOctets = 10;
const majorAt = 10;
const fillerOctets = 31;
const mechanismOctets = 20;

/** Signature and major version: enough for an older peer to notice us and answer. */
export const opening = Uint8Array.of(0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3);

/** The octets after `opening`, for a peer of version 3: minor, mechanism, our role. */
export function closing({ name, server }: { name: string; server: boolean }): Uint8Array {
  return joined([
    Uint8Array.of(1),
    padded(name, mechanismOctets),
    Uint8Array.of(server ? 1 : 0),
    new Uint8Array(fillerOctets),
  ]);
}

function padded(text: string, octets: number): Uint8Array {
  const field = new Uint8Array(octets);
  field.set(new TextEncoder().encode(text));
  return field;
}

/** Which dialect the peer's first octets announce. ZMTP 1.0 and other protocols are refused. */
export async function readOpening(bytes: ByteReader): Promise<"zmtp2" | "zmtp3"> {
  const first = await bytes.byte();
  if (first !== 0xff) throw refusal(`it starts with octet ${first}, not 255`);
  const rest = await bytes.exactly(signatureOctets - 1);
  if (!(rest[signatureOctets - 2]! & 1)) throw refusal("its signature does not end in 127");
  const major = await bytes.byte();
  if (major === 0) throw refusal("version 1.0 is too old");
  return major < 3 ? "zmtp2" : "zmtp3";
}

/** The rest of a version 3 greeting; a mechanism other than ours is refused. */
export async function readClosing(bytes: ByteReader, ours: { name: string }): Promise<Dialect> {
  const rest = await bytes.exactly(64 - majorAt - 1);
  const mechanism = new TextDecoder("latin1").decode(rest.subarray(1, 1 + mechanismOctets))
    .replace(/\0+$/, "");
  if (mechanism !== ours.name) {
    throw refusal(`its mechanism is ${JSON.stringify(mechanism)}, not "${ours.name}"`);
  }
  return { kind: "zmtp3", minor: rest[0]! };
}

function refusal(found: string): ProtocolViolation {
  return new ProtocolViolation(`Cannot greet peer: ${found}`);
}
