import { connect, type Endpoint } from "./endpoint.ts";
import type { Multipart } from "./frame.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { Peer } from "./peer.ts";

/** A DEALER connected to one peer: sends to it and yields what it sends. */
export class Dealer implements AsyncIterable<Multipart> {
  readonly #peer: Peer;

  private constructor(peer: Peer) {
    this.#peer = peer;
  }

  /** Connects under `identity`, or under a name the peer gives. */
  static async connect(
    endpoint: Endpoint,
    { identity, limits = defaultLimits }: { identity?: Uint8Array; limits?: Limits } = {},
  ): Promise<Dealer> {
    const self = { socketType: "DEALER", ...identity ? { identity } : {} } as const;
    return new Dealer(await Peer.meet(await connect(endpoint), self, limits));
  }

  send(message: Multipart): Promise<void> | undefined {
    return this.#peer.send(message);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Multipart, void> {
    for await (const received of this.#peer.received()) {
      if (received.kind === "message") yield received.frames;
    }
  }

  close(): void {
    this.#peer.close();
  }
}
