import { ByteReader } from "./byte_reader.ts";
import { type Command, commandBody, decodeCommand } from "./command.ts";
import { closeQuietly, type Connection } from "./endpoint.ts";
import {
  encodeCommandFrame,
  encodeMessage,
  type Frame,
  frameHere,
  type Multipart,
  readFrame,
} from "./frame.ts";
import { handshake, type Introduction, type Self } from "./handshake.ts";
import type { Limits } from "./limits.ts";
import { Outbox } from "./outbox.ts";
import { ProtocolViolation } from "./violation.ts";

/** What arrives from a peer once it is introduced. PING is answered before anyone sees it. */
export type Received =
  | { readonly kind: "message"; readonly frames: Multipart }
  | Extract<Command, { kind: "subscribe" | "cancel" }>;

let met = 0;

/** One connection, from its greeting to its end. */
export class Peer {
  /** Its number in the order in which connections were accepted; greetings end in any order. */
  readonly arrival: number;
  readonly introduction: Introduction;
  /** Why the connection ended, where we ended it. */
  ended: string | undefined;
  readonly #connection: Connection;
  readonly #bytes: ByteReader;
  readonly #outbox: Outbox;
  readonly #limits: Limits;
  #closed = false;

  private constructor(
    connection: Connection,
    { arrival, bytes, introduction, limits }: {
      arrival: number;
      bytes: ByteReader;
      introduction: Introduction;
      limits: Limits;
    },
  ) {
    this.arrival = arrival;
    this.introduction = introduction;
    this.#connection = connection;
    this.#bytes = bytes;
    this.#limits = limits;
    this.#outbox = new Outbox((piece) => connection.write(piece), {
      limits,
      giveUp: (because) => this.close(because),
    });
  }

  /** Shakes hands on a new connection; closes it and throws where that fails or takes too long. */
  static async meet(connection: Connection, self: Self, limits: Limits): Promise<Peer> {
    const arrival = ++met;
    if ("setNoDelay" in connection) connection.setNoDelay(true);
    const deadline = setTimeout(() => closeQuietly(connection), limits.handshakeMs);
    try {
      const bytes = new ByteReader((into) => connection.read(into));
      const write = (piece: Uint8Array) => writeWhole(connection, piece);
      const introduction = await handshake({ bytes, write }, self, limits);
      return new Peer(connection, { arrival, bytes, introduction, limits });
    } catch (error) {
      closeQuietly(connection);
      throw error;
    } finally {
      clearTimeout(deadline);
    }
  }

  /**
   * Queues a message; a promise asks the sender to wait for this peer. `plain` are the bytes of a
   * message to many, encoded once for all whose frames are not sealed.
   */
  send(message: Multipart, plain?: readonly Uint8Array[]): Promise<void> | undefined {
    if (!this.introduction.cipher) return this.#outbox.push(plain ?? encodeMessage(message));
    const last = message.length - 1;
    return this.#outbox.push(
      message.flatMap((body, at) => this.#sealed({ command: false, more: at < last, body })),
    );
  }

  #sendCommand(body: Uint8Array): void {
    const frame = { command: true, more: false, body };
    const sealed = this.introduction.cipher && this.#sealed(frame);
    void this.#outbox.push(sealed ?? [encodeCommandFrame(body)]);
  }

  #sealed(frame: Frame): Uint8Array[] {
    return encodeMessage([this.introduction.cipher!.seal(frame)]);
  }

  flushed(): Promise<void> {
    return this.#outbox.flushed();
  }

  /** What the peer sends, until it or we close. Throws `ProtocolViolation`, and `EndOfStream`. */
  async *received(): AsyncGenerator<Received, void> {
    try {
      yield* this.#traffic();
    } catch (error) {
      if (!this.#closed) throw error;
    }
  }

  async *#traffic(): AsyncGenerator<Received, void> {
    let frames: Uint8Array[] = [];
    let size = 0;
    const { messageBytes, messageFrames, commandBytes } = this.#limits;
    const bounds = {
      mostBytes: (command: boolean) => command ? commandBytes : messageBytes - size,
    };
    const { cipher } = this.introduction;
    while (!this.#closed) {
      const outer = frameHere(this.#bytes, bounds) ?? await readFrame(this.#bytes, bounds);
      const frame = cipher ? cipher.open(outer.body) : outer;
      if (frame.command) {
        const command = this.#obey(decodeCommand(frame.body));
        if (command) yield command;
        continue;
      }
      frames.push(frame.body);
      size += frame.body.length;
      if (frame.more && frames.length < messageFrames) continue;
      if (frame.more) throw tooManyFrames(messageFrames);
      yield { kind: "message", frames };
      frames = [];
      size = 0;
    }
  }

  /** Commands may stand between any two frames, even of one message: libzmq's PING does. */
  #obey(command: Command): Extract<Received, { kind: "subscribe" | "cancel" }> | undefined {
    switch (command.kind) {
      case "ping":
        this.#sendCommand(commandBody("PONG", command.context));
        return undefined;
      case "subscribe":
      case "cancel":
        return command;
      case "error":
        throw new ProtocolViolation(`Cannot go on: the peer reports ${command.reason}`);
      case "ready":
      case "pong":
      case "unknown":
        return undefined;
    }
    command satisfies never;
  }

  close(because?: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.ended = because;
    this.#outbox.close();
    closeQuietly(this.#connection);
  }
}

function tooManyFrames(most: number): ProtocolViolation {
  return new ProtocolViolation(`Cannot read message: it has more than ${most} frames`);
}

async function writeWhole(connection: Connection, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}
