/**
 * The client's half of a WebSocket to a server on this machine. Deno's own hands a message of more
 * than about 900 bytes over in two writes, and TCP holds the second back until the first has been
 * acknowledged, which takes 40 ms. Here a message is one write, and TCP holds nothing back.
 *
 * ```text
 *  0               1               2               3
 * ┌─┬─────┬───────┬─┬─────────────┬───────────────────────────────┐
 * │F│ rsv │opcode │M│ length 7    │ length 16 or 64, as 126, 127  │
 * ├─┴─────┴───────┴─┴─────────────┴───────────────────────────────┤
 * │ masking key, from the client only          │ payload          │
 * └────────────────────────────────────────────┴──────────────────┘
 * ```
 *
 * Source: RFC 6455, sections 4.1, 5.2 to 5.5.
 *
 * @module
 */
import { ByteReader } from "../zmtp/byte_reader.ts";

export interface WebSocketListener {
  /** A whole text message. */
  message(text: string): void;
  /** Nothing more comes, and nothing more can be sent. */
  closed(): void;
}

const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const utf8 = new TextEncoder();
const FINAL = 0x80;
const MASKED = 0x80;

export class WebSocketClient {
  readonly #connection: Deno.TcpConn;
  readonly #unsent: Uint8Array[] = [];
  readonly #reader: ByteReader;
  readonly #listener: WebSocketListener;
  #open = true;

  private constructor(connection: Deno.TcpConn, listener: WebSocketListener) {
    this.#connection = connection;
    this.#reader = new ByteReader((into) => connection.read(into));
    this.#listener = listener;
  }

  /** Rejects when nobody listens there or the answer is no switch to WebSocket. */
  static async connect(url: string, listener: WebSocketListener): Promise<WebSocketClient> {
    const { hostname, port, pathname, host } = new URL(url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    connection.setNoDelay(true);
    const socket = new WebSocketClient(connection, listener);
    try {
      await socket.#shakeHands(host, pathname);
    } catch (error) {
      socket.close();
      throw error;
    }
    void socket.#receive();
    return socket;
  }

  get open(): boolean {
    return this.#open;
  }

  send(text: string): void {
    this.#write(opcodes.text, utf8.encode(text));
  }

  /** Sends the least there is, which takes along the receipt of what has come so far. */
  acknowledge(): void {
    this.#write(opcodes.pong, new Uint8Array());
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      this.#connection.close();
    } catch {
      // The far end was first.
    }
    this.#listener.closed();
  }

  async #shakeHands(host: string, path: string): Promise<void> {
    const key = crypto.getRandomValues(new Uint8Array(16)).toBase64();
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: ${host}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${key}`,
      "Sec-WebSocket-Version: 13",
    ];
    this.#queue(utf8.encode(`${lines.join("\r\n")}\r\n\r\n`));
    const head = await this.#head();
    const accept = /^sec-websocket-accept: *(\S+)/im.exec(head)?.[1];
    if (/^HTTP\/1\.1 101 /.test(head) && accept === await acceptOf(key)) return;
    throw new Error(`Cannot open a WebSocket at ${host}: ${head.split("\r\n")[0]}`);
  }

  async #head(): Promise<string> {
    let head = "";
    while (!head.endsWith("\r\n\r\n")) head += String.fromCharCode(await this.#reader.byte());
    return head;
  }

  async #receive(): Promise<void> {
    const parts: Uint8Array[] = [];
    const decoder = new TextDecoder();
    try {
      for (;;) {
        const { final, opcode, payload } = await this.#frame();
        if (opcode === opcodes.ping) this.#write(opcodes.pong, payload);
        else if (opcode === opcodes.close) break;
        else if (opcode !== opcodes.pong) {
          parts.push(payload);
          if (final) this.#listener.message(decoder.decode(joined(parts.splice(0))));
        }
      }
    } catch {
      // A stream that breaks has ended too.
    }
    this.close();
  }

  async #frame() {
    const [first, second] = await this.#reader.exactly(2) as unknown as [number, number];
    const short = second & ~MASKED;
    const length = short === 126
      ? await this.#number(2)
      : short === 127
      ? await this.#number(8)
      : short;
    const payload = await this.#reader.exactly(length);
    return { final: (first & FINAL) !== 0, opcode: first & 0xf, payload };
  }

  async #number(bytes: 2 | 8): Promise<number> {
    const read = await this.#reader.exactly(bytes);
    return read.reduce((sum, byte) => sum * 256 + byte, 0);
  }

  #write(opcode: number, payload: Uint8Array): void {
    if (this.#open) this.#queue(clientFrame(opcode, payload));
  }

  #queue(bytes: Uint8Array): void {
    this.#unsent.push(bytes);
    if (this.#unsent.length === 1) this.#drain().catch(() => this.close());
  }

  async #drain(): Promise<void> {
    for (let bytes = this.#unsent[0]; bytes; bytes = this.#unsent[0]) {
      for (let at = 0; at < bytes.length;) {
        at += await this.#connection.write(bytes.subarray(at));
      }
      this.#unsent.shift();
    }
  }
}

/** One final frame, masked as a client's must be. */
function clientFrame(opcode: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = payload;
  const lengthBytes = length < 126 ? 0 : length < 0x1_0000 ? 2 : 8;
  const start = 2 + lengthBytes + 4;
  const frame = new Uint8Array(start + length);
  const view = new DataView(frame.buffer);
  frame[0] = FINAL | opcode;
  frame[1] = MASKED | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) view.setUint16(2, length);
  if (lengthBytes === 8) view.setBigUint64(2, BigInt(length));
  const key = crypto.getRandomValues(frame.subarray(start - 4, start));
  for (let at = 0; at < length; at++) frame[start + at] = payload[at]! ^ key[at & 3]!;
  return frame;
}

/** What a server makes of a client's key to show that it speaks WebSocket. */
async function acceptOf(key: string): Promise<string> {
  const text = utf8.encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  return new Uint8Array(await crypto.subtle.digest("SHA-1", text)).toBase64();
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
