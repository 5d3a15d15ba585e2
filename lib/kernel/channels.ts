import { type ChannelName, channelNames, type ConnectionInfo } from "../jupyter/connection_file.ts";
import type { Multipart } from "../zmtp/frame.ts";
import type { Mechanism } from "../zmtp/mechanism.ts";
import { Replier } from "../zmtp/rep.ts";
import { Router } from "../zmtp/router.ts";
import { Publisher } from "../zmtp/xpub.ts";
import { bindAll, type Listeners } from "./listeners.ts";

/** A ROUTER: yields what clients send, each message led by the identity of its sender. */
export interface RouterSocket extends AsyncIterable<Multipart> {
  /** Whether a client of this identity is connected. */
  has(identity: Uint8Array): boolean;
  /**
   * Sends to the client that the first frame names; to one that left nothing is sent. A promise
   * asks the sender to wait for a client that reads slowly.
   */
  send(frames: Multipart): Promise<void> | undefined;
}

/** An XPUB: yields the topic of every subscription it receives, repeated ones too. */
export interface XpubSocket extends AsyncIterable<Uint8Array> {
  /**
   * Sends to all with a topic that the first frame starts with. A promise asks the sender to wait
   * for subscribers that lag.
   */
  publish(message: Multipart): Promise<unknown> | undefined;
}

/** The five sockets of a kernel. The heartbeat needs no attention: it echoes by itself. */
export interface Channels {
  /** Requests to run, complete, inspect and the like, answered one after another. */
  readonly shell: RouterSocket;
  /** Requests that must not wait for cells: interrupt, shutdown, debug. */
  readonly control: RouterSocket;
  /** Answers to questions that cells ask. */
  readonly stdin: RouterSocket;
  /** What cells put out, to every client. */
  readonly iopub: XpubSocket;
  /** Where they are bound: port 0 has become the one that was free. */
  readonly ports: Readonly<Record<ChannelName, number>>;
  /** Drops all clients and gives the addresses back. */
  close(): void;
  /** Settles once what was sent so far has been handed to the operating system. */
  flushed(): Promise<void>;
}

/**
 * Serves all five addresses, bound here unless they are already: throws `BindError`. CURVE keys in
 * `info` secure all five.
 */
export async function openChannels(
  info: ConnectionInfo,
  listeners: Listeners = bindAll(info),
): Promise<Channels> {
  const mechanism = await mechanismOf(info);
  const shell = new Router(listeners.shell, { mechanism });
  const control = new Router(listeners.control, { mechanism });
  const stdin = new Router(listeners.stdin, { mechanism });
  const iopub = new Publisher(listeners.iopub, { mechanism });
  const heartbeat = new Replier(listeners.hb, (request) => request, { mechanism });
  const sockets = [shell, control, stdin, iopub];
  return {
    shell,
    control,
    stdin,
    iopub,
    ports: boundPorts(info, listeners),
    close: () => [...sockets, heartbeat].forEach((socket) => socket.close()),
    flushed: async () => void await Promise.all(sockets.map((socket) => socket.flushed())),
  };
}

/** Encryption is loaded only where Jupyter asks for it. */
async function mechanismOf({ curve }: ConnectionInfo): Promise<Mechanism | undefined> {
  if (!curve) return undefined;
  const { curveMechanism } = await import("../zmtp/curve.ts");
  return curveMechanism(curve);
}

function boundPorts(
  { ports }: ConnectionInfo,
  listeners: Listeners,
): Record<ChannelName, number> {
  const portOf = (name: ChannelName) => {
    const { addr } = listeners[name];
    return addr.transport === "tcp" ? addr.port : ports[name];
  };
  return Object.fromEntries(
    channelNames.map((name) => [name, portOf(name)]),
  ) as Record<ChannelName, number>;
}
