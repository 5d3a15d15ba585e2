/** The part of the Language Server Protocol 3.17 that is spoken here, in its own words. */

/** Line and UTF-16 column, both from 0. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export interface TextEdit {
  readonly range: Range;
  readonly newText: string;
}

export interface WorkspaceEdit {
  readonly changes?: Readonly<Record<string, readonly TextEdit[]>>;
}

export interface MarkupContent {
  readonly kind: "plaintext" | "markdown";
  readonly value: string;
}

export interface CompletionItem {
  readonly label: string;
  readonly kind?: number;
  readonly sortText?: string;
  readonly insertText?: string;
  readonly textEdit?:
    & { readonly newText: string }
    & (
      | { readonly range: Range }
      | { readonly insert: Range; readonly replace: Range }
    );
  readonly detail?: string;
  readonly data?: { readonly tsJs?: { readonly source?: string } };
}

export interface CompletionList {
  readonly items: readonly CompletionItem[];
}

export interface Hover {
  readonly contents: MarkupContent | string | readonly (MarkupContent | string)[];
}

export interface SignatureHelp {
  readonly signatures: readonly {
    readonly label: string;
    readonly documentation?: MarkupContent | string;
  }[];
  readonly activeSignature?: number | null;
}

export interface LocationLink {
  readonly targetUri: string;
  readonly targetRange: Range;
}

export interface Location {
  readonly uri: string;
  readonly range: Range;
}

export interface ServerDiagnostic {
  readonly range: Range;
  /** 1 error, 2 warning, 3 information, 4 hint. */
  readonly severity?: number;
  readonly code?: number | string;
  readonly source?: string;
  readonly message: string;
}

/** The position of a UTF-16 offset in a text. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length - 1, character: offset - before.lastIndexOf("\n") - 1 };
}

/** The UTF-16 offset of a position in a text. */
export function offsetAt(text: string, { line, character }: Position): number {
  let start = 0;
  for (let passed = 0; passed < line; passed++) {
    const end = text.indexOf("\n", start);
    if (end === -1) return text.length;
    start = end + 1;
  }
  return Math.min(start + character, text.length);
}

/** A text with edits made that do not overlap. */
export function withEdits(text: string, edits: readonly TextEdit[]): string {
  const places = edits.map(({ range, newText }) => ({
    start: offsetAt(text, range.start),
    end: offsetAt(text, range.end),
    newText,
  }));
  return places.toSorted((a, b) => b.start - a.start)
    .reduce((out, { start, end, newText }) => out.slice(0, start) + newText + out.slice(end), text);
}
