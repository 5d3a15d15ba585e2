/** Starts the process that runs the user's code, and sees to it that it ends when the front does. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { v8Flags } from "../jupyter/v8_flags.ts";
import { type FolderConfig, type ImportMap, packageFolder } from "./folder_config.ts";
import { permissionFlags, type Rights } from "./permissions.ts";
import { quietPort } from "./quiet_port.ts";

export interface LaunchOptions {
  readonly folder: string;
  readonly flags: readonly string[];
  readonly config: FolderConfig;
}

/** A process on its way up, of which nothing has been read yet. */
export interface Launched {
  readonly process: ChildProcess;
  readonly config: FolderConfig;
  /** Resolves when the process is gone and all it wrote has been read, with how it ended in words. */
  readonly exited: Promise<string>;
}

export function launch(options: LaunchOptions): Launched {
  const files = Deno.makeTempDirSync({ prefix: "irqscope-" });
  const { lock, importMap } = options.config;
  const process = start(options, [lockFlag(lock, files), mapFlag(importMap, files)]);
  return { process, config: options.config, exited: exit(process, watch(process.pid!, files)) };
}

/** What became of a process that was ended here, in words. */
const endings = new WeakMap<ChildProcess, string>();

/** `because` completes: the process … */
export function kill(process: ChildProcess, because: string): void {
  endings.set(process, because);
  process.kill("SIGKILL");
}

/** The child's lock is a file of its own, in a folder that goes when the child does. */
function lockFlag(lock: string | undefined, files: string): string {
  if (lock === undefined) return "--no-lock";
  const path = join(files, "deno.lock");
  Deno.writeTextFileSync(path, lock);
  return `--lock=${path}`;
}

/**
 * A file too: Deno 2.9.6 joins it with the folder's own imports, and panics where these name a file
 * of a folder that has a scope, unless the map's address is one that paths are relative to.
 */
function mapFlag(map: ImportMap, files: string): string {
  const path = join(files, "import_map.json");
  Deno.writeTextFileSync(path, JSON.stringify(map));
  return `--import-map=${path}`;
}

function start(
  { folder, flags, config }: LaunchOptions,
  files: readonly string[],
): ChildProcess {
  const { permissionSet: set } = config;
  const rights: Rights = { folder, packageFolder: pathOf(packageFolder), flags, set };
  const process = spawn(Deno.execPath(), [
    "run",
    "--no-prompt",
    "--no-check",
    v8Flags,
    ...files,
    ...permissionFlags(rights),
    `--inspect=127.0.0.1:${quietPort()}`,
    "--inspect-publish-uid=stderr",
    "-",
  ], {
    cwd: folder,
    env: { ...Deno.env.toObject(), NO_COLOR: "1" },
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    // A group of its own: signals to the front's group pass by, and all of it can be ended at once.
    detached: Deno.build.os !== "windows",
  });
  process.stdin!.end(bootScript(folder));
  return process;
}

/** Stands in the notebook's folder, so what it imports is found as from there. */
function bootScript(folder: string): string {
  const boot = new URL("child/boot.ts", import.meta.url).href;
  const url = pathToFileURL(`${folder}/`).href;
  return `import { boot } from ${JSON.stringify(boot)};
boot({
  folder: ${JSON.stringify(url)},
  load: (specifier, options) => import(specifier, options),
  resolve: import.meta.resolve,
});
`;
}

/**
 * Ends the child's whole process group, and its folder of files, when the front is gone, however
 * it went: the shell reads from a pipe whose other end only the front holds. Returns how to do so
 * earlier. Where there is no shell (Windows) a busy child outlives a killed front; an idle one
 * ends with its inspector.
 */
function watch(pid: number, files: string): () => void {
  if (Deno.build.os === "windows") {
    return () => void Deno.remove(files, { recursive: true }).catch(() => {});
  }
  const script = 'read -r line; kill -s KILL -- "-$1"; rm -r -- "$2"';
  const watcher = spawn("/bin/sh", ["-c", script, "sh", String(pid), files], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watcher.on("error", () => {});
  watcher.unref();
  return () => watcher.stdin!.end();
}

/** What a killed child's own children may still hold open is waited for no longer than this. */
const closeMs = 500;

/** Resolves when the process is gone and all it wrote has been read. */
function exit(process: ChildProcess, release: () => void): Promise<string> {
  return new Promise((resolve) => {
    process.on("error", (error) => resolve(`could not be run: ${error.message}`));
    process.on("exit", (code, signal) => {
      release();
      setTimeout(() => resolve(ending(process, code, signal)), closeMs);
    });
    process.on("close", (code, signal) => resolve(ending(process, code, signal)));
  });
}

const signals: Readonly<Record<string, string>> = {
  SIGTRAP: "ran out of memory",
  SIGABRT: "aborted",
  SIGSEGV: "crashed in native code",
  SIGKILL: "was killed",
};

function ending(process: ChildProcess, code: number | null, signal: string | null): string {
  const known = endings.get(process);
  if (known) return known;
  if (signal) return `${signals[signal] ?? "ended"} (${signal})`;
  return `exited with code ${code}`;
}

function pathOf(url: URL): string {
  return decodeURIComponent(url.pathname).replace(/(.)\/$/, "$1");
}
