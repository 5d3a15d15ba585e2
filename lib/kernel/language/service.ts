/**
 * What a cell means before it runs: completion, documentation and type errors from `deno lsp`,
 * across the cells that ran. Nothing here executes user code.
 */
import type { Completion, MimeBundle } from "../interpreter.ts";
import { completionOf, type Resolved, wordBefore } from "./completion.ts";
import { declarationsOf } from "./declared.ts";
import { documentationOf, type Documented, isUnknown } from "./documentation.ts";
import { readable } from "./module_syntax.ts";
import { type CellDocument, type LanguageNotebook, openNotebook } from "./notebook.ts";
import { meansAny, namesBefore } from "./obscured.ts";
import { type ImportedFiles, importedFiles } from "./imported.ts";
import { withoutMissingJsx } from "./missing_jsx.ts";
import {
  type CompletionItem,
  type CompletionList,
  type Hover,
  type Location,
  type LocationLink,
  positionAt,
  type ServerDiagnostic,
  type SignatureHelp,
} from "./protocol.ts";
import { RpcError } from "./rpc.ts";
import { type LanguageServer, type ServerOptions, startServer } from "./server.ts";
import { type Slot, takeSlot } from "./slots.ts";
import { sourceAt } from "./source.ts";

export interface LanguageOptions extends ServerOptions {
  /** Declarations of the names the kernel itself puts into every cell. */
  readonly prelude: string;
  /** Folder of the locks that bound how many servers a user's kernels run. */
  readonly slots: string;
  /** How many may run at a time. */
  readonly servers: number;
}

/** A type error of a cell. Lines and columns count from 1. */
export interface TypeProblem {
  readonly message: string;
  /** TypeScript's number, such as 2322. */
  readonly code: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface LanguageService {
  /** Starts the server unless one runs or all slots are taken; later calls then answer. */
  warm(): void;
  /** Whether no server runs or is being started. */
  readonly cold: boolean;
  /** Whether an answer may be had without waiting for a server to start. */
  readonly ready: boolean;
  /**
   * Adds a cell that is about to run; yields its type errors, none while no server runs. One that
   * they do not let run is as if it had never been.
   */
  commit(code: string, runs?: Judge): Promise<readonly TypeProblem[]>;
  /** Whether a cell declared this name anew and the server takes it for the global it was. */
  mistakes(name: string): boolean;
  /** Undefined while no server runs. */
  complete(code: string, cursor: number): Promise<Completion | undefined>;
  /** Undefined where there is nothing to say, or no server runs. */
  inspect(code: string, cursor: number, detail: 0 | 1): Promise<MimeBundle | undefined>;
  /** Forgets every cell: the user's process was replaced. */
  forget(): void;
  stop(): void;
}

/** Whether a cell runs that has these type errors. */
export type Judge = (problems: readonly TypeProblem[]) => boolean | Promise<boolean>;

/** What the cells that ran left. */
interface Past {
  ran: readonly string[];
  readonly obscured: Set<string>;
}

interface Running {
  readonly files: ImportedFiles;
  readonly server: LanguageServer;
  readonly notebook: LanguageNotebook;
}

/** A service that is cold until `warm` is called. */
export function languageService(options: LanguageOptions): LanguageService {
  let past = nothing();
  const known = new Set(namesBefore(options.prelude));
  let starting: Promise<Running | undefined> | undefined;
  let running: Running | undefined;
  let slot: Slot | undefined;
  /** What the server found not to be there. It looks once, and a cell may have had it fetched. */
  const missing = new Set<string>();
  let stale = false;
  let queue: Promise<unknown> = Promise.resolve();

  const start = async (): Promise<Running | undefined> => {
    const here = past;
    const earlier = here.ran; // Later ones are committed in their turn.
    const mine = slot = takeSlot(options.slots, options.servers);
    if (!mine) return undefined;
    const server = await startServer(options);
    server.ended.then(() => running?.server === server && cool());
    const notebook = openNotebook(server, options.folder, options.prelude);
    const files = importedFiles(server, options.folder);
    for (const name of await typesBefore({ server, notebook, files }).catch(() => [])) {
      known.add(name);
    }
    for (const code of earlier) {
      for (const name of knownIn(code)) here.obscured.add(name);
      await files.read(code);
      await notebook.commit(code);
      notebook.settle();
    }
    if (slot === mine) return running = { server, notebook, files };
    server.stop(); // Another one has been started meanwhile, or none is wanted.
    return undefined;
  };
  const knownIn = (code: string) =>
    new Set(declarationsOf(readable(code)).keys().filter((name) => known.has(name)));
  const cool = () => {
    slot?.release();
    slot = starting = running = undefined;
  };
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  };
  const now = async <T>(work: (running: Running) => Promise<T>): Promise<T | undefined> => {
    const here = running ?? await starting;
    return here && await work(here).catch(() => undefined);
  };
  const ask = <T>(work: (running: Running) => Promise<T>) =>
    inTurn(() => {
      refresh();
      return now(work);
    });
  const lookAt = (code: string, obscured: ReadonlySet<string>) =>
    now(async ({ server, notebook, files }) => {
      await files.read(code);
      const { document, ahead, back } = await notebook.commit(code);
      const told = await diagnosticsOf(server, document).catch(tooMuch);
      const lacking = (told ?? []).filter(isMissing).map(({ message }) => message);
      if (lacking.some((each) => !missing.has(each))) stale = true;
      lacking.forEach((each) => missing.add(each));
      const errors = typeErrors(told ?? [], document)
        .filter(({ code }) => lacking.length === 0 || !isImplicitAny(code));
      const found = errors.map(({ range: { start, end }, ...what }) => (
        { ...what, range: { start: back(start), end: back(end) } }
      ));
      const names = obscured.union(knownIn(code));
      const problems = found.filter(({ range }) => !meansAny(names, code, range.start))
        .map((diagnostic) => problemOf(diagnostic, ahead))
        .map((problem) => ({ ...problem, message: meant(notebook, problem.message, ofEarlier) }));
      const end = (kept: boolean) => kept ? notebook.settle() : notebook.takeBack();
      return { problems, readable: told !== undefined, end };
    });
  const warm = () => {
    if (starting) return;
    const coming = starting = start().catch(() => undefined);
    // Where all slots were taken, or it failed, a later call tries again.
    coming.then((here) => here === undefined && starting === coming && cool());
  };
  const stop = () => {
    running?.server.stop();
    cool();
  };
  const refresh = () => {
    if (!stale) return;
    stale = false;
    stop();
    warm();
  };

