import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { Notebook } from "../../lib/notebook/notebook.ts";
import { parseNotebook } from "../../lib/notebook/parse.ts";

export const folder: string = fileURLToPath(new URL("../../notebooks/", import.meta.url));

export interface Stored {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly notebook: Notebook;
}

/** Every notebook of the project, as it is stored. */
export function storedNotebooks(): Stored[] {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  return names.filter((name) => name.endsWith(".ipynb")).sort().map((name) => {
    const text = Deno.readTextFileSync(folder + name);
    return { name: basename(name), file: folder + name, text, notebook: parseNotebook(text) };
  });
}

/** The outputs without PNGs, whose pixels depend on the machine's fonts. */
export function outputsOf({ cells }: Pick<Notebook, "cells">): unknown[] {
  const code = cells.filter((cell) => cell.cell_type === "code");
  return code.map(({ id, outputs }) => ({ id, outputs: outputs.map(withoutPng) }));
}

function withoutPng(output: object): object {
  if (!("data" in output)) return output;
  const { "image/png": _, ...data } = output.data as Record<string, unknown>;
  return { ...output, data };
}
