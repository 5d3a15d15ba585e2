import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { completeFiles } from "./file_names.ts";
import type { FolderConfig } from "./folder_config.ts";
import { before } from "./in_time.ts";
import type { Inspector } from "./inspector.ts";
import type { Completion, MimeBundle } from "./interpreter.ts";
import {
  type Judge,
  type LanguageService,
  languageService,
  type TypeProblem,
} from "./language/service.ts";
import { completeLive, describeLive, globalsAmong, isInProse, pathBefore } from "./live.ts";
import { prelude } from "./prelude.ts";
import { Recent } from "./recent.ts";
import { completeMagic } from "./sugar.ts";
import { documentInCells } from "./user_docs.ts";

export interface IntelligenceOptions {
  readonly folder: string;
  readonly config: Promise<FolderConfig>;
  /** The inspector of the user's process, once that is up. */
  readonly inspector: () => Promise<Inspector>;
  /** Folder of the locks by which kernels share their language servers; the user's own if absent. */
  readonly slots?: string | undefined;
}

/** Servers one user's kernels keep alive together. */
const servers = 2;
/** A server that has not answered a completion within this is asked for nothing more. */
const completeMs = 400;
/** Documentation is worth a longer wait: nothing else knows it. */
const inspectMs = 2_500;
/** Where nothing else is known, a server that has just been started is waited for, … */
const coldMs = 2_500;
/** … and a process that is coming up. */
const upMs = 1_000;
/** The user's process tells at once whether a name is a global one, unless native code keeps it. */
const globalsMs = 100;
/** A server takes a core for a second as it starts: it waits until nothing was run for so long, … */
const quietMs = 300;
/** … but no longer than this from the first cell on. */
const patienceMs = 3_000;
/** Doc comments are looked for in so many of the latest cells. */
const kept = 500;

/** A cell that ran, and what becomes known of its types. */
interface Noted extends PromiseWithResolvers<readonly TypeProblem[]> {
  readonly source: string;
  readonly runs: Judge;
}

/**
 * What is known of code without running it: from the language server where it is warm, else from
 * the user's process and from the cells themselves.
 */
