import { isJsonType, type Notebook, type NotebookCell, type NotebookOutput } from "./notebook.ts";

/**
 * The text of a notebook file, byte for byte as Jupyter writes it: keys sorted, one space of
 * indent, long texts as lists of lines. Source: nbformat 5.10 v4/nbjson.py JSONWriter.writes and
 * v4/rwbase.py split_lines.
 */
export function formatNotebook(notebook: Notebook): string {
  const file = {
    ...notebook,
    nbformat_minor: Math.max(5, notebook.nbformat_minor),
    cells: notebook.cells.map(splitCell),
  };
  return `${JSON.stringify(sorted(file), null, 1)}\n`;
}

function splitCell(cell: NotebookCell): unknown {
  const source = splitLines(cell.source);
  if (cell.cell_type !== "code") return { ...cell, source };
  return { ...cell, source, outputs: cell.outputs.map(splitOutput) };
}

function splitOutput(output: NotebookOutput): unknown {
  if (output.output_type === "stream") return { ...output, text: splitLines(output.text) };
  if (output.output_type === "error") return output;
  const data = Object.entries(output.data).map(([type, value]) => [type, splitData(type, value)]);
  return { ...output, data: Object.fromEntries(data) };
}

const splitTypes = /^text\/|^application\/javascript$|^image\/svg\+xml$/;

function splitData(type: string, value: unknown): unknown {
  const splits = typeof value === "string" && splitTypes.test(type) && !isJsonType(type);
  return splits ? splitLines(value) : value;
}

/** Lines with their ends, parted where Python's `str.splitlines` parts them. */
function splitLines(text: string): string[] {
  return text.match(line) ?? [];
}

const ends = "\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029";
const line = new RegExp(`[^${ends}]*(?:\\r\\n|[${ends}])|[^${ends}]+`, "g");

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => a < b ? -1 : 1));
}
