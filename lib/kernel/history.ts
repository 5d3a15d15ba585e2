/**
 * What was run, here and in earlier kernels.
 *
 * Source: Jupyter messaging 5.5, "History"; IPython's meaning of session and line numbers.
 */
import type { HistoryRequest } from "../jupyter/requests.ts";
import { Recent } from "./recent.ts";

/** One cell that was stored. */
export interface HistoryEntry {
  /** The kernel that ran it: 1 for the first of this history, then counted up. */
  readonly session: number;
  /** Its execution count in that session. */
  readonly line: number;
  /** The code, as it was sent. */
  readonly source: string;
  /** Plain text of its result; null where it had none. */
  readonly output: string | null;
}

/** Where entries outlive the kernel. */
export interface HistoryStore {
  /** The number of this kernel's session, one more than the last. */
  session(): number;
  /** Takes an entry in; it may be written later, {@linkcode flush} at the latest. */
  append(entry: HistoryEntry): void;
  /** Entries of every other session, oldest first. */
  others(): readonly HistoryEntry[];
  /** Writes what still waits to be written. */
  flush(): void;
}

/** Keeps nothing beyond this process. */
export const forgetful: HistoryStore = {
  session: () => 1,
  append() {},
  others: () => [],
  flush() {},
};

/** A row of `history_reply`: session, line, and the source or [source, output]. */
export type HistoryRow = readonly [number, number, string | readonly [string, string | null]];

/** Results longer than this many characters are not remembered: a picture is not history. */
const mostOutput = 16_384;

export class History {
  readonly #store: HistoryStore;
  /** Recent cells of its own session; the store may hold older ones. */
  readonly #own = new Recent<HistoryEntry, HistoryEntry>(sizeOf);

  constructor(store: HistoryStore = forgetful) {
    this.#store = store;
  }

  add({ line, source, output }: Omit<HistoryEntry, "session">): void {
    const short = output !== null && output.length <= mostOutput ? output : null;
    const entry = { session: this.#store.session(), line, source, output: short };
    this.#own.set(entry, entry);
    this.#store.append(entry);
  }

  flush(): void {
    this.#store.flush();
  }

  /** The rows a request asks for, oldest first. Throws `RangeError` for an unknown access type. */
  select(request: HistoryRequest): HistoryRow[] {
    const { histAccessType: type } = request;
    const access = Object.hasOwn(accesses, type) && accesses[type];
    if (!access) throw new RangeError(unknownAccess(type));
    const all = [...this.#store.others(), ...this.#own.values()];
    const entries = access(all, { ...request, own: this.#store.session() });
    return entries.map(({ session, line, source, output }) => [
      session,
      line,
      request.output ? [source, output] : source,
    ]);
  }
}

function sizeOf({ source, output }: HistoryEntry): number {
  return source.length + (output?.length ?? 0);
}

type Access = (
  all: readonly HistoryEntry[],
  request: HistoryRequest & { readonly own: number },
) => readonly HistoryEntry[];

const accesses: Readonly<Record<string, Access>> = {
  tail: (all, { n }) => last(all, n),
  search: (all, { pattern, n, unique }) => {
    const glob = globExpression(pattern);
    const found = all.filter(({ source }) => glob.test(source));
    return last(unique ? latestOfEach(found) : found, n);
  },
  /** Session 0 is this one, -1 the one before; `stop` is not included. */
  range: (all, { session, own, start, stop }) => {
    const wanted = session > 0 ? session : own + session;
    return all.filter((e) => e.session === wanted && start <= e.line && e.line < stop);
  },
};

function unknownAccess(found: string): string {
  const known = Object.keys(accesses).join(", ");
  return `Cannot read history by "${found}"; send one of ${known} as hist_access_type`;
}

function last<T>(items: readonly T[], n: number): readonly T[] {
  return n === Infinity ? items : items.slice(Math.max(0, items.length - Math.max(0, n)));
}

function latestOfEach(entries: readonly HistoryEntry[]): HistoryEntry[] {
  const bySource = new Map<string, HistoryEntry>();
  for (const entry of entries) {
    bySource.delete(entry.source);
    bySource.set(entry.source, entry);
  }
  return [...bySource.values()];
}

/**
 * `*` stands for any text, `?` for any one character; the whole source must match. Each text
 * between stars is looked for where it comes first and, by lookahead, never elsewhere: patterns of
 * many stars would take for ever to fail otherwise.
 */
function globExpression(pattern: string): RegExp {
  const [first, ...rest] = pattern.split(/\*+/).map(literally);
  const last = rest.pop();
  const between = rest.map((text, at) => `(?=([^]*?${text}))\\${at + 1}`).join("");
  return new RegExp(`^${first}${between}${last === undefined ? "" : `[^]*${last}`}$`, "u");
}

function literally(text: string): string {
  return text.replace(/[\\^$.+?()[\]{}|/-]/g, (c) => c === "?" ? "[^]" : `\\${c}`);
}
