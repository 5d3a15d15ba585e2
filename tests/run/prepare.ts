/** Brings what the tests need: Debian packages where this may install them, and `.venv`. */
import { fileURLToPath } from "node:url";
import { ensurePython } from "../../lib/cli/python_env.ts";
import { run } from "./process.ts";
import { findTool, type Tool, tools } from "./tools.ts";

export const pins: string = fileURLToPath(new URL("../requirements.txt", import.meta.url));

/** Installs missing packages as root on Debian; elsewhere the tests say what they lack. */
export async function installTools(): Promise<void> {
  const packages = await missingPackages();
  if (packages.length === 0) return;
  if (!await isDebian() || Deno.uid() !== 0) {
    return console.error(`Not root on Debian: tests that need ${packages.join(", ")} are skipped`);
  }
  console.error(`Installing ${packages.join(", ")}`);
  await apt("update");
  for (const name of packages) {
    const { success } = await apt("install", "--yes", "--no-install-recommends", name);
    if (!success) console.error(`${name} could not be installed: tests that need it are skipped`);
  }
}

async function missingPackages(): Promise<readonly string[]> {
  const missing = (Object.keys(tools) as Tool[]).filter((tool) => findTool(tool) === undefined);
  const packages: string[] = missing.flatMap((tool) => tools[tool].debian.split(" "));
  return await hasVenv() ? packages : [...packages, "python3-venv"];
}

async function hasVenv(): Promise<boolean> {
  const args = ["-c", "import venv, ensurepip"];
  return await new Deno.Command("python3", { args }).output().then((o) => o.success, () => false);
}

async function isDebian(): Promise<boolean> {
  return await Deno.stat("/etc/debian_version").then(() => true, () => false);
}

function apt(verb: string, ...args: readonly string[]) {
  return run({
    name: `apt-get ${verb} ${args.at(-1) ?? ""}`,
    program: "apt-get",
    args: ["--quiet=2", verb, ...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    minutes: 5,
    shows: (line) => /^[EW]:/.test(line),
  });
}

/** The environment's Python; undefined, and the reason printed, where there is none. */
export async function preparePython(): Promise<string | undefined> {
  try {
    return await ensurePython({ pins, talk: (line) => console.error(line) });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return undefined;
  }
}
