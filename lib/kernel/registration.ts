/**
 * Starting by handshake: the kernel binds where it likes and tells whoever started it, so that no
 * two kernels are ever given one port.
 *
 * Source: Jupyter messaging 5.6, "Kernel startup handshake"; JEP 66.
 */
import { dirname, join } from "node:path";
import {
  channelNames,
  type ConnectionInfo,
  endpointOf,
  formatConnectionFile,
  type RegistrationInfo,
} from "../jupyter/connection_file.ts";
import { Session } from "../jupyter/message.ts";
import { Dealer } from "../zmtp/dealer.ts";
import type { Channels } from "./channels.ts";

/** Nobody took note of where the kernel listens: it ends, for nobody could find it. */
export class RegistrationError extends Error {
  override readonly name = "RegistrationError";
  constructor({ ip, port }: RegistrationInfo, found: string) {
    super(`Cannot register kernel at ${ip}:${port}: ${found}; start it through Jupyter again`);
  }
}

const acknowledgeMs = 5_000;

/** A connection yet to be bound: beside the launcher, wherever there is room. */
export function unboundConnection({ transport, ip, key }: RegistrationInfo): ConnectionInfo {
  const ports = Object.fromEntries(channelNames.map((name) => [name, freePort({ transport, ip })]));
  return { kind: "connection", transport, ip, key, ports: ports as ConnectionInfo["ports"] };
}

/** TCP finds one itself, asked for port 0; of socket files a name nobody has is taken. */
function freePort({ transport, ip }: Pick<RegistrationInfo, "transport" | "ip">): number {
  if (transport === "tcp") return 0;
  const random = () => 1 + Math.floor(Math.random() * 65_534);
  for (let port = random();; port = random()) {
    try {
      Deno.lstatSync(`${ip}-${port}`);
    } catch {
      return port;
    }
  }
}

/** Tells the launcher where `channels` listen; settles when it acknowledged, else throws. */
export async function register(launcher: RegistrationInfo, { ports }: Channels): Promise<void> {
  const session = new Session(launcher.key);
  const dealer = await Dealer.connect(endpointOf(launcher)).catch((error) => {
    throw new RegistrationError(launcher, error.message);
  });
  const named = channelNames.map((name) => [`${name}_port`, String(ports[name])]);
  const content = { kernel_id: launcher.kernelId, ...Object.fromEntries(named) };
  const deadline = setTimeout(() => dealer.close(), acknowledgeMs);
  void dealer.send(session.sealContent(content));
  const acknowledged = await hears(dealer, session);
  clearTimeout(deadline);
  dealer.close();
  if (!acknowledged) throw new RegistrationError(launcher, "no signed acknowledgement came");
}

async function hears(dealer: Dealer, session: Session): Promise<boolean> {
  try {
    for await (const frames of dealer) if (session.openContent(frames)) return true;
  } catch {
    // The launcher hung up before it acknowledged.
  }
  return false;
}

/** Writes the file other clients connect by, beside the registration file; yields its path. */
export function publishConnection(
  registrationFile: string,
  { kernelId }: RegistrationInfo,
  info: ConnectionInfo,
): string {
  const name = `kernel-${kernelId.replace(/[^\w-]/g, "_")}.json`;
  const path = join(dirname(registrationFile), name);
  Deno.writeTextFileSync(path, formatConnectionFile(info), { mode: 0o600 });
  return path;
}
