/** Where sockets are bound or connected: TCP, or a Unix domain socket's path (`ipc`). */
export type Endpoint =
  | { readonly transport: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly transport: "ipc"; readonly path: string };

/** An open connection to one peer. */
export type Connection = Deno.TcpConn | Deno.UnixConn;
/** What accepts connections at an endpoint. */
export type Listener = Deno.TcpListener | Deno.UnixListener;

/** An address that cannot be bound: in use, or out of our reach. */
export class BindError extends Error {
  override readonly name = "BindError";
  constructor(readonly endpoint: Endpoint, cause: unknown) {
    const found = cause instanceof Error ? cause.message : String(cause);
    super(`Cannot bind ${formatEndpoint(endpoint)}: ${found}; choose an address that is free`, {
      cause,
    });
  }
}

/** As ZeroMQ writes it: `tcp://127.0.0.1:5555`, `ipc:///run/k-1`. */
export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.transport === "ipc") return `ipc://${endpoint.path}`;
  return `tcp://${endpoint.hostname}:${endpoint.port}`;
}

/** Starts to listen; port 0 takes any free one. Throws `BindError`. */
export function bind(endpoint: Endpoint): Listener {
  try {
    return endpoint.transport === "tcp" ? bindTcp(endpoint) : bindIpc(endpoint);
  } catch (cause) {
    throw new BindError(endpoint, cause);
  }
}

function bindTcp({ hostname, port }: { hostname: string; port: number }): Listener {
  return Deno.listen({ transport: "tcp", hostname, port });
}

/** A socket file left behind by a process that was killed is in the way: it goes first. */
function bindIpc({ path }: { path: string }): Listener {
  if (isSocketFile(path)) Deno.removeSync(path);
  const listener = Deno.listen({ transport: "unix", path });
  Deno.chmodSync(path, 0o600);
  return listener;
}

function isSocketFile(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSocket === true;
  } catch {
    return false;
  }
}

/** Stops to listen, and takes a Unix domain socket's file away. */
export function unbind(listener: Listener): void {
  listener.close();
  const { addr } = listener;
  if (addr.transport === "unix" && isSocketFile(addr.path)) Deno.removeSync(addr.path);
}

export async function connect(endpoint: Endpoint): Promise<Connection> {
  if (endpoint.transport === "ipc") {
    return await Deno.connect({ transport: "unix", path: endpoint.path });
  }
  const { hostname, port } = endpoint;
  return await Deno.connect({ transport: "tcp", hostname, port });
}

/** Closes a connection that may be closed already, by its peer or a deadline. */
export function closeQuietly(connection: Connection): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
