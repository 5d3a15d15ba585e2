/**
 * The notebook as the language server sees it: one document a cell that declares something, in
 * order of execution, and one behind them for what is typed or about to run. A cell that declares
 * nothing only passes through that last one.
 */
import { legible, parseCell, type Parsed, readCell } from "../compile_parse.ts";
import { declarationsOf, renamePrefixes } from "./declared.ts";
import { openGlobals } from "./globals.ts";
import { readableModule } from "./module_syntax.ts";
import {
  offsetAt,
  type Position,
  positionAt,
  type TextEdit,
  withEdits,
  type WorkspaceEdit,
} from "./protocol.ts";
import type { Rpc } from "./rpc.ts";

/** One cell's document. */
export interface CellDocument {
  readonly uri: string;
  readonly languageId: LanguageId;
  text: string;
  version: number;
}

/** Only what is JSX is read as TSX, in which some TypeScript means nothing. */
type LanguageId = "typescript" | "typescriptreact";

export interface Committed {
  readonly document: CellDocument;
  /** How many lines of what is read stand before the cell's first. */
  readonly ahead: number;
  /** Where a place of the document stands in the cell as it is read. */
  back(place: Position): Position;
}

export interface LanguageNotebook {
  /** Puts a cell behind those before it, whose names it shadows as JavaScript would. */
  commit(code: string): Promise<Committed>;
  /** Keeps the cell put in last if later ones can refer to it, which is if it declares something. */
  settle(): void;
  /** Takes the cell put in last away again: it does not run, and shadows nothing. */
  takeBack(): void;
  /** The document behind all of them, with this text. */
  scratch(code: string): CellDocument;
  /** Those that were kept. */
  readonly cells: readonly CellDocument[];
  /** The names that shadowed declarations bear here, each with its own. */
  readonly shadowedNames: ReadonlyMap<string, string>;
}

/**
 * A document that comes or goes costs the server four times a new text, so many of them come and
 * go together: they are blank before and after.
 */
const batch = 16;