  return {
    warm,
    get cold() {
      return starting === undefined;
    },
    get ready() {
      return running !== undefined;
    },
    commit(code, runs = () => true) {
      const here = past; // It is another one once the user's process was replaced.
      return inTurn(async () => {
        refresh();
        const looked = await lookAt(code, here.obscured);
        const problems = looked?.problems ?? [];
        const kept = await runs(problems) && looked?.readable !== false;
        looked?.end(kept);
        if (kept) here.ran = remembered(here.ran, code);
        if (kept) { for (const name of knownIn(code)) here.obscured.add(name); }
        return problems;
      });
    },
    mistakes: (name) => past.obscured.has(name),
    complete: (code, cursor) => ask((here) => completeIn(here, code, cursor)),
    inspect: (code, cursor, detail) => ask((here) => inspectIn(here, code, cursor, detail)),
    forget() {
      const had = starting !== undefined;
      past = nothing();
      stop();
      if (had) warm();
    },
    stop,
  };
}

function nothing(): Past {
  return { ran: [], obscured: new Set() };
}

/** The cells that later ones can still refer to: those all of whose names are shadowed go. */
function remembered(ran: readonly string[], code: string): readonly string[] {
  const names = declarationsOf(code);
  if (names.size === 0) return ran;
  return [
    ...ran.filter((cell) => ![...declarationsOf(cell).keys()].every((n) => names.has(n))),
    code,
  ];
}

/**
 * Undefined for what the server itself fails at, as TypeScript does at some code: it would fail at
 * every later cell as well, so that such a cell is to it as if it had never been.
 */
function tooMuch(error: unknown): undefined {
  if (!(error instanceof RpcError)) throw error;
}

async function diagnosticsOf(
  server: LanguageServer,
  { uri }: CellDocument,
): Promise<readonly ServerDiagnostic[]> {
  const report = await server.request<{ readonly items?: readonly ServerDiagnostic[] }>(
    "textDocument/diagnostic",
    { textDocument: { uri } },
  );
  return report.items ?? [];
}

function typeErrors(told: readonly ServerDiagnostic[], { text }: CellDocument) {
  return withoutMissingJsx(told.filter(isTypeError), text);
}

/** What is given to a function of a missing module gets its type from there, once that is known. */
function isImplicitAny(code: ServerDiagnostic["code"]): boolean {
  return Number(code) >= 7000 && Number(code) < 8000;
}

/** An import that has yet to be fetched. Source: deno 2.9, cli/lsp/diagnostics.rs, `code`. */
function isMissing({ source, code }: ServerDiagnostic): boolean {
  return source === "deno" && /^(no-cache|not-installed)/.test(String(code));
}

/**
 * What is unused is no error. A cell that runs has been parsed: also what the server tells among
 * the errors of syntax, 1000 to 1999, such as a property named twice, was found by its checker.
 */
function isTypeError({ severity, source, code }: ServerDiagnostic): boolean {
  return severity === 1 && source === "deno-ts" && !ofFiles.has(code);
}

/** Errors of a file that are none of a cell. */
const ofFiles: ReadonlySet<ServerDiagnostic["code"]> = new Set([
  1205, // An export of a type: `export` means nothing here, whatever compiles it.
  1280, // A namespace outside of a module.
  1314, // `export as namespace` outside of a module.
  2853, // `await using` outside of a module.
  7005, // A variable that gets its type where it is used, …
  7034, // … which TypeScript follows within a file, not from cell to cell.
  7026, // No types of JSX elements exist: then none can be wrong.
]);

