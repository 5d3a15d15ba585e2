import {
  type ChannelName,
  channelNames,
  type ConnectionInfo,
  endpointOf,
} from "../jupyter/connection_file.ts";
import { bind, type Listener, unbind } from "../zmtp/endpoint.ts";

/** What the five sockets of a kernel listen on. */
export type Listeners = Readonly<Record<ChannelName, Listener>>;

/** Binds all five addresses, or none: throws `BindError`. Port 0 takes any free one. */
export function bindAll(info: ConnectionInfo): Listeners {
  const bound: [string, Listener][] = [];
  try {
    for (const name of channelNames) {
      bound.push([name, bind(endpointOf({ ...info, port: info.ports[name] }))]);
    }
  } catch (error) {
    for (const [, listener] of bound) unbind(listener);
    throw error;
  }
  return Object.fromEntries(bound) as Listeners;
}
