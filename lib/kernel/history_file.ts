/**
 * History across kernels: one JSON entry per line, readable by its owner only, bounded.
 */
import { dirname, join } from "node:path";
import { isObject } from "../jupyter/json.ts";
import type { HistoryEntry, HistoryStore } from "./history.ts";

/** Beyond this size the older half is dropped when a kernel opens its session. */
const mostBytes = 4 * 2 ** 20;
/** A cell longer than this is not worth a place in everybody's history. */
const mostEntryBytes = 256 * 2 ** 10;
const writeAfterMs = 300;

/**
 * A file shared by all kernels of a user, each holding its lock only while it writes. Where it
 * cannot be used, history lasts as long as the kernel, and that is said once.
 */
export class HistoryFile implements HistoryStore {
  readonly #path: string;
  readonly #complain: (complaint: string) => void;
  #session: number | undefined;
  #failed = false;
  #waiting: HistoryEntry[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The file is made when it is needed; that it cannot be used is said to `complain`, once. */
  constructor(path: string, complain: (complaint: string) => void) {
    this.#path = path;
    this.#complain = complain;
  }

  session(): number {
    return this.#session ??= this.#openSession() ?? 1;
  }

  /** Takes an entry in, to be written 300 ms later with those that follow. */
  append(entry: HistoryEntry): void {
    this.#waiting.push(entry);
    this.#timer ??= setTimeout(() => this.flush(), writeAfterMs);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  others(): HistoryEntry[] {
    const own = this.session();
    const entries = this.#locked((file) => parse(readAll(file))) ?? [];
    return entries.filter(({ session }) => session !== own);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#waiting.map((entry) => `${JSON.stringify(entry)}\n`);
    this.#waiting = [];
    const kept = lines.filter((line) => line.length <= mostEntryBytes).join("");
    if (kept !== "") this.#locked((file) => append(file, kept));
  }

  /** Claims the next number by writing it down, so that kernels started together differ. */
  #openSession(): number | undefined {
    return this.#locked((file) => {
      const text = readAll(file);
      const session = 1 + highestSession(text);
      if (text.length > mostBytes) rewrite(file, newest(text));
      append(file, `${JSON.stringify({ session })}\n`);
      return session;
    });
  }

  #locked<T>(work: (file: Deno.FsFile) => T): T | undefined {
    if (this.#failed) return undefined;
    try {
      using file = openPrivately(this.#path);
      file.lockSync(true);
      return work(file);
    } catch (error) {
      this.#failed = true;
      const found = error instanceof Error ? error.message : error;
      this.#complain(`Cannot keep history in ${this.#path}: ${found}; set IRQSCOPE_HISTORY`);
      return undefined;
    }
  }
}

function openPrivately(path: string): Deno.FsFile {
  Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
  if (Deno.build.os !== "windows") Deno.chmodSync(path, 0o600);
  return file;
}

function readAll(file: Deno.FsFile): string {
  file.seekSync(0, Deno.SeekMode.Start);
  const bytes = new Uint8Array(file.statSync().size);
  for (let at = 0, n; (n = file.readSync(bytes.subarray(at))) !== null && n > 0;) at += n;
  return new TextDecoder().decode(bytes);
}

function newest(text: string): string {
  return text.slice(text.indexOf("\n", text.length - mostBytes / 2) + 1);
}

function append(file: Deno.FsFile, text: string): void {
  file.seekSync(0, Deno.SeekMode.End);
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}

function rewrite(file: Deno.FsFile, text: string): void {
  file.truncateSync(0);
  append(file, text);
}

/** Lines that are no entry, such as the claims of session numbers, are passed over. */
function parse(text: string): HistoryEntry[] {
  return text.split("\n").map((line): unknown => parseLine(line)).filter(isEntry);
}

function highestSession(text: string): number {
  const sessions = text.split("\n").map(parseLine).map((line) => Number(line?.["session"] ?? 0));
  return sessions.reduce((a, b) => Math.max(a, b), 0);
}

function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is HistoryEntry {
  return isObject(value) && typeof value["session"] === "number" &&
    typeof value["line"] === "number" && typeof value["source"] === "string";
}

/** Where history is kept unless told otherwise: the platform's folder for such state. */
export function historyPath(env: (name: string) => string | undefined): string | undefined {
  const home = env("HOME") ?? env("USERPROFILE");
  const folder = stateFolders[Deno.build.os]?.(env, home) ??
    env("XDG_STATE_HOME") ?? (home && join(home, ".local", "state"));
  return folder && join(folder, "irqscope", "history.jsonl");
}

const stateFolders: Partial<
  Record<
    typeof Deno.build.os,
    (env: (name: string) => string | undefined, home: string | undefined) => string | undefined
  >
> = {
  darwin: (_, home) => home && join(home, "Library", "Application Support"),
  windows: (env) => env("LOCALAPPDATA"),
};
