import type { Listener } from "./endpoint.ts";
import { encodeMessage, type Multipart } from "./frame.ts";
import { Inbox } from "./inbox.ts";
import { defaultLimits } from "./limits.ts";
import type { Peer, Received } from "./peer.ts";
import { type Role, Server, type SocketOptions } from "./server.ts";
import { ProtocolViolation } from "./violation.ts";

const mostTopics = 4096;
const mostTopicBytes = 64 * 2 ** 10;

/**
 * An XPUB: sends each message to the peers one of whose topics its first frame starts with, and
 * yields the topic of every subscription it receives, repeated ones too.
 *
 * Source: ZeroMQ 29/PUBSUB; ZMTP 3.1 (37/ZMTP), "The Publish-Subscribe Pattern"; peers before
 * 3.1 write subscriptions as messages, 1 or 0 before the topic (23/ZMTP).
 */
export class Publisher implements AsyncIterable<Uint8Array> {
  readonly #server: Server;
  readonly #subscriptions = new Inbox<Uint8Array>(Infinity);
  readonly #topics = new Map<Peer, Topics>();

  constructor(listener: Listener, { limits = defaultLimits, mechanism }: SocketOptions = {}) {
    const strict = { ...limits, messageBytes: mostTopicBytes };
    this.#server = new Server(listener, this.#role(), { limits: strict, mechanism });
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#subscriptions[Symbol.asyncIterator]();
  }

  /** A promise asks the publisher to wait for subscribers that lag; nobody loses anything then. */
  publish(message: Multipart): Promise<unknown> | undefined {
    const peers = [...this.#topics].filter(([_, topics]) => topics.match(message[0]!));
    if (peers.length === 0) return undefined;
    const pieces = encodeMessage(message);
    const waits = peers.map(([peer]) => peer.send(message, pieces)).filter((wait) =>
      wait !== undefined
    );
    return waits.length > 0 ? Promise.all(waits) : undefined;
  }

  flushed(): Promise<void> {
    return this.#server.flushed();
  }

  close(): void {
    this.#server.close();
    this.#subscriptions.close();
  }

  #role(): Role {
    return {
      socketType: "XPUB",
      joined: (peer) => this.#topics.set(peer, new Topics()),
      received: (peer, received) => this.#receive(peer, received),
      left: (peer) => this.#topics.delete(peer),
    };
  }

  #receive(peer: Peer, received: Received): undefined {
    const wish = received.kind === "message" ? wishIn(received.frames) : received;
    if (wish?.kind === "cancel") this.#topics.get(peer)?.delete(wish.topic);
    if (wish?.kind === "subscribe") this.#subscribe(peer, wish.topic);
  }

  #subscribe(peer: Peer, topic: Uint8Array): void {
    this.#topics.get(peer)?.add(topic);
    void this.#subscriptions.push(topic, 0);
  }
}

/** The subscription in a message of a peer before ZMTP 3.1; other messages mean nothing to us. */
function wishIn([frame]: Multipart) {
  if (frame?.[0] === 1) return { kind: "subscribe", topic: frame.subarray(1) } as const;
  if (frame?.[0] === 0) return { kind: "cancel", topic: frame.subarray(1) } as const;
  return undefined;
}

/** Topics of one peer. Additive: two subscriptions to a topic need two cancellations. */
class Topics {
  readonly #counts = new Map<string, { readonly topic: Uint8Array; count: number }>();

  add(topic: Uint8Array): void {
    const entry = this.#counts.get(key(topic));
    if (entry) entry.count++;
    else if (this.#counts.size < mostTopics) this.#counts.set(key(topic), { topic, count: 1 });
    else throw new ProtocolViolation(`Cannot subscribe: ${mostTopics} topics are the most`);
  }

  delete(topic: Uint8Array): void {
    const entry = this.#counts.get(key(topic));
    if (entry && --entry.count === 0) this.#counts.delete(key(topic));
  }

  match(subject: Uint8Array): boolean {
    return this.#counts.values().some(({ topic }) => startsWith(subject, topic));
  }
}

function startsWith(subject: Uint8Array, topic: Uint8Array): boolean {
  return topic.length <= subject.length && topic.every((octet, at) => subject[at] === octet);
}

const latin1 = new TextDecoder("latin1");

function key(topic: Uint8Array): string {
  return latin1.decode(topic);
}