export class Intelligence {
  readonly #options: IntelligenceOptions;
  readonly #cells = new Recent<Noted, Noted>(({ source }) => source.length, {
    most: kept,
    forgotten: ({ resolve }) => resolve([]),
  });
  #service: LanguageService | undefined;
  #starting: Promise<void> | undefined;
  /** The server has answered once: from now on it is worth waiting for. */
  #warm = false;
  #warming: ReturnType<typeof setTimeout> | undefined;
  #firstCell: number | undefined;
  #lastCell = 0;

  constructor(options: IntelligenceOptions) {
    this.#options = options;
  }

  /** Whether type errors may be had in a moment. */
  get warm(): boolean {
    return this.#warm && this.#service!.ready;
  }

  /**
   * Takes note of a cell about to run; yields its type errors once a server has looked at it, none
   * where none can be had. They may keep it from running: then nothing later knows of it.
   */
  commit(source: string, runs: Judge): Promise<readonly TypeProblem[]> {
    const noted = { source, runs, ...Promise.withResolvers<readonly TypeProblem[]>() };
    this.#cells.set(noted, noted);
    if (this.#service) this.#look(noted);
    return noted.promise;
  }

  #look(noted: Noted): void {
    const { source, runs, resolve } = noted;
    const judged = async (found: readonly TypeProblem[]) => {
      const problems = await this.#withoutGlobals(found).catch(() => []);
      const kept = await runs(problems);
      resolve(problems);
      if (!kept) this.#cells.delete(noted);
      return kept;
    };
    this.#service!.commit(source, judged).catch(() => resolve([]));
  }

  /** What code made a global name as it ran, as by `globalThis.x = 1`, is known to no compiler. */
  async #withoutGlobals(problems: readonly TypeProblem[]): Promise<readonly TypeProblem[]> {
    const missing = problems.flatMap((problem) => nameMissing(problem) ?? []);
    if (missing.length === 0) return problems;
    const inspector = await this.#inspector();
    if (!inspector) return problems;
    const found = await before(globalsMs, globalsAmong(inspector, missing)) ?? new Set();
    return problems.filter((problem) => !found.has(nameMissing(problem)!));
  }

  /** Has the server started once the machine is asked for nothing else. */
  startSoon(): void {
    if (this.#starting && !this.#service?.cold) return;
    this.#lastCell = performance.now();
    this.#firstCell ??= this.#lastCell;
    if (this.#warming === undefined) this.#startIn(quietMs);
  }

  /** Later, where cells have run meanwhile: a timer anew for each would cost each its time. */
  #startIn(ms: number): void {
    this.#warming = setTimeout(() => {
      const due = Math.min(this.#lastCell + quietMs, this.#firstCell! + patienceMs);
      const left = due - performance.now();
      if (left > 0) return this.#startIn(left);
      this.#warming = undefined;
      this.start();
    }, ms);
    Deno.unrefTimer(this.#warming as unknown as number);
  }

  start(): void {
    this.#service?.warm();
    this.#starting ??= this.#start().catch(() => this.#cells.clear());
  }

  async complete(code: string, cursor: number, hurry?: Promise<void>): Promise<Completion> {
    this.start();
    const magic = completeMagic(code, cursor);
    if (magic) return magic;
    const typed = await this.#completeTyped(code, cursor);
    if (typed) return typed;
    const files = await completeFiles(this.#options.folder, code, cursor);
    if (files.matches.length > 0 || isInProse(code, cursor)) return files;
    const live = await completeLive(await this.#inspector(), code, cursor).catch(() =>
      nothing(cursor)
    );
    if (live.matches.length > 0 || this.warm) return live;
    await this.#coming(hurry);
    return await this.#completeTyped(code, cursor, coldMs) ?? live;
  }

  async #completeTyped(
    code: string,
    cursor: number,
    ms = completeMs,
  ): Promise<Completion | undefined> {
    if (!this.warm || this.#mistakes(pathBefore(code, cursor)?.object)) return undefined;
    const typed = await before(ms, this.#service!.complete(code, cursor));
    return typed && typed.matches.length > 0 ? typed : undefined;
  }

  async inspect(
    code: string,
    cursor: number,
    detail: 0 | 1,
    hurry?: Promise<void>,
  ): Promise<MimeBundle | undefined> {
    this.start();
    const documented = this.warm ? undefined : this.#documented(code, cursor, detail);
    if (documented) return documented;
    await this.#coming(hurry);
    return await this.#inspectTyped(code, cursor, detail) ??
      this.#documented(code, cursor, detail) ?? await this.#inspectLive(code, cursor);
  }

  /** Waits for a server that has just been started, unless somebody else has to wait for that. */
  async #coming(hurry: Promise<void> = new Promise(() => {})): Promise<void> {
    if (!this.warm) await Promise.race([before(coldMs, this.#starting!), hurry]);
  }

  async #inspectTyped(
    code: string,
    cursor: number,
    detail: 0 | 1,
  ): Promise<MimeBundle | undefined> {
    if (!this.warm || this.#mistakes(nameAt(code, cursor))) return undefined;
    return await before(inspectMs, this.#service!.inspect(code, cursor, detail));
  }

  /** Whether the server takes the head of a path for something else than it is. */
  #mistakes(path: string | undefined): boolean {
    const [head] = path?.match(/^[^.?]+/) ?? [];
    return head !== undefined && this.#service!.mistakes(head);
  }

  /** The user's process was replaced: no name stands for anything any more. */
  forget(): void {
    this.#cells.clear();
    this.#service?.forget();
  }

  stop(): void {
    clearTimeout(this.#warming);
    this.#service?.stop();
  }

  #documented(code: string, cursor: number, detail: 0 | 1): MimeBundle | undefined {
    const name = nameAt(code, cursor);
    const sources = () => [...this.#cells.values()].map(({ source }) => source);
    return name === undefined ? undefined : documentInCells(sources(), name, detail);
  }

  async #inspectLive(code: string, cursor: number): Promise<MimeBundle | undefined> {
    const [name, inspector] = [nameAt(code, cursor), await this.#inspector()];
    if (!name || !inspector) return undefined;
    return await describeLive(inspector, name).catch(() => undefined);
  }

  /** Undefined where none comes up. */
  #inspector(): Promise<Inspector | undefined> {
    return before(upMs, this.#options.inspector());
  }

  async #start(): Promise<void> {
    const { folder, config, slots } = this.#options;
    const map = JSON.stringify((await config).importMap);
    const service = languageService({
      deno: Deno.execPath(),
      folder: pathToFileURL(`${folder}/`),
      importMap: `data:application/json,${encodeURIComponent(map)}`,
      prelude,
      slots: slots ?? join(tmpdir(), `irqscope-${Deno.uid() ?? "user"}`),
      servers,
    });
    service.warm();
    this.#service = service;
    for (const noted of this.#cells.values()) this.#look(noted);
    await service.complete("Deno.", "Deno.".length);
    this.#warm = true;
  }
}

/** `Cannot find name 'x'.`, alone or with a guess what was meant. */
function nameMissing({ code, message }: TypeProblem): string | undefined {
  return code === 2304 || code === 2552 ? message.match(/'([^']+)'/)?.[1] : undefined;
}

/** The name the cursor stands on or behind; inside a call's parentheses, the function's. */
function nameAt(code: string, cursor: number): string | undefined {
  const rest = code.slice(cursor).match(/^[\p{ID_Continue}$]*/u)![0].length;
  const path = pathBefore(code, cursor + rest);
  if (path?.part) return path.object ? `${path.object}.${path.part}` : path.part;
  const call = code.slice(0, cursor).lastIndexOf("(");
  return call > 0 && call < cursor ? nameAt(code, call) : undefined;
}

function nothing(cursor: number): Completion {
  return { start: cursor, end: cursor, matches: [] };
}
