import {
  type ChannelName,
  channelNames,
  type ConnectionInfo,
  endpointOf,
} from "../jupyter/connection_file.ts";
import { bind, type Listener } from "../zmtp/endpoint.ts";
import type { Mechanism } from "../zmtp/mechanism.ts";
import { Replier } from "../zmtp/rep.ts";
import { Router } from "../zmtp/router.ts";
import { Publisher } from "../zmtp/xpub.ts";

/** The five sockets of a kernel. The heartbeat needs no attention: it echoes by itself. */
export interface Channels {
  readonly shell: Router;
  readonly control: Router;
  readonly stdin: Router;
  readonly iopub: Publisher;
  /** Where they are bound: port 0 has become the one that was free. */
  readonly ports: Readonly<Record<ChannelName, number>>;
  close(): void;
  /** Settles once what was sent so far has been handed to the operating system. */
  flushed(): Promise<void>;
}

/** Binds all five addresses, or none: throws `BindError`. `mechanism` secures all five. */
export function openChannels(info: ConnectionInfo, mechanism?: Mechanism): Channels {
  const listeners = bindAll(info);
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

function bindAll(info: ConnectionInfo): Record<ChannelName, Listener> {
  const bound: [string, Listener][] = [];
  try {
    for (const name of channelNames) {
      bound.push([name, bind(endpointOf({ ...info, port: info.ports[name] }))]);
    }
  } catch (error) {
    for (const [, listener] of bound) listener.close();
    throw error;
  }
  return Object.fromEntries(bound) as Record<ChannelName, Listener>;
}

function boundPorts(
  { ports }: ConnectionInfo,
  listeners: Record<ChannelName, Listener>,
): Record<ChannelName, number> {
  const portOf = (name: ChannelName) => {
    const { addr } = listeners[name];
    return addr.transport === "tcp" ? addr.port : ports[name];
  };
  return Object.fromEntries(
    channelNames.map((name) => [name, portOf(name)]),
  ) as Record<ChannelName, number>;
}
