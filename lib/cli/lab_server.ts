/** One JupyterLab server as a child: started, its address found, ended with everything it runs. */
import { join } from "node:path";
import { InputError } from "./error.ts";
import { labEnvironment, runtimeFolder } from "./lab_environment.ts";
import { venvProgram } from "./python_env.ts";
import { projectRoot } from "./world.ts";

export interface LabOptions {
  readonly port: number | undefined;
  readonly browser: boolean;
  /** The folder of the notebooks, absolute. */
  readonly folder: string;
}

export interface LabServer {
  /** The page to open, with the token that lets one in. */
  readonly address: Promise<string>;
  /** Settles when the server has ended, whoever ended it. */
  readonly ended: Promise<Deno.CommandStatus>;
  /** Asks the server to end its kernels and itself; what does not is killed. */
  stop(): Promise<void>;
}

const firstPage = "/lab/tree/00-the-mail.ipynb";

export function startLab(options: LabOptions): LabServer {
  const child = new Deno.Command(venvProgram("python"), {
    args: ["-m", "jupyterlab", ...labArguments(options)],
    cwd: projectRoot,
    env: labEnvironment,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  return {
    address: addressOf(child),
    ended: child.status,
    stop: () => stop(child),
  };
}

function labArguments({ port, browser, folder }: LabOptions): string[] {
  return [
    "--Application.log_level=WARN",
    "--ServerApp.answer_yes=True",
    `--ServerApp.root_dir=${folder}`,
    `--LabApp.default_url=${firstPage}`,
    ...(port === undefined ? [] : [`--port=${port}`, "--ServerApp.port_retries=0"]),
    ...(browser ? [] : ["--no-browser"]),
    // Jupyter refuses root without it; anyone else is not asked.
    ...(Deno.uid() === 0 ? ["--allow-root"] : []),
  ];
}

/** The server writes its address into a file named after its process. */
async function addressOf(child: Deno.ChildProcess): Promise<string> {
  const file = join(runtimeFolder, `jpserver-${child.pid}.json`);
  const gone = child.status.then(({ code }) => {
    throw new InputError(
      `Cannot start JupyterLab: it ended with status ${code}; what it said stands above`,
    );
  });
  gone.catch(() => {});
  for (;;) {
    const text = await Promise.race([Deno.readTextFile(file).catch(() => undefined), gone]);
    const server = text === undefined ? undefined : parseWhole(text);
    if (server !== undefined) return `${server.url}${firstPage.slice(1)}?token=${server.token}`;
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 100)), gone]);
  }
}

/** The file's JSON, undefined while it is half written. */
function parseWhole(text: string): { url: string; token: string } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const patience = 10_000;

async function stop(child: Deno.ChildProcess): Promise<void> {
  signal(child, "SIGTERM");
  const timer = setTimeout(() => signal(child, "SIGKILL"), patience);
  await child.status;
  clearTimeout(timer);
}

function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    child.kill(name);
  } catch {
    // It has ended by itself.
  }
}
