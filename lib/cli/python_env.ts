/**
 * The project's own Python environment, `.venv`: made when it is missing, filled with pinned
 * packages, touched again only when the pins change.
 */
import { join } from "node:path";
import { InputError } from "./error.ts";
import { projectRoot } from "./world.ts";

export interface PythonNeeds {
  /** A requirements file that pins every package. */
  readonly pins: string;
  /** The packages wanted of it, with what they need; without it all. */
  readonly packages?: readonly string[];
  talk(line: string): void;
}

export const venv: string = join(projectRoot, ".venv");
const bin = join(venv, Deno.build.os === "windows" ? "Scripts" : "bin");

/** The path of a program in `.venv`, such as `jupyter`. */
export function venvProgram(name: string): string {
  return join(bin, Deno.build.os === "windows" ? `${name}.exe` : name);
}

/** Yields the environment's Python; throws InputError naming what is missing. */
export async function ensurePython({ pins, packages, talk }: PythonNeeds): Promise<string> {
  const python = venvProgram("python");
  if (!await runs(python, ["-m", "pip", "--version"])) await makeVenv(talk);
  const wanted = packages ?? ["-r", pins];
  const stamp = await stampOf(pins, wanted);
  const stampFile = join(venv, `irqscope-${stamp}`);
  if (await exists(stampFile)) return python;
  talk(`Installing ${packages?.join(", ") ?? "the pinned Python packages"} into .venv`);
  await mustRun(python, ["-m", "pip", "install", ...quiet, "-c", pins, ...wanted]);
  await Deno.writeTextFile(stampFile, "");
  return python;
}

const quiet = ["--quiet", "--disable-pip-version-check", "--no-input"];

async function makeVenv(talk: (line: string) => void): Promise<void> {
  talk("Making .venv");
  await mustRun(await systemPython(), ["-m", "venv", "--clear", venv]);
}

/** A Python 3.9 or later that can make environments. */
async function systemPython(): Promise<string> {
  const check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))";
  for (const name of ["python3", "python"]) if (await runs(name, ["-c", check])) return name;
  throw new InputError(
    "Cannot make .venv: no Python 3.9 or later with venv was found; " +
      "install it (on Debian: apt install python3-venv)",
  );
}

async function stampOf(pins: string, wanted: readonly string[]): Promise<string> {
  const text = await Deno.readTextFile(pins) + wanted.join(" ");
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash).toHex().slice(0, 16);
}

async function mustRun(program: string, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  if (success) return;
  const said = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
  throw new InputError(
    `Cannot fill .venv: ${program} ${args.slice(0, 3).join(" ")} failed with "${said}"; ` +
      "check the network and try again",
  );
}

async function runs(program: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: [...args] }).output()).success;
  } catch {
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
