import { type Comment, type ParserOptions, parseSync } from "oxc-parser";
import { contains, type Node } from "./compile_ast.ts";
import { importsJsx } from "./compile_pragmas.ts";

/** A cell's tree, or the first reason why it has none, and the language it was read in. */
export type Parsed =
  | {
    readonly kind: "parsed";
    readonly body: readonly Node[];
    readonly language: Language;
    /** Its pragmas have JSX import what it is lowered to. */
    readonly importsJsx: boolean;
    /** What `//` comments on lines of their own say. */
    readonly remarks: readonly string[];
  }
  | SyntaxProblem;

/** A cell as it is to be understood: each character stands at its own column. */
export interface ReadCell {
  readonly text: string;
  /** Lines of the text before the user's first. */
  readonly ahead: 0 | 1;
  readonly parsed: Parsed;
}

export type Language = "ts" | "tsx" | "js";

/** Where and why the parser stopped. Line and column count from 1. */
export interface SyntaxProblem {
  readonly kind: "syntaxError";
  readonly language: Language;
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly end: number;
}

/**
 * A cell of nothing but `{ a: 1 }` is an object, not a block with a label: what reads as an
 * expression in parentheses is one. The opening one stands on a line of its own.
 */
export function readCell(source: string): ReadCell {
  const text = legible(source);
  if (braced.test(text)) {
    const inParentheses = `(\n${text}\n)`;
    const parsed = parseAs(inParentheses, "ts");
    if (parsed.kind === "parsed") return { text: inParentheses, ahead: 1, parsed };
  }
  return { text, ahead: 0, parsed: parseCell(text) };
}

const comment = /\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\n]*(?:\n|$)/;
const blanks = `(?:\\s|${comment.source})*`;
/** Between braces, but for comments around them. */
const braced = new RegExp(`^${blanks}\\{[^]*\\}${blanks}$`);

/** What begins a file only, a byte order mark and `#!`, gives way to a blank and a comment. */
export function legible(source: string): string {
  return source.replace(/^\ufeff/, " ").replace(/^( ?)#!/, "$1//");
}

/**
 * Parses a cell as a TypeScript module. A cell that only reads as TSX, where `<T>x` is no type
 * assertion, is taken as TSX.
 */
export function parseCell(source: string): Parsed {
  const plain = parseAs(source, "ts");
  if (plain.kind === "parsed" || !source.includes("<")) return plain;
  const jsx = parseAs(source, "tsx");
  return jsx.kind === "parsed" || jsx.start > plain.start ? jsx : plain;
}

export function parseAs(source: string, language: Language): Parsed {
  const deep = tooDeep(source);
  if (deep !== undefined) return { ...deepProblem(source, deep), language };
  const options: ParserOptions = { sourceType: "module", lang: language, showSemanticErrors: true };
  const { comments, errors, program } = parseSync(`cell.${language}`, legible(source), options);
  const error = errors[0];
  if (!error) {
    const body = program.body as unknown as Node[];
    const remarks = comments.filter((comment) =>
      isRemark(comment, source) && !(language === "tsx" && isInJsxText(comment, body))
    );
    return {
      kind: "parsed",
      body,
      language,
      importsJsx: importsJsx(comments, body[0]?.start ?? 0),
      remarks: remarks.map(({ value }) => value),
    };
  }
  const { start, end } = lastLabel(error.labels) ?? { start: 0, end: 0 };
  const place = placeOf(source, start);
  return { kind: "syntaxError", language, message: messageOf(error), ...place, start, end };
}

/**
 * The parser, and what erases types, are native code, which ends its process where too many
 * brackets stand open: some 700 in a worker's stack, 3,000 in a main thread's.
 */
const mostOpen = 500;

/** The bracket, if any, that is one too many; brackets in strings and comments count too. */
function tooDeep(source: string): number | undefined {
  let open = 0;
  for (let at = 0; at < source.length; at++) {
    const character = source[at]!;
    if (opening.has(character) && ++open > mostOpen) return at;
    if (closing.has(character) && open > 0) open--;
  }
  return undefined;
}

const opening = new Set("([{");
const closing = new Set(")]}");

function deepProblem(source: string, at: number): Omit<SyntaxProblem, "language"> {
  const message = `Cannot read so deep: more than ${mostOpen} brackets stand open here; ` +
    "keep what is nested so deep in a file, as JSON, and load it";
  return { kind: "syntaxError", message, ...placeOf(source, at), start: at, end: at + 1 };
}

function isRemark({ type, start }: Comment, source: string): boolean {
  const line = source.slice(source.lastIndexOf("\n", start - 1) + 1, start);
  return type === "Line" && line.trim() === "";
}

/** The parser takes `//` in the text of a JSX element for a comment too. */
function isInJsxText({ start: at }: Comment, body: readonly Node[]): boolean {
  const isHere = ({ type, start, end }: Node) => type === "JSXText" && start <= at && at < end;
  return body.some((node) => contains(node, isHere));
}

/** Line and column, from 1, of an offset. */
export function placeOf(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

function messageOf(error: { message: string; helpMessage: string | null }): string {
  const message = error.message.replace(/\.$/, "");
  return error.helpMessage ? `${message}; ${error.helpMessage.toLowerCase()}` : message;
}

/** Of "opened here" and "expected there", or "declared" and "again", the later place is at fault. */
function lastLabel(labels: readonly { start: number; end: number }[]) {
  return labels.toSorted((a, b) => a.start - b.start).at(-1);
}
