import type { Multipart } from "./frame.ts";
import { Inbox } from "./inbox.ts";
import type { Listener } from "./endpoint.ts";
import { defaultLimits } from "./limits.ts";
import type { Peer, Received } from "./peer.ts";
import { type Role, Server, type SocketOptions } from "./server.ts";

/**
 * A ROUTER: each message it yields starts with the sender's identity, and each it sends goes to
 * the peer its first frame names.
 *
 * Source: ZeroMQ 28/REQREP, "The ROUTER Socket Type".
 */
export class Router implements AsyncIterable<Multipart> {
  readonly #server: Server;
  readonly #inbox: Inbox<Multipart>;
  readonly #byName = new Map<string, Peer>();
  readonly #names = new Map<Peer, Uint8Array>();
  /** Names we gave; they start anywhere, so that two ROUTERs do not give one name to two peers. */
  #unnamed = crypto.getRandomValues(new Uint32Array(1))[0]!;

  constructor(listener: Listener, { limits = defaultLimits, mechanism }: SocketOptions = {}) {
    this.#inbox = new Inbox(limits.inboxBytes);
    this.#server = new Server(listener, this.#role(), { limits, mechanism });
  }

  [Symbol.asyncIterator](): AsyncIterator<Multipart> {
    return this.#inbox[Symbol.asyncIterator]();
  }

  has(identity: Uint8Array): boolean {
    return this.#byName.has(key(identity));
  }

  /**
   * Sends `frames` to the peer the first of them names; a message to a peer that left is dropped,
   * as ROUTERs do. A promise asks the sender to wait for a peer that reads slowly.
   */
  send([identity, ...frames]: Multipart): Promise<void> | undefined {
    const peer = identity && this.#byName.get(key(identity));
    return peer?.send(frames);
  }

  flushed(): Promise<void> {
    return this.#server.flushed();
  }

  close(): void {
    this.#server.close();
    this.#inbox.close();
  }

  #role(): Role {
    return {
      socketType: "ROUTER",
      joined: (peer) => this.#name(peer),
      received: (peer, received) => this.#receive(peer, received),
      left: (peer) => this.#forget(peer),
    };
  }

  /**
   * A name that is taken passes to the newcomer: a client that lost its connection returns under
   * its old name before we notice that the old connection is dead. Newer is who was accepted later.
   */
  #name(peer: Peer): void {
    const claimed = peer.introduction.identity;
    const identity = claimed.length > 0 ? claimed : this.#nextName();
    this.#names.set(peer, identity);
    const holder = this.#byName.get(key(identity));
    const [older, newer] = !holder || holder.arrival < peer.arrival
      ? [holder, peer]
      : [peer, holder];
    older?.close("its name passed to a newer connection");
    this.#byName.set(key(identity), newer);
  }

  #nextName(): Uint8Array {
    const name = new Uint8Array(5);
    new DataView(name.buffer).setUint32(1, this.#unnamed++ >>> 0);
    return name;
  }

  #receive(peer: Peer, received: Received): Promise<void> | undefined {
    if (received.kind !== "message") return undefined;
    const size = received.frames.reduce((sum, frame) => sum + frame.length, 0);
    return this.#inbox.push([this.#names.get(peer)!, ...received.frames], size);
  }

  #forget(peer: Peer): void {
    const name = key(this.#names.get(peer)!);
    this.#names.delete(peer);
    if (this.#byName.get(name) === peer) this.#byName.delete(name);
  }
}

const latin1 = new TextDecoder("latin1");

function key(identity: Uint8Array): string {
  return latin1.decode(identity);
}
