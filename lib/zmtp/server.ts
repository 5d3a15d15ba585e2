import { closeQuietly, type Connection, type Listener, unbind } from "./endpoint.ts";
import type { Self } from "./handshake.ts";
import type { Limits } from "./limits.ts";
import type { Mechanism } from "./mechanism.ts";
import { Peer, type Received } from "./peer.ts";
import type { SocketType } from "./socket_type.ts";

/** How one socket type treats its peers. */
export interface Role {
  readonly socketType: SocketType;
  joined(peer: Peer): void;
  /** A promise asks to read no further from this peer until it settles. */
  received(peer: Peer, received: Received): Promise<void> | undefined;
  left(peer: Peer): void;
}

export interface SocketOptions {
  readonly limits?: Limits;
  /** How peers must secure their connections; absent: not at all. */
  readonly mechanism?: Mechanism | undefined;
}

/** Accepts peers on a bound address and lets `role` deal with them, each on its own. */
export class Server {
  readonly #listener: Listener;
  readonly #role: Role;
  readonly #self: Self;
  readonly #limits: Limits;
  readonly #peers = new Set<Peer>();
  readonly #strangers = new Set<Connection>();
  #closed = false;

  constructor(
    listener: Listener,
    role: Role,
    { limits, mechanism }: SocketOptions & { readonly limits: Limits },
  ) {
    this.#listener = listener;
    this.#role = role;
    this.#self = { socketType: role.socketType, ...mechanism ? { mechanism } : {} };
    this.#limits = limits;
    void this.#accept();
  }

  get peers(): ReadonlySet<Peer> {
    return this.#peers;
  }

  /** Settles once what was sent so far has been handed to the operating system. */
  async flushed(): Promise<void> {
    await Promise.all([...this.#peers].map((peer) => peer.flushed()));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    unbind(this.#listener);
    for (const peer of this.#peers) peer.close();
    for (const stranger of this.#strangers) closeQuietly(stranger);
  }

  async #accept(): Promise<void> {
    while (!this.#closed) {
      try {
        const connection = await this.#listener.accept();
        void this.#welcome(connection);
      } catch (error) {
        if (this.#closed || error instanceof Deno.errors.BadResource) return;
        if (hasLeft(error)) continue;
        // Out of file descriptors: some are given back in a while.
        await new Promise((later) => setTimeout(later, 50));
      }
    }
  }

  async #welcome(connection: Connection): Promise<void> {
    if (this.#peers.size + this.#strangers.size >= this.#limits.peers) {
      return closeQuietly(connection);
    }
    this.#strangers.add(connection);
    try {
      const peer = await Peer.meet(connection, this.#self, this.#limits);
      this.#strangers.delete(connection);
      await this.#attend(peer);
    } catch {
      // Not a peer of ours, or gone: its connection is closed, and nobody else is concerned.
    } finally {
      this.#strangers.delete(connection);
    }
  }

  async #attend(peer: Peer): Promise<void> {
    if (this.#closed) return peer.close();
    this.#peers.add(peer);
    this.#role.joined(peer);
    try {
      for await (const received of peer.received()) await this.#role.received(peer, received);
    } finally {
      this.#peers.delete(peer);
      peer.close();
      this.#role.left(peer);
    }
  }
}

/** Whether a peer reset its connection before it was accepted; others wait behind it. */
function hasLeft(error: unknown): boolean {
  const { ConnectionAborted, ConnectionReset, NotConnected } = Deno.errors;
  return [ConnectionAborted, ConnectionReset, NotConnected].some((kind) => error instanceof kind);
}
