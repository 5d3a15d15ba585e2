/** Starts the kernel: `main.ts CONNECTION_FILE [options]`, as kernelspecs write it. */
import {
  type ConnectionInfo,
  readConnectionFile,
  type RegistrationInfo,
} from "../jupyter/connection_file.ts";
import { folderConfig } from "./folder_config.ts";
import { forgetful, type HistoryStore } from "./history.ts";
import { HistoryFile, historyPath } from "./history_file.ts";
import type { Interpreter, Surroundings } from "./interpreter.ts";
import { loadedLater } from "./interpreter_lazy.ts";
import { launch, type Launched } from "./launch.ts";
import { watchLifetime } from "./lifetime.ts";
import { bindAll } from "./listeners.ts";
import { type KernelOptions, readOptions } from "./options.ts";

const refusals = ["OptionError", "ConnectionFileError", "BindError", "RegistrationError"];

try {
  await serve(readOptions(Deno.args));
  Deno.exit(0);
} catch (error) {
  if (!(error instanceof Error) || !refusals.includes(error.name)) throw error;
  complain(error.message);
  Deno.exit(error.name === "OptionError" ? 2 : 3);
}

async function serve(options: KernelOptions): Promise<void> {
  const { info: asked, warnings } = readConnectionFile(options.connectionFile, options);
  warnings.forEach(complain);
  // First, for the user's process listens as well, on any free port: on none that is asked for here.
  const listeners = asked.kind === "connection" ? bindAll(asked) : undefined;
  // The user's process comes up on another core while all the rest is being loaded here.
  const ahead = Promise.try(launchAhead, options);
  ahead.catch(() => {}); // Why there is none is told on a cell.
  const { openChannels } = await import("./channels.ts");
  const { info, channels, putAway } = asked.kind === "connection"
    ? { info: asked, channels: await openChannels(asked, listeners), putAway() {} }
    : await handshake(asked, options);
  // Clients connect while the rest is being loaded: signing alone takes as long as all before it.
  const { Front } = await import("./front.ts");
  const front = new Front({
    info,
    channels,
    interpreter: (around) => loadedLater(() => load(around, options, ahead), { debugger: true }),
    historyStore: historyStore(options),
  });
  const shutDown = () => front.shutDown();
  watchLifetime({ interrupt: () => void front.interrupt(), shutDown });
  await front.ended;
  putAway();
}

/** Binds where there is room and tells the launcher; loaded only where one asks for it. */
async function handshake(launcher: RegistrationInfo, { connectionFile }: KernelOptions) {
  const [{ openChannels }, { unboundConnection, register, publishConnection }] = await Promise.all([
    import("./channels.ts"),
    import("./registration.ts"),
  ]);
  const unbound = unboundConnection(launcher);
  const channels = await openChannels(unbound);
  const info: ConnectionInfo = { ...unbound, ports: channels.ports };
  await register(launcher, channels);
  const path = publishConnection(connectionFile, launcher, info);
  return { info, channels, putAway: () => Deno.removeSync(path) };
}

function launchAhead({ permissions: flags }: KernelOptions): Launched {
  const folder = Deno.cwd();
  return launch({ folder, flags, config: folderConfig(folder) });
}

async function load(
  around: Surroundings,
  { permissions, types }: KernelOptions,
  ahead: Promise<Launched>,
): Promise<Interpreter> {
  const { createInterpreter } = await import("./interpreter_deno.ts");
  return createInterpreter(around, { folder: Deno.cwd(), permissions, types, ahead });
}

/** History is kept per user unless switched off, here or by `IRQSCOPE_HISTORY`. */
function historyStore({ history }: KernelOptions): HistoryStore {
  const env = (name: string) => Deno.env.get(name);
  const path = history ?? env("IRQSCOPE_HISTORY") ?? historyPath(env);
  return path === undefined || path === "off" ? forgetful : new HistoryFile(path, complain);
}

function complain(complaint: string): void {
  console.error(`irqscope: ${complaint}`);
}
