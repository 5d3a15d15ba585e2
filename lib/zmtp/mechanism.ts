import type { ByteReader } from "./byte_reader.ts";
import {
  decodeCommand,
  encodeReady,
  type Properties,
  readProperties,
  type ReceivedProperties,
} from "./command.ts";
import { type Frame, readFrame } from "./frame.ts";
import { ProtocolViolation } from "./violation.ts";

/** One connection's bytes, both ways. */
export interface Wire {
  readonly bytes: ByteReader;
  write(bytes: Uint8Array): Promise<void>;
}

/** What a connection is agreed to be once hands are shaken. */
export interface Agreement {
  readonly theirs: ReceivedProperties;
  /** Present: every frame from now on is sealed by us and opened by the peer, and the reverse. */
  readonly cipher?: Cipher;
}

export interface Cipher {
  /** The body of the one message frame that carries `frame`. */
  seal(frame: Frame): Uint8Array;
  /** Throws `ProtocolViolation` for what the peer did not seal, or sealed before. */
  open(body: Uint8Array): Frame;
}

/**
 * A security mechanism: what happens between the greetings and the traffic.
 *
 * Source: ZMTP 3.1 (37/ZMTP), "Authentication and Confidentiality".
 */
export interface Mechanism {
  /** As the greeting names it. */
  readonly name: string;
  /** Whether the greeting claims the server's role. */
  readonly server: boolean;
  shakeHands(wire: Wire, ours: Properties, most: { readonly bytes: number }): Promise<Agreement>;
}

/**
 * No authentication, no confidentiality: both ends say READY.
 *
 * Source: ZMTP 3.1 (37/ZMTP), "The NULL Security Mechanism".
 */
export const nullMechanism: Mechanism = {
  name: "NULL",
  server: false,
  async shakeHands(wire, ours, most) {
    await wire.write(encodeReady(ours));
    const command = decodeCommand(await readCommand(wire.bytes, most));
    if (command.kind === "ready") return { theirs: readProperties(command.properties) };
    throw new ProtocolViolation(`Cannot shake hands: ${command.kind}, not READY`);
  },
};

/** The body of the next frame, which must be a command. */
export async function readCommand(
  bytes: ByteReader,
  most: { readonly bytes: number },
): Promise<Uint8Array> {
  const frame = await readFrame(bytes, { mostBytes: () => most.bytes });
  if (frame.command) return frame.body;
  throw new ProtocolViolation("Cannot shake hands: a message came before hands were shaken");
}
