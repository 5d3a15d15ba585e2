import type { Listener } from "./endpoint.ts";
import type { Multipart } from "./frame.ts";
import { defaultLimits } from "./limits.ts";
import { Server, type SocketOptions } from "./server.ts";

/**
 * A REP that answers every request at once with what `answer` makes of it. The frames up to and
 * with the empty delimiter, by which a REQ finds its way back, are returned unchanged.
 *
 * Source: ZeroMQ 28/REQREP, "The REP Socket Type".
 */
export class Replier {
  readonly #server: Server;

  constructor(
    listener: Listener,
    answer: (request: Multipart) => Multipart,
    { limits = defaultLimits, mechanism }: SocketOptions = {},
  ) {
    this.#server = new Server(listener, {
      socketType: "REP",
      joined() {},
      received(peer, received) {
        if (received.kind !== "message") return undefined;
        const body = 1 + received.frames.findIndex((frame) => frame.length === 0);
        if (body === 0) return undefined;
        const route = received.frames.slice(0, body);
        return peer.send([...route, ...answer(received.frames.slice(body))]);
      },
      left() {},
    }, { limits, mechanism });
  }

  close(): void {
    this.#server.close();
  }
}
