/**
 * The notebook as the language server sees it: one document a cell that declares something, in
 * order of execution, and one at the end for what is typed or about to run. A cell that declares
 * nothing only passes through that last one: a new text costs the server a third of a new document.
 */
import { legible, parseCell, type Parsed, readCell } from "../compile_parse.ts";
import { declarationsOf, renamePrefixes } from "./declared.ts";
import { offsetAt, positionAt, type TextEdit, withEdits, type WorkspaceEdit } from "./protocol.ts";
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

export interface LanguageNotebook {
  /**
   * Puts a cell behind those before it, whose names it shadows as JavaScript would; yields also
   * how many lines of the document stand before the cell's first.
   */
  commit(code: string): Promise<{ readonly document: CellDocument; readonly ahead: number }>;
  /** Keeps the cell put in last if later ones can refer to it, which is if it declares something. */
  settle(): void;
  /** The document at the very end, with this text. */
  scratch(code: string): CellDocument;
  /** Those that were kept. */
  readonly cells: readonly CellDocument[];
}

/** Opens an empty notebook in a folder; relative imports resolve from there. */
export function openNotebook(rpc: Rpc, folder: URL, prelude: string): LanguageNotebook {
  const uri = new URL("kernel.ipynb", folder).href;
  const cells: CellDocument[] = [];
  let version = 1;
  let made = 0;
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
  const insert = (document: CellDocument, start: number) =>
    change({
      structure: {
        array: { start, deleteCount: 0, cells: [{ kind: 2, document: document.uri }] },
        didOpen: [textItem(document)],
      },
    });
  const close = ({ uri }: CellDocument, start: number) =>
    change({ structure: { array: { start, deleteCount: 1, cells: [] }, didClose: [{ uri }] } });
  const remove = (cell: CellDocument) => {
    const index = cells.indexOf(cell);
    cells.splice(index, 1);
    close(cell, index + 1);
  };
  const retype = (document: CellDocument, text: string) => {
    if (document.text === text) return;
    document.text = text;
    document.version++;
    const { uri, version } = document;
    change({ textContent: [{ document: { uri, version }, changes: [{ text }] }] });
  };
  const shadow = async (names: ReadonlySet<string>, at: number) => {
    for (const cell of cells.toReversed()) {
      const declared = [...declarationsOf(cell.text)];
      const hidden = declared.filter(([name]) => names.has(name));
      if (hidden.length === 0) continue;
      if (hidden.length === declared.length) remove(cell);
      else for (const [name] of hidden) await rename(cell, name, `${name}$${at}`);
    }
  };
  const rename = async (cell: CellDocument, name: string, newName: string) => {
    const offset = declarationsOf(cell.text).get(name)!;
    const edit = await rpc.request<WorkspaceEdit | null>("textDocument/rename", {
      textDocument: { uri: cell.uri },
      position: positionAt(cell.text, offset),
      newName,
    });
    for (const cell of cells) {
      const edits = edit?.changes?.[cell.uri];
      if (edits) retype(cell, withEdits(cell.text, prefixed(cell.text, edits)));
    }
  };

  const show = (text: string, languageId: LanguageId): CellDocument => {
    if (typed && typed.languageId !== languageId) {
      close(typed, cells.length + 1);
      typed = undefined;
    }
    if (!typed) insert(typed = document(text, languageId), cells.length + 1);
    else retype(typed, text);
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
    async commit(code) {
      const { text, ahead, parsed } = readCell(code);
      const names = new Set(declarationsOf(text).keys());
      if (names.size > 0) {
        if (typed) retype(typed, "");
        await shadow(names, made);
      }
      return { document: show(text, idOf(parsed)), ahead };
    },
    settle() {
      if (!typed || declarationsOf(typed.text).size === 0) return;
      cells.push(typed);
      typed = undefined;
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
