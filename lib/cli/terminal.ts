/** What a text may look like where it goes: colours and width. */
import { stripVTControlCharacters, styleText } from "node:util";

export interface Terminal {
  readonly colour: boolean;
  /** Columns of a terminal; undefined on a pipe, where lines stay plain and whole. */
  readonly columns: number | undefined;
}

export const pipe: Terminal = { colour: false, columns: undefined };

type Style = Parameters<typeof styleText>[0];

/** The text in a style where colours are shown, else the text. */
export function paint({ colour }: Terminal, style: Style, text: string): string {
  return colour ? styleText(style, text, { validateStream: false }) : text;
}

/** Rows as aligned columns, two blanks apart; the last column is not padded. */
export function columns(rows: readonly (readonly string[])[], indent = ""): string {
  const widths = (rows[0] ?? []).map((_, i) => widest(rows, i));
  return rows
    .map((row) => indent + row.map((cell, i) => pad(cell, widths[i] ?? 0)).join("  ").trimEnd())
    .join("\n");
}

/** Rows may be as many as a machine has CPUs: too many to be arguments of one call. */
function widest(rows: readonly (readonly string[])[], at: number): number {
  return rows.reduce((most, row) => Math.max(most, width(row[at] ?? "")), 0);
}

function pad(cell: string, to: number): string {
  return cell + " ".repeat(Math.max(0, to - width(cell)));
}

function width(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
