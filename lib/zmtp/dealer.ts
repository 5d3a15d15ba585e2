import { connect, type Endpoint } from "./endpoint.ts";
import { encodeMessage, type Multipart } from "./frame.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { Peer } from "./peer.ts";

/** A DEALER connected to one peer: sends to it and yields what it sends. */
export class Dealer implements AsyncIterable<Multipart> {
  readonly #peer: Peer;

  private constructor(peer: Peer) {
    this.#peer = peer;
  }

  static async connect(endpoint: Endpoint, limits: Limits = defaultLimits): Promise<Dealer> {
    return new Dealer(await Peer.meet(await connect(endpoint), "DEALER", limits));
  }

  send(message: Multipart): Promise<void> | undefined {
    return this.#peer.send(encodeMessage(message));
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
