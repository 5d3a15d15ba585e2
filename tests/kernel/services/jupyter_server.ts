import { join } from "node:path";
import { installKernel } from "../../../lib/jupyter/kernel_install.ts";
import { python } from "../../notebook/python.ts";

/** A Jupyter server of the test's own, with our kernel as anyone gets it who registers it. */
export interface JupyterServer extends AsyncDisposable {
  /** With a slash at its end. */
  readonly address: string;
  readonly token: string;
  /** Where the notebooks lie. */
  readonly folder: string;
}

/** A module of Python that serves: without pages, or with JupyterLab's. */
export type ServerModule = "jupyter_server" | "jupyterlab";

/** Starts a server whose every folder is temporary, and waits until it listens. */
export async function startJupyterServer(module: ServerModule): Promise<JupyterServer> {
  const home = await Deno.makeTempDir({ prefix: "jupyter-" });
  const folder = join(home, "notebooks");
  await Deno.mkdir(folder);
  const register = installKernel({ audience: { kind: "prefix", prefix: home } });
  await Promise.all([register, quieten(home)]);
  const child = startServer(module, home, folder);
  const { url, token } = await announced(child, home);
  return {
    address: url,
    token,
    folder,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await Deno.remove(home, { recursive: true });
    },
  };
}

function startServer(module: ServerModule, home: string, folder: string): Deno.ChildProcess {
  return new Deno.Command(python.path, {
    args: ["-m", module, ...serverArguments(folder)],
    env: privateFolders(home),
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

function serverArguments(folder: string): string[] {
  return [
    "--no-browser",
    "--ServerApp.port_retries=0",
    `--port=${freePort()}`,
    `--ServerApp.root_dir=${folder}`,
    ...(Deno.uid() === 0 ? ["--allow-root"] : []),
  ];
}

/** Source: jupyter_core 5.9 paths.py; JupyterLab 4 commands.py get_user_settings_dir. */
function privateFolders(home: string): Record<string, string> {
  return {
    // Looked through first, so that a kernel registered in .venv stands back.
    JUPYTER_PATH: join(home, "share", "jupyter"),
    JUPYTER_DATA_DIR: join(home, "data"),
    JUPYTER_CONFIG_DIR: join(home, "config"),
    JUPYTER_RUNTIME_DIR: join(home, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: join(home, "settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(home, "workspaces"),
    IPYTHONDIR: join(home, "ipython"),
    IRQSCOPE_HISTORY: "off",
  };
}

/** The lab asks nobody for news, and no dialog of it stands in the way. */
async function quieten(home: string): Promise<void> {
  const folder = join(home, "settings", "@jupyterlab", "apputils-extension");
  await Deno.mkdir(folder, { recursive: true });
  const settings = { fetchNews: "false", checkForUpdates: false };
  await Deno.writeTextFile(
    join(folder, "notification.jupyterlab-settings"),
    JSON.stringify(settings),
  );
}

interface Announcement {
  readonly url: string;
  readonly token: string;
}

/** The server writes its address into a file named after its process. */
async function announced(child: Deno.ChildProcess, home: string): Promise<Announcement> {
  const file = join(home, "runtime", `jpserver-${child.pid}.json`);
  for (let tries = 0; tries < 600; tries++) {
    try {
      return JSON.parse(await Deno.readTextFile(file));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100)); // Not there, or half written.
    }
  }
  child.kill("SIGKILL");
  throw new Error("Cannot start the Jupyter server: it announced no address within a minute");
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
