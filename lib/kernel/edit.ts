/**
 * Edits of a cell that leave every untouched character at its own column: after each inserted
 * text comes a line break and a pad of blanks. A position in the edited code therefore differs
 * from the user's only by whole lines, and a short list of breaks says by how many.
 */

/**
 * A line of the edited code, from 0, that ends in a break the user never typed, and the column
 * from which on it is none of the user's text.
 */
export type Break = readonly [line: number, column: number];

/** Puts `text` at an offset of the source, in place of the `remove` characters found there. */
export interface Edit {
  readonly at: number;
  readonly remove?: number;
  readonly text: string;
}

export interface Edited {
  readonly code: string;
  /** By ascending line. */
  readonly breaks: readonly Break[];
}

/** Applies edits in the order of their offsets; those at one offset keep their given order. */
export function applyEdits(source: string, edits: readonly Edit[]): Edited {
  const breaks: Break[] = [];
  let code = "";
  let line = 0;
  let from = 0;
  const emit = (text: string) => {
    code += text;
    line += newlines(text);
  };
  for (const { at, remove = 0, text } of edits.toSorted((a, b) => a.at - b.at)) {
    emit(source.slice(from, at) + text);
    from = at + remove;
    const swallowed = newlines(source.slice(at, from));
    if (swallowed === 0 && text.length === remove) continue;
    if (swallowed === 0) breaks.push([line, column(source, at)]);
    emit("\n".repeat(swallowed || 1));
    emit(" ".repeat(column(source, from)));
  }
  emit(source.slice(from));
  return { code, breaks };
}

function column(source: string, offset: number): number {
  return offset - (source.slice(0, offset).lastIndexOf("\n") + 1);
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}
