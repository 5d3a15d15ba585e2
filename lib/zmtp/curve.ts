/**
 * CURVE, the server's part: a client proves that it knows our public key, and everything after
 * the greeting is encrypted. Any client key is taken; whom to let in is for the message
 * signatures to decide.
 *
 *     client                                server        (capital: public key, ': of this connection)
 *       HELLO     C', box of zeros (c' → S)   →
 *       ←  WELCOME   box of S', cookie (s → C')
 *       INITIATE  cookie, box of C, vouch, properties (c' → S')   →
 *       ←  READY     box of properties (s' → C')
 *       MESSAGE   box of flags and body (c' → S')   ⇄
 *
 * Source: CurveZMQ (26/CURVEZMQ), "High-level Grammar", "CurveZMQ Commands"; ZMTP-CURVE (25).
 */
import { hsalsa, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { commandBody, encodeProperties, type Properties, readProperties } from "./command.ts";
import { encodeCommandFrame, type Frame, joined } from "./frame.ts";
import {
  type Agreement,
  type Cipher,
  type Mechanism,
  readCommand,
  type Wire,
} from "./mechanism.ts";
import { ProtocolViolation } from "./violation.ts";

/** A key pair of Curve25519, 32 octets each. */
export interface KeyPair {
  /** What clients must know before they connect. */
  readonly publicKey: Uint8Array;
  /** Known to this end alone. */
  readonly secretKey: Uint8Array;
}

/** The mechanism of sockets whose peers must know `server`'s public key. */
export function curveMechanism(server: KeyPair): Mechanism {
  return {
    name: "CURVE",
    server: true,
    shakeHands: (wire, ours, most) => shakeHands({ wire, most }, { server, ours }),
  };
}

interface Line {
  readonly wire: Wire;
  readonly most: { readonly bytes: number };
}

/** Of a real cookie the server would forget all until it returns; a TCP connection remembers. */
const cookieOctets = 96;

async function shakeHands(
  line: Line,
  { server, ours }: { server: KeyPair; ours: Properties },
): Promise<Agreement> {
  const { clientKey, greeter } = await readHello(line, server);
  const connection = await generateKeyPair();
  const cookie = crypto.getRandomValues(new Uint8Array(cookieOctets));
  await line.wire.write(welcome(greeter, joined([connection.publicKey, cookie])));
  const secret = await Box.between(connection.secretKey, clientKey);
  const { nonce, plain } = await readInitiate(line, { secret, cookie });
  await checkVouch(plain, { server, connection, clientKey });
  const ready = number(1n);
  const box = secret.seal(nonceOf("READY---", ready), encodeProperties(ours));
  await line.wire.write(encodeCommandFrame(commandBody("READY", ready, box)));
  return { theirs: readProperties(plain.subarray(128)), cipher: new CurveCipher(secret, nonce) };
}

async function readHello(line: Line, server: KeyPair) {
  const data = await readNamed(line, "HELLO");
  if (data.length !== 194) throw violation("HELLO", `has ${data.length} octets, not 194`);
  if (data[0] !== 1 || data[1] !== 0) throw violation("HELLO", "is not of version 1.0");
  const clientKey = data.slice(74, 106);
  const greeter = await Box.between(server.secretKey, clientKey);
  if (greeter.open(nonceOf("HELLO---", data.subarray(106, 114)), data.subarray(114))) {
    return { clientKey, greeter };
  }
  throw violation("HELLO", "is sealed for another key than ours");
}

function welcome(greeter: Box, plain: Uint8Array): Uint8Array {
  const nonce = crypto.getRandomValues(new Uint8Array(16));
  const box = greeter.seal(joined([utf8.encode("WELCOME-"), nonce]), plain);
  return encodeCommandFrame(commandBody("WELCOME", nonce, box));
}

async function readInitiate(line: Line, { secret, cookie }: { secret: Box; cookie: Uint8Array }) {
  const data = await readNamed(line, "INITIATE");
  if (!equal(data.subarray(0, cookieOctets), cookie)) {
    throw violation("INITIATE", "lacks our cookie");
  }
  const nonce = data.subarray(cookieOctets, cookieOctets + 8);
  const plain = secret.open(nonceOf("INITIATE", nonce), data.subarray(cookieOctets + 8));
  if (plain && plain.length >= 128) return { nonce: readNumber(nonce), plain };
  throw violation("INITIATE", "is not sealed by who said HELLO");
}

/** The client's lasting key vouches for its key of this connection, to this server alone. */
async function checkVouch(
  plain: Uint8Array,
  { server, connection, clientKey }: {
    server: KeyPair;
    connection: KeyPair;
    clientKey: Uint8Array;
  },
): Promise<void> {
  const box = await Box.between(connection.secretKey, plain.slice(0, 32));
  const nonce = joined([utf8.encode("VOUCH---"), plain.subarray(32, 48)]);
  const vouched = box.open(nonce, plain.subarray(48, 128));
  const expected = joined([clientKey, server.publicKey]);
  if (!vouched || !equal(vouched, expected)) throw violation("INITIATE", "holds no valid vouch");
}

const moreFlag = 1;
const commandFlag = 2;

/** Seals what we send and opens what the client sends, each with a number that only grows. */
class CurveCipher implements Cipher {
  readonly #box: Box;
  #sent = 1n;
  #received: bigint;

  constructor(box: Box, received: bigint) {
    this.#box = box;
    this.#received = received;
  }

  seal({ more, command, body }: Frame): Uint8Array {
    const nonce = number(++this.#sent);
    const flags = Uint8Array.of((more ? moreFlag : 0) | (command ? commandFlag : 0));
    const box = this.#box.seal(nonceOf("MESSAGES", nonce), joined([flags, body]));
    return commandBody("MESSAGE", nonce, box);
  }

  open(sealed: Uint8Array): Frame {
    const data = named(sealed, "MESSAGE");
    const nonce = data.subarray(0, 8);
    if (readNumber(nonce) <= this.#received) throw violation("MESSAGE", "comes a second time");
    const plain = this.#box.open(nonceOf("MESSAGEC", nonce), data.subarray(8));
    if (!plain || plain.length === 0) throw violation("MESSAGE", "is not sealed by this client");
    this.#received = readNumber(nonce);
    const flags = plain[0]!;
    const more = (flags & moreFlag) !== 0;
    return { more, command: (flags & commandFlag) !== 0, body: plain.subarray(1) };
  }
}

/** NaCl's box between two keys: what either seals only the other can open. */
class Box {
  readonly #key: Uint8Array;

  private constructor(key: Uint8Array) {
    this.#key = key;
  }

  static async between(secretKey: Uint8Array, publicKey: Uint8Array): Promise<Box> {
    const shared = await x25519(secretKey, publicKey);
    const key = new Uint32Array(8);
    hsalsa(sigma, new Uint32Array(shared), new Uint32Array(4), key);
    return new Box(new Uint8Array(key.buffer));
  }

  seal(nonce: Uint8Array, plain: Uint8Array): Uint8Array {
    return xsalsa20poly1305(this.#key, nonce).encrypt(plain);
  }

  open(nonce: Uint8Array, box: Uint8Array): Uint8Array | undefined {
    try {
      return xsalsa20poly1305(this.#key, nonce).decrypt(box);
    } catch {
      return undefined;
    }
  }
}

const utf8 = new TextEncoder();
/** Salsa20's constant for keys of 32 octets. */
const sigma = new Uint32Array(utf8.encode("expand 32-byte k").buffer);

const curve = { name: "X25519" } as const;

async function generateKeyPair(): Promise<KeyPair> {
  const keys = await crypto.subtle.generateKey(curve, true, ["deriveBits"]) as CryptoKeyPair;
  const [publicKey, secretKey] = await Promise.all([
    crypto.subtle.exportKey("raw", keys.publicKey),
    crypto.subtle.exportKey("pkcs8", keys.privateKey),
  ]);
  const octets = new Uint8Array(secretKey).slice(pkcs8.length);
  return { publicKey: new Uint8Array(publicKey), secretKey: octets };
}

async function x25519(secretKey: Uint8Array, publicKey: Uint8Array): Promise<ArrayBuffer> {
  const wrapped = new Uint8Array(joined([pkcs8, secretKey]));
  const secret = await crypto.subtle.importKey("pkcs8", wrapped, curve, false, ["deriveBits"]);
  const other = await crypto.subtle.importKey("raw", new Uint8Array(publicKey), curve, false, []);
  return await crypto.subtle.deriveBits({ ...curve, public: other }, secret, 256);
}

/** What stands before the 32 octets of an X25519 secret key. Source: RFC 8410, section 7. */
const pkcs8 = Uint8Array.from([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 110, 4, 34, 4, 32]);

async function readNamed({ wire, most }: Line, name: string): Promise<Uint8Array> {
  return named(await readCommand(wire.bytes, most), name);
}

/** What follows the name of a command that must bear it. */
function named(body: Uint8Array, name: string): Uint8Array {
  const head = commandBody(name);
  if (equal(body.subarray(0, head.length), head)) return body.subarray(head.length);
  throw new ProtocolViolation(`Cannot go on: no ${name}, as CURVE expects here`);
}

/** The 24 octets made of a protocol's name, a purpose and a number. */
function nonceOf(purpose: string, number: Uint8Array): Uint8Array {
  return joined([utf8.encode("CurveZMQ"), utf8.encode(purpose), number]);
}

function number(value: bigint): Uint8Array {
  const octets = new Uint8Array(8);
  new DataView(octets.buffer).setBigUint64(0, value);
  return octets;
}

function readNumber(octets: Uint8Array): bigint {
  if (octets.length !== 8) throw new ProtocolViolation("Cannot read nonce: it has not 8 octets");
  return new DataView(octets.buffer, octets.byteOffset).getBigUint64(0);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, at) => octet === b[at]);
}

function violation(command: string, found: string): ProtocolViolation {
  return new ProtocolViolation(`Cannot shake hands: ${command} ${found}`);
}
