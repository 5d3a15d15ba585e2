/** What commands may ask of the outside: files by the user's paths, and talk to standard error. */
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "./error.ts";
import { pipe, type Terminal } from "./terminal.ts";

export interface World {
  /** The absolute path a user's word names. */
  resolve(path: string): string;
  readText(path: string): Promise<string>;
  readBytes(path: string): Promise<Uint8Array>;
  /** The names in a folder, sorted; undefined where the path is no folder. */
  list(path: string): Promise<readonly string[] | undefined>;
  /** A line of talk for the person, never data. */
  talk(line: string): void;
  readonly out: Terminal;
  readonly err: Terminal;
}

/** The folder of deno.json. */
export const projectRoot: string = fileURLToPath(new URL("../../", import.meta.url));

export function denoWorld(): World {
  const err = terminalOf(Deno.stderr);
  return {
    resolve: resolvePath,
    readText: (path) => isStandardInput(path) ? standardInput() : reading(path, Deno.readTextFile),
    readBytes: (path) => reading(path, Deno.readFile),
    list: (path) => listing(resolvePath(path)),
    talk: (line) => console.error(line),
    out: terminalOf(Deno.stdout),
    err,
  };
}

/**
 * Paths count from where the user stands (tasks run in the project's root and leave that place in
 * INIT_CWD); what is not there is looked for from the project's root.
 */
export function resolvePath(path: string): string {
  if (isAbsolute(path)) return path;
  const here = join(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
  const root = join(projectRoot, path);
  return !exists(here) && exists(root) ? root : here;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Its device file would need every permission; the stream needs none. */
function isStandardInput(path: string): boolean {
  return path === "-" || path === "/dev/stdin";
}

function standardInput(): Promise<string> {
  return new Response(Deno.stdin.readable).text();
}

async function reading<T>(path: string, read: (path: string) => Promise<T>): Promise<T> {
  try {
    return await read(resolvePath(path));
  } catch (error) {
    throw new InputError(`Cannot read ${path}: ${why(error)}`, { cause: error });
  }
}

async function listing(path: string): Promise<readonly string[] | undefined> {
  try {
    return (await Array.fromAsync(Deno.readDir(path), ({ name }) => name)).sort();
  } catch {
    return undefined;
  }
}

const reasons: readonly (readonly [new (message?: string) => Error, string])[] = [
  [Deno.errors.NotFound, "there is no such file; check the path"],
  [Deno.errors.IsADirectory, "it is a folder; name a file in it"],
  [Deno.errors.NotADirectory, "a part of the path is no folder; check the path"],
  [Deno.errors.PermissionDenied, "the system refuses it; check the file's permissions"],
  [
    Deno.errors.NotCapable,
    "Deno keeps it from programs that may not do everything, as all of /proc, /sys and /dev; " +
    "copy it elsewhere and name the copy",
  ],
  [Deno.errors.InvalidData, "it is no UTF-8 text; give a text file"],
];

function why(error: unknown): string {
  const known = reasons.find(([kind]) => error instanceof kind);
  return known?.[1] ?? (error instanceof Error ? error.message : String(error));
}

/** Colours only on a terminal and without NO_COLOR (no-color.org). */
function terminalOf(stream: { isTerminal(): boolean; writable: unknown }): Terminal {
  if (!stream.isTerminal()) return pipe;
  return { colour: !Deno.env.get("NO_COLOR"), columns: consoleColumns() };
}

function consoleColumns(): number | undefined {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return undefined;
  }
}
