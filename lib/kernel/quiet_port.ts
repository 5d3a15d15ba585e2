import { textIfThere } from "./text_if_there.ts";

/**
 * A free port of the loopback interface that nobody is promised. A system hands out its free ports
 * from a range of its own; a launcher takes a kernel's ports from there, lets them go, and counts on
 * the kernel to find them free: what else listens had better keep out of it. 0, any port, where
 * there is no room below that range or none was found free.
 *
 * Source: ip(7), ip_local_port_range; `write_connection_file` of jupyter_client 8.
 */
export function quietPort(): number {
  const room = firstEphemeral() - firstQuiet;
  if (room <= 0) return anyPort;
  return candidates(room).map((place) => firstQuiet + place).find(isFree) ?? anyPort;
}

const anyPort = 0;
/** Below lie the ports that services are known by, most of them. */
const firstQuiet = 20_480;
const attempts = 32;

/** First one that no other kernel of this machine begins with, for many start at once. */
function candidates(room: number): readonly number[] {
  const random = () => Math.floor(Math.random() * room);
  return [Deno.pid % room, ...Array.from({ length: attempts }, random)];
}

/** Where the range begins from which this system hands out free ports. */
function firstEphemeral(): number {
  // What IANA assigns, and macOS and Windows keep to.
  if (Deno.build.os !== "linux") return 49_152;
  const range = textIfThere(new URL("file:///proc/sys/net/ipv4/ip_local_port_range"));
  return range === undefined ? 32_768 : Number(range.split(/\s/)[0]);
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch {
    return false;
  }
}
