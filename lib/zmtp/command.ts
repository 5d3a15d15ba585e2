/**
 * ZMTP commands: a name, then data whose layout the name decides.
 *
 * Source: ZMTP 3.1 (37/ZMTP), "The NULL Security Mechanism", "The Publish-Subscribe Pattern",
 * "Connection Heartbeating".
 */
import { encodeCommandFrame, joined } from "./frame.ts";
import { ProtocolViolation } from "./violation.ts";

/** What we say of ourselves, by name. */
export type Properties = Readonly<Record<string, Uint8Array>>;
/** What a peer says of itself, by name in lower case: case does not count. */
export type ReceivedProperties = ReadonlyMap<string, Uint8Array>;

export type Command =
  /** Its properties are read by `readProperties`. */
  | { readonly kind: "ready"; readonly properties: Uint8Array }
  | { readonly kind: "error"; readonly reason: string }
  | { readonly kind: "ping"; readonly ttl: number; readonly context: Uint8Array }
  | { readonly kind: "pong"; readonly context: Uint8Array }
  | { readonly kind: "subscribe" | "cancel"; readonly topic: Uint8Array }
  | { readonly kind: "unknown"; readonly name: string };

const utf8 = new TextEncoder();
const latin1 = new TextDecoder("latin1");

/** What the body of a command frame says; names nobody defined are `unknown`. */
export function decodeCommand(body: Uint8Array): Command {
  const name = latin1.decode(sized(body, 0, 1));
  const data = body.subarray(1 + name.length);
  const read = Object.hasOwn(readers, name) && readers[name];
  return read ? read(data) : { kind: "unknown", name };
}

const readers: Readonly<Record<string, (data: Uint8Array) => Command>> = {
  READY: (data) => ({ kind: "ready", properties: data }),
  ERROR: (data) => ({ kind: "error", reason: latin1.decode(sized(data, 0, 1)) }),
  PING: (data) => ({ kind: "ping", ttl: number(data, 0, 2), context: data.slice(2) }),
  PONG: (data) => ({ kind: "pong", context: data }),
  SUBSCRIBE: (data) => ({ kind: "subscribe", topic: data }),
  CANCEL: (data) => ({ kind: "cancel", topic: data }),
};

export function readProperties(data: Uint8Array): ReceivedProperties {
  const properties = new Map<string, Uint8Array>();
  for (let at = 0; at < data.length;) {
    const name = sized(data, at, 1);
    const value = sized(data, at + 1 + name.length, 4);
    properties.set(latin1.decode(name).toLowerCase(), value);
    at += 1 + name.length + 4 + value.length;
  }
  return properties;
}

/** The octets behind a size field of `sizeOctets` at `at`. */
function sized(data: Uint8Array, at: number, sizeOctets: 1 | 4): Uint8Array {
  const start = at + sizeOctets;
  const end = start + number(data, at, sizeOctets);
  if (end > data.length) {
    throw new ProtocolViolation(`Cannot read command: it ends before octet ${end}`);
  }
  return data.subarray(start, end);
}

function number(data: Uint8Array, at: number, octets: 1 | 2 | 4): number {
  if (at + octets > data.length) {
    throw new ProtocolViolation(`Cannot read command: it ends before octet ${at + octets}`);
  }
  return data.subarray(at, at + octets).reduce((sum, octet) => sum * 256 + octet, 0);
}

export function encodeProperties(properties: Properties): Uint8Array {
  const pairs = Object.entries(properties).flatMap(([name, value]) => [
    Uint8Array.of(name.length),
    utf8.encode(name),
    uint32(value.length),
    value,
  ]);
  return joined([...pairs, new Uint8Array()]);
}

/** READY with its properties, as a frame. */
export function encodeReady(properties: Properties): Uint8Array {
  return encodeCommandFrame(commandBody("READY", encodeProperties(properties)));
}

/** ERROR with a reason for the peer's log, as a frame. */
export function encodeError(reason: string): Uint8Array {
  const text = utf8.encode(reason);
  return encodeCommandFrame(commandBody("ERROR", Uint8Array.of(text.length), text));
}

/** The body of a command's frame. */
export function commandBody(name: string, ...data: readonly Uint8Array[]): Uint8Array {
  return joined([Uint8Array.of(name.length), utf8.encode(name), ...data]);
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