/** Opens an empty notebook in a folder; relative imports resolve from there. */
export function openNotebook(rpc: Rpc, folder: URL, prelude: string): LanguageNotebook {
  const uri = new URL("kernel.ipynb", folder).href;
  /** All but the first, as the server has them: cells, what is typed, and blanks at the end. */
  const order: CellDocument[] = [];
  const cells: CellDocument[] = [];
  const blanks: CellDocument[] = [];
  const spent: CellDocument[] = [];
  /** Those whose names the cell put in last shadows, all of them. */
  const shadowed: CellDocument[] = [];
  /** The cells and their texts before it was put in. */
  let earlier: readonly (readonly [CellDocument, string])[] = [];
  let version = 1;
  let made = 0;
  const shadowedNames = new Map<string, string>();
  let typed: CellDocument | undefined;

  const document = (text: string, languageId: LanguageId): CellDocument => ({
    uri: `deno-notebook-cell:${new URL("kernel.ipynb", folder).pathname}#c${made++}`,
    languageId,
    text,
    version: 1,
  });
  const change = (cells: object) =>
    rpc.notify("notebookDocument/didChange", {
      notebookDocument: { uri, version: ++version },
      change: { cells },
    });
  const open = (documents: readonly CellDocument[], at: number) => {
    order.splice(at, 0, ...documents);
    const opened = documents.map(({ uri }) => ({ kind: 2, document: uri }));
    const array = { start: at + 1, deleteCount: 0, cells: opened };
    change({ structure: { array, didOpen: documents.map(textItem) } });
  };
  const close = (document: CellDocument) => {
    const at = order.indexOf(document);
    order.splice(at, 1);
    const array = { start: at + 1, deleteCount: 1, cells: [] };
    change({ structure: { array, didClose: [{ uri: document.uri }] } });
  };
  const retype = (document: CellDocument, text: string) => {
    if (document.text === text) return;
    document.text = text;
    document.version++;
    const { uri, version } = document;
    change({ textContent: [{ document: { uri, version }, changes: [{ text }] }] });
  };
  const remove = (cell: CellDocument) => {
    cells.splice(cells.indexOf(cell), 1);
    retype(cell, "");
    shadowed.push(cell);
  };
  const spend = (cell: CellDocument) => {
    spent.push(cell);
    if (spent.length === batch) spent.splice(0).forEach(close);
  };
  const shadow = async (names: ReadonlySet<string>) => {
    for (const cell of cells.toReversed()) {
      const declared = [...declarationsOf(cell.text)];
      const hidden = declared.filter(([name]) => names.has(name));
      if (hidden.length === 0) continue;
      if (hidden.length === declared.length) remove(cell);
      else for (const [name] of hidden) await rename(cell, name, setAside(name));
    }
  };
  const setAside = (name: string) => {
    const aside = `${name}$${shadowedNames.size + 1}`;
    shadowedNames.set(aside, shadowedNames.get(name) ?? name);
    return aside;
  };
  const rename = async (cell: CellDocument, name: string, newName: string) => {
    const offset = declarationsOf(cell.text).get(name)!;
    const edit = await rpc.request<WorkspaceEdit | null>("textDocument/rename", {
      textDocument: { uri: cell.uri },
      position: positionAt(cell.text, offset),
      newName,
    }).catch(() => null); // What adds to a type of the library bears the library's name.
    for (const cell of cells) {
      const edits = edit?.changes?.[cell.uri];
      if (edits) retype(cell, withEdits(cell.text, prefixed(cell.text, edits)));
    }
  };

  const take = (languageId: LanguageId): CellDocument => {
    const isBlank = languageId === "typescript";
    if (isBlank && blanks.length > 0) return blanks.shift()!;
    const made = Array.from({ length: isBlank ? batch : 1 }, () => document("", languageId));
    open(made, order.length - blanks.length);
    blanks.push(...made.slice(1));
    return made[0]!;
  };
  const giveBack = (document: CellDocument) => {
    if (document.languageId !== "typescript") return close(document);
    retype(document, "");
    blanks.unshift(document);
  };
  const show = (text: string, languageId: LanguageId): CellDocument => {
    if (typed && typed.languageId !== languageId) {
      giveBack(typed);
      typed = undefined;
    }
    typed ??= take(languageId);
    retype(typed, text);
    return typed;
  };

  const opening = document(prelude, "typescript");
  rpc.notify("notebookDocument/didOpen", {
    notebookDocument: {
      uri,
      notebookType: "jupyter-notebook",
      version,
      cells: [{ kind: 2, document: opening.uri }],
    },
    cellTextDocuments: [textItem(opening)],
  });

  return {
    cells,
    shadowedNames,
    async commit(code) {
      const { text: read, ahead, parsed } = readCell(code);
      const { text, back } = openGlobals(readableModule(read, parsed), parsed);
      const names = new Set(declarationsOf(text).keys());
      earlier = cells.map((cell) => [cell, cell.text]);
      if (names.size > 0) {
        if (typed) retype(typed, "");
        await shadow(names);
      }
      return { document: show(text, idOf(parsed)), ahead, back };
    },
    settle() {
      shadowed.splice(0).forEach(spend);
      if (!typed || declarationsOf(typed.text).size === 0) return;
      cells.push(typed);
      typed = undefined;
    },
    takeBack() {
      if (typed) retype(typed, "");
      shadowed.length = 0;
      cells.splice(0, cells.length, ...earlier.map(([cell]) => cell));
      for (const [cell, text] of earlier) retype(cell, text);
    },
    scratch: (code) => show(legible(code), idOf(parseCell(code))),
  };
}

function idOf({ language }: Parsed): LanguageId {
  return language === "tsx" ? "typescriptreact" : "typescript";
}

function textItem({ uri, version, text, languageId }: CellDocument) {
  return { uri, version, text, languageId };
}

function prefixed(text: string, edits: readonly TextEdit[]): readonly TextEdit[] {
  const prefixes = renamePrefixes(text);
  return edits.map(({ range, newText }) => ({
    range,
    newText: (prefixes.get(offsetAt(text, range.start)) ?? "") + newText,
  }));
}
