/** `deno task lab`: JupyterLab on the notebooks, with the kernel, all inside the project's folder. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installKernel } from "../jupyter/kernel_install.ts";
import { command } from "./command.ts";
import { InputError } from "./error.ts";
import { leave, runTool } from "./frame.ts";
import type { Tool } from "./help.ts";
import { labEnvironment, writeLabDefaults } from "./lab_environment.ts";
import { type LabServer, startLab } from "./lab_server.ts";
import { whileWorking } from "./live_line.ts";
import { flag, text, whole } from "./option.ts";
import { ensurePython, venv } from "./python_env.ts";
import { denoWorld, projectRoot, type World } from "./world.ts";

export const labTool: Tool = {
  call: "deno task",
  purpose: "Opens JupyterLab on the notebooks.",
  examples: ["lab", "lab --no-browser --port 8890"],
};

export const lab = command({
  name: "lab",
  summary: "Open JupyterLab on the notebooks, with the kernel inside .venv",
  positionals: {},
  options: {
    noBrowser: flag("Print the address and leave the browser alone"),
    port: whole("N", "The port to listen on; without it the first free one from 8888", {
      min: 1,
      max: 65535,
    }),
    notebooks: text("DIR", "The folder to open; without it notebooks"),
  },
  examples: ["lab", "lab --no-browser --port 8890"],
  async run(_words, { noBrowser, port, notebooks }, world) {
    await prepare(world);
    const folder = notebooks === undefined ? ownNotebooks : world.resolve(notebooks);
    const server = startLab({ port, browser: !noBrowser, folder });
    const code = await untilEnded(server, world);
    return { json: { status: code }, text: () => "JupyterLab has ended", no: code !== 0 };
  },
});

const ownNotebooks = join(projectRoot, "notebooks");
const pins = fileURLToPath(new URL("../../tests/requirements.txt", import.meta.url));

/** Makes `.venv` with JupyterLab and registers the kernel in it. */
async function prepare(world: World): Promise<void> {
  for (const [name, value] of Object.entries(labEnvironment)) Deno.env.set(name, value);
  await whileWorking(world, installLab);
  await installKernel({ audience: { kind: "prefix", prefix: venv } });
  await writeLabDefaults();
}

async function installLab(say: (line: string) => void): Promise<void> {
  try {
    await ensurePython({ pins, packages: ["jupyterlab", "anywidget"], talk: say });
  } catch (error) {
    throw error instanceof InputError ? withOtherWay(error) : error;
  }
}

/** Reading and running the notebooks needs no Python: says so where it is Python that lacks. */
function withOtherWay(error: InputError): InputError {
  const other = "without Python, `npx -y deno@2.9.6 task book` runs the notebooks";
  const message = `${error.message}; ${other}`;
  return new InputError(message, { cause: error });
}

const endings: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Prints the address and waits; Ctrl-C ends the server and its kernels. */
async function untilEnded(server: LabServer, { talk }: World): Promise<number> {
  let asked = false;
  const stop = () => {
    if (!asked) talk("Ending JupyterLab and its kernels");
    asked = true;
    server.stop();
  };
  for (const name of endings) Deno.addSignalListener(name, stop);
  server.address.then(
    (address) => talk(`JupyterLab: ${address}\nCtrl-C ends it`),
    () => {},
  );
  const { code } = await server.ended;
  for (const name of endings) Deno.removeSignalListener(name, stop);
  if (!asked) await server.address;
  return asked ? 0 : code;
}

if (import.meta.main) {
  await leave(
    await runTool(labTool, { lab: () => Promise.resolve(lab) }, ["lab", ...Deno.args], denoWorld()),
  );
}
