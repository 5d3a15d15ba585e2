/** One notebook of the book: read, run on our kernel without Jupyter, written as HTML. */
import { basename, dirname, join } from "node:path";
import { createInterpreter } from "../kernel/interpreter_deno.ts";
import { formatNotebook } from "../notebook/format.ts";
import { notebookHtml, notebookTitle } from "../notebook/html.ts";
import { parseNotebook } from "../notebook/parse.ts";
import { type Progress, type Run, runNotebook } from "../notebook/run.ts";
import { InputError } from "./error.ts";
import type { World } from "./world.ts";

export interface Chapter {
  readonly notebook: string;
  readonly title: string;
  /** The page's name in the book's folder. */
  readonly page: string;
  /** `cell 7 (claim-3): ClaimError: …` where a cell failed. */
  readonly failure?: string;
}

export interface ChapterOptions {
  /** The notebook's file, absolute. */
  readonly file: string;
  /** The folder of the book. */
  readonly out: string;
  /** Whether the outputs go back into the notebook too. */
  readonly write: boolean;
  readonly onProgress: (progress: Progress) => void;
}

export async function writeChapter(options: ChapterOptions, world: World): Promise<Chapter> {
  const { file, out, write, onProgress } = options;
  const name = basename(file);
  const page = name.replace(/\.ipynb$/, ".html");
  const notebook = parseNotebook(await world.readText(file), { file: name });
  const open = (surroundings: Parameters<typeof createInterpreter>[0]) =>
    createInterpreter(surroundings, { folder: dirname(file) });
  const run = await runNotebook(notebook, { open, onProgress });
  const html = notebookHtml(run.notebook, { fallback: name, index: "index.html" });
  await writeText(join(out, page), html);
  if (write && run.failure === undefined) await writeText(file, formatNotebook(run.notebook));
  const title = notebookTitle(run.notebook) ?? name;
  return { notebook: name, title, page, ...failureOf(run) };
}

function failureOf({ failure, notebook }: Run): Pick<Chapter, "failure"> {
  if (failure === undefined) return {};
  const { cell, error } = failure;
  const place = notebook.cells.findIndex(({ id }) => id === cell.id) + 1;
  return { failure: `cell ${place} (${cell.id}): ${error.ename}: ${error.evalue}` };
}

/** Writes a file, and the folder it stands in. */
export async function writeText(path: string, text: string): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new InputError(`Cannot write ${path}: ${found}; choose another folder by --out`, {
      cause: error,
    });
  }
}
