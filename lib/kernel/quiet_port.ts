import { textIfThere } from "./text_if_there.ts";

/**
 * A free port of the loopback interface that nobody is promised. A system hands out its free ports
 * from a range of its own; a launcher takes a kernel's ports from there, lets them go, and counts on
 * the kernel to find them free: what else listens had better keep out of it. Any port, 0, where
 * there is no room below that range or none was found free.
 *
 * Source: ip(7), ip_local_port_range; `write_connection_file` of jupyter_client 8.
 */
export function quietPort(): number {
  const room = firstEphemeral() - firstQuiet;
  for (let tries = 0; tries < attempts && room > 0; tries++) {
    const port = firstQuiet + nextPlace() % room;
    if (isFree(port)) return port;
  }
  return anyPort;
}

const anyPort = 0;
/** Below lie the ports that services are known by, most of them. */
const firstQuiet = 20_480;
const attempts = 32;

/**
 * Many kernels start at once, in processes of their own or in one: none is to be offered what
 * another has been, and has yet to listen at. Process numbers that differ by a multiple of a step
 * this wide are rare.
 */
function nextPlace(): number {
  return Deno.pid + step * offered++;
}

const step = 1_009;
let offered = 0;

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
