import type { z } from "zod";
import { type Notebook, type NotebookCell, notebookSchema } from "./notebook.ts";
import { NotebookError } from "./notebook_error.ts";

/**
 * The notebook that a file's text describes.
 *
 * @throws {NotebookError} when it is no JSON, or not of nbformat 4.
 */
export function parseNotebook(text: string, { file = "given" }: { file?: string } = {}): Notebook {
  const value = parseJson(text, file);
  const result = notebookSchema.safeParse(value);
  if (!result.success) throw schemaError(result.error.issues[0]!, value, file);
  return withIds(result.data, file);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const found = `it is no JSON (${(error as Error).message.split("\n")[0]})`;
    throw new NotebookError({ file, field: "", found, mend: "save it from Jupyter again" });
  }
}

function schemaError(issue: z.core.$ZodIssue, value: unknown, file: string): NotebookError {
  const field = issue.path.reduce<string>((name, key) => `${name}${segment(key, name)}`, "");
  const found = describe(issue.path.reduce<unknown>(step, value));
  return new NotebookError({ file, field: field || "the file", found, mend: issue.message });
}

function segment(key: PropertyKey, before: string): string {
  if (typeof key === "number") return `[${key}]`;
  return before === "" ? String(key) : `.${String(key)}`;
}

function step(value: unknown, key: PropertyKey): unknown {
  return (value as Record<PropertyKey, unknown> | undefined | null)?.[key];
}

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  const shown = typeof value === "object" && value !== null ? "an object" : JSON.stringify(value);
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
}

/** Cells before nbformat 4.5 have no id: their place names them. Two of one id cannot be told. */
function withIds({ cells, ...rest }: z.infer<typeof notebookSchema>, file: string): Notebook {
  const named = cells.map((cell, i): NotebookCell => ({ ...cell, id: cell.id ?? `cell-${i}` }));
  const twice = named.findIndex(({ id }, i) => named.findIndex((cell) => cell.id === id) < i);
  if (twice < 0) return { ...rest, cells: named };
  throw new NotebookError({
    file,
    field: `cells[${twice}].id`,
    found: `"${named[twice]!.id}", which an earlier cell has`,
    mend: "give it an id of its own",
  });
}
