/**
 * What a lesson must have, as far as a machine can tell: a question before all, a prediction and a
 * check in every section, small cells, stored outputs, figures in words, and numbers in the prose
 * that some cell bears out.
 */
import { renderMarkdown } from "../../lib/notebook/markdown.ts";
import type { CodeCell, Notebook, NotebookCell } from "../../lib/notebook/notebook.ts";

/** One rule a notebook breaks, and where. */
export interface Fault {
  readonly rule: string;
  readonly where: string;
}

export function faultsOf(notebook: Notebook): Fault[] {
  return Object.entries(rules).flatMap(([rule, broken]) =>
    broken(notebook).map((where) => ({ rule, where }))
  );
}

/** Every rule tells the places where it is broken. */
const rules: Readonly<Record<string, (notebook: Notebook) => string[]>> = {
  "opens with a question and a source": ({ cells: [first] }) =>
    first?.cell_type === "markdown" && /\?/.test(first.source) && /\]\(https:/.test(first.source)
      ? []
      : ["first cell"],
  "has a prediction in every section": (notebook) =>
    lessons(notebook).filter((section) => !/\bpredict\(/.test(codeOf(section))).map(nameOf),
  "checks a claim in every section": (notebook) =>
    lessons(notebook).filter((section) => !/\b(check|refute)\(/.test(codeOf(section))).map(nameOf),
  "cites a source in every section": (notebook) =>
    lessons(notebook).filter((section) => !/Source:/.test(proseOf(section))).map(nameOf),
  "has no code cell above 15 lines": (notebook) =>
    codeCells(notebook).filter(({ source }) => source.split("\n").length > 15).map(({ id }) => id),
  "has no line of code above 92 columns": (notebook) =>
    codeCells(notebook).filter(({ source }) => /^.{93,}$/m.test(source)).map(({ id }) => id),
  "is stored with its outputs": (notebook) =>
    codeCells(notebook).filter(({ execution_count }) => execution_count === null)
      .map(({ id }) => id),
  "is stored without an error": (notebook) =>
    codeCells(notebook).filter(({ outputs }) => outputs.some((o) => o.output_type === "error"))
      .map(({ id }) => id),
  "describes every picture": (notebook) =>
    codeCells(notebook).filter(({ outputs }) => outputs.some(isUndescribed)).map(({ id }) => id),
  "says no number that no cell bears out": unborneNumbers,
  "ends with a command for the reader's machine": (notebook) =>
    /deno@\S+ task -q irqscope /.test(proseOf(sections(notebook).at(-1) ?? [])) ? [] : ["the end"],
};

type Section = readonly NotebookCell[];

/** The cells from one second-level heading to the next. */
export function sections({ cells }: Notebook): Section[] {
  return cells.reduce<NotebookCell[][]>((parts, cell) => {
    const begins = cell.cell_type === "markdown" && /^## /m.test(cell.source);
    if (begins || parts.length === 0) parts.push([]);
    parts.at(-1)!.push(cell);
    return parts;
  }, []);
}

/** All sections but the opening and the last one, which hands over. */
function lessons(notebook: Notebook): Section[] {
  return sections(notebook).slice(1, -1);
}

function nameOf(section: Section): string {
  return /^## .*$/m.exec(section[0]!.source)?.[0] ?? section[0]!.id;
}

function codeCells({ cells }: Pick<Notebook, "cells">): CodeCell[] {
  return cells.filter((cell) => cell.cell_type === "code");
}

function codeOf(section: Section): string {
  return codeCells({ cells: section }).map(({ source }) => source).join("\n");
}

export function proseOf(section: Section): string {
  return section.filter(({ cell_type }) => cell_type === "markdown")
    .map(({ source }) => source).join("\n");
}

function isUndescribed(output: CodeCell["outputs"][number]): boolean {
  if (!("data" in output)) return false;
  const html = String(output.data["text/html"] ?? "");
  const images = html.match(/<img\b[^>]*>/g) ?? [];
  const pictured = Object.keys(output.data).some((type) => type.startsWith("image/"));
  return images.some((image) => !/\balt="[^"]{20,}"/.test(image)) ||
    pictured && !("text/plain" in output.data);
}

/** Numbers of two digits and more, dates, versions, names and citations apart. */
function unborneNumbers(notebook: Notebook): string[] {
  const shown = codeCells(notebook).map((cell) => cell.source + JSON.stringify(cell.outputs));
  const borne = new Set(shown.join("\n").match(/\d{2,}/g));
  const prose = proseOf(notebook.cells).replace(apart, " ");
  return [...new Set(prose.match(/(?<![\w.])\d{2,}(?![\w.]*\d)/g))].filter((n) => !borne.has(n));
}

const apart = /```[^]*?```|`[^`]*`|\]\([^)]*\)|^Source:.*$|\b\d+ \w+ \d{4}\b|\b\d+ minutes\b/gm;

/** Whether every heading level follows from the one above it. */
export function headingLevels(notebook: Notebook): number[] {
  return renderMarkdown(proseOf(notebook.cells)).headings.map(({ level }) => level);
}
