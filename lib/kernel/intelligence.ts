import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { completeFiles } from "./file_names.ts";
import type { FolderConfig } from "./folder_config.ts";
import { before } from "./in_time.ts";
import type { Inspector } from "./inspector.ts";
import type { Completion, MimeBundle } from "./interpreter.ts";
import { type LanguageService, languageService, type TypeProblem } from "./language/service.ts";
import { completeLive, describeLive, pathBefore } from "./live.ts";
import { prelude } from "./prelude.ts";
import { documentInCells } from "./user_docs.ts";

export interface IntelligenceOptions {
  readonly folder: string;
  readonly config: Promise<FolderConfig>;
  /** The inspector of the user's process; undefined while none is up. */
  readonly inspector: () => Inspector | undefined;
  /** Folder of the locks by which kernels share their language servers; the user's own if absent. */
  readonly slots?: string | undefined;
}

/** Servers one user's kernels keep alive together. */
const servers = 2;
/** A server that has not answered a completion within this is asked for nothing more. */
const completeMs = 400;
/** Documentation is worth a longer wait: nothing else knows it. */
const inspectMs = 2_500;
/** The first cells of a notebook have the machine to themselves. */
const warmMs = 300;
/** Doc comments are looked for in so many of the latest cells. */
const kept = 500;

/**
 * What is known of code without running it: from the language server where it is warm, else from
 * the user's process and from the cells themselves.
 */
export class Intelligence {
  readonly #options: IntelligenceOptions;
  readonly #cells: string[] = [];
  #service: LanguageService | undefined;
  #starting: Promise<void> | undefined;
  /** The server has answered once: from now on it is worth waiting for. */
  #warm = false;
  #warming: ReturnType<typeof setTimeout> | undefined;

  constructor(options: IntelligenceOptions) {
    this.#options = options;
  }

  /** Whether type errors may be had in a moment. */
  get warm(): boolean {
    return this.#warm && this.#service!.ready;
  }

  /** Takes note of a cell about to run; yields its type errors, none without a server. */
  async commit(source: string): Promise<readonly TypeProblem[]> {
    this.#cells.push(source);
    if (this.#cells.length > kept) this.#cells.shift();
    return await this.#service?.commit(source) ?? [];
  }

  /** Has the server started soon, while nothing else is asked of the machine. */
  startSoon(): void {
    if (this.#starting || this.#warming) return;
    this.#warming = setTimeout(() => this.start(), warmMs);
    Deno.unrefTimer(this.#warming as unknown as number);
  }

  start(): void {
    this.#service?.warm();
    this.#starting ??= this.#start().catch(() => {});
  }

  async complete(code: string, cursor: number): Promise<Completion> {
    this.start();
    const typed = this.warm && await before(completeMs, this.#service!.complete(code, cursor));
    if (typed && typed.matches.length > 0) return typed;
    const { folder, inspector } = this.#options;
    const files = await completeFiles(folder, code, cursor);
    if (files.matches.length > 0) return files;
    return await completeLive(inspector(), code, cursor).catch(() => nothing(cursor));
  }

  async inspect(code: string, cursor: number, detail: 0 | 1): Promise<MimeBundle | undefined> {
    this.start();
    const asked = () => before(inspectMs, this.#service!.inspect(code, cursor, detail));
    if (this.warm) return await asked() ?? await this.#inspectLive(code, cursor, detail);
    const known = await this.#inspectLive(code, cursor, detail);
    if (known) return known;
    await before(inspectMs, this.#starting!);
    return this.warm ? await asked() : undefined;
  }

  /** The user's process was replaced: no name stands for anything any more. */
  forget(): void {
    this.#cells.length = 0;
    this.#service?.forget();
  }

  stop(): void {
    clearTimeout(this.#warming);
    this.#service?.stop();
  }

  async #inspectLive(
    code: string,
    cursor: number,
    detail: 0 | 1,
  ): Promise<MimeBundle | undefined> {
    const name = nameAt(code, cursor);
    const inspector = this.#options.inspector();
    if (!name) return undefined;
    return documentInCells(this.#cells, name, detail) ??
      (inspector && await describeLive(inspector, name).catch(() => undefined));
  }

  async #start(): Promise<void> {
    const { folder, config, slots } = this.#options;
    const map = JSON.stringify((await config).importMap);
    const service = this.#service = languageService({
      deno: Deno.execPath(),
      folder: pathToFileURL(`${folder}/`),
      importMap: `data:application/json,${encodeURIComponent(map)}`,
      prelude,
      slots: slots ?? join(tmpdir(), `irqscope-${Deno.uid() ?? "user"}`),
      servers,
    });
    for (const cell of this.#cells) void service.commit(cell);
    service.warm();
    await service.complete("Deno.", "Deno.".length);
    this.#warm = true;
  }
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