function problemOf(
  { message, code, range: { start, end } }: ServerDiagnostic,
  ahead: number,
): TypeProblem {
  return {
    message,
    code: Number(code),
    line: start.line + 1 - ahead,
    column: start.character + 1,
    endLine: end.line + 1 - ahead,
    endColumn: end.character + 1,
  };
}

async function itemsAt({ server, notebook }: Running, code: string, cursor: number) {
  const { uri } = notebook.scratch(code);
  const list = await server.request<CompletionList | readonly CompletionItem[] | null>(
    "textDocument/completion",
    { ...at(uri, code, cursor), context: { triggerKind: 1 } },
  );
  return list === null ? [] : "items" in list ? list.items : list;
}

/** The names that stand for types before any cell, as the server completes them. */
async function typesBefore(running: Running): Promise<readonly string[]> {
  const code = "let type: ";
  const items = await itemsAt(running, code, code.length);
  return items.filter(({ kind }) => kind !== keyword).map(({ label }) => label);
}

/** Source: LSP 3.17, `CompletionItemKind`. */
const keyword = 14;

async function completeIn(running: Running, code: string, cursor: number) {
  const all = await itemsAt(running, code, cursor);
  const { shadowedNames } = running.notebook;
  const items = all.filter(({ label }) => !shadowedNames.has(label))
    .filter((item) => !isCommonJs(item) || declares(running, code, item.label));
  const resolve = async (item: CompletionItem) => {
    const resolved = await running.server.request<Resolved>("completionItem/resolve", item)
      .catch(() => item);
    return { ...resolved, detail: meant(running.notebook, resolved.detail ?? "") };
  };
  return completionOf({ code, cursor, items, resolve });
}

/** A text of the server's with the names that the user gave. */
function meant(
  { shadowedNames }: LanguageNotebook,
  text: string,
  say: (name: string) => string = (name) => name,
): string {
  return text.replaceAll(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu, (word) => {
    const name = shadowedNames.get(word);
    return name === undefined ? word : say(name);
  });
}

function ofEarlier(name: string): string {
  return `${name} of an earlier cell`;
}

/** The server knows of names that Node gives its CommonJS modules. A cell has none of them. */
function isCommonJs({ label, kind }: CompletionItem): boolean {
  return ofCommonJs.has(label) && (kind === variable || kind === aFunction);
}

const ofCommonJs = new Set(["__dirname", "__filename", "exports", "module", "require"]);
/** Source: LSP 3.17, `CompletionItemKind`. */
const [aFunction, variable] = [3, 6];

function declares({ notebook }: Running, code: string, name: string): boolean {
  return [...notebook.cells.map(({ text }) => text), code].some((cell) =>
    declarationsOf(cell).has(name)
  );
}

async function inspectIn(running: Running, code: string, cursor: number, detail: 0 | 1) {
  const { server, notebook } = running;
  const { uri } = notebook.scratch(code);
  const shown = (found: Documented) => {
    const texts = Object.entries(documentationOf(found));
    return Object.fromEntries(texts.map(([type, text]) => [type, meant(notebook, String(text))]));
  };
  for (const place of placesToAsk(code, cursor)) {
    const hover = await server.request<Hover | null>("textDocument/hover", at(uri, code, place));
    if (hover && !isUnknown(hover)) {
      const source = detail === 1 ? await definitionAt(running, uri, code, place) : undefined;
      return shown({ hover, source });
    }
  }
  const help = await server.request<SignatureHelp | null>("textDocument/signatureHelp", {
    ...at(uri, code, cursor),
    context: { triggerKind: 1, isRetrigger: false },
  });
  return help?.signatures.length ? shown({ help }) : undefined;
}

/** The cursor may stand behind the name it means; inside a call's parentheses it means neither. */
function placesToAsk(code: string, cursor: number): readonly number[] {
  const word = wordBefore(code, cursor);
  return word.length > 0
    ? [cursor - 1]
    : /[\p{ID_Start}$_]/u.test(code[cursor] ?? "")
    ? [cursor]
    : [];
}

async function definitionAt(
  { server, notebook }: Running,
  uri: string,
  code: string,
  place: number,
) {
  const links = await server.request<readonly (Location | LocationLink)[] | null>(
    "textDocument/definition",
    at(uri, code, place),
  );
  const link = links?.[0];
  if (!link) return undefined;
  const [target, range] = "targetUri" in link
    ? [link.targetUri, link.targetRange]
    : [link.uri, link.range];
  const cell = [...notebook.cells, { uri, text: code }].find((cell) => cell.uri === target);
  return await sourceAt({ server, uri: target, range, text: cell?.text });
}

function at(uri: string, code: string, cursor: number) {
  return { textDocument: { uri }, position: positionAt(code, cursor) };
}
