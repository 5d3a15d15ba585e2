import type { Bundle } from "./frames.ts";
import type { Completion } from "./interpreter.ts";
import { withPlainText } from "./plain_text.ts";

/**
 * What a console user types beside TypeScript, read before the compiler: `name?` asks for help
 * on a name, `%%html` and its like show the rest of the cell as it is, `%time` times a cell.
 */
export type Sugar =
  | { readonly kind: "inspect"; readonly name: string; readonly detail: 0 | 1 }
  | { readonly kind: "show"; readonly data: Bundle }
  | { readonly kind: "time"; readonly code: string }
  | { readonly kind: "unknown"; readonly message: string };

const shown: Readonly<Record<string, string>> = {
  html: "text/html",
  markdown: "text/markdown",
  md: "text/markdown",
  svg: "image/svg+xml",
  latex: "text/latex",
};

/** What may stand behind `%%`. */
export const magics = ["time", ...Object.keys(shown)];

/** The magics that continue what a cell begins with; undefined behind anything else. */
export function completeMagic(code: string, cursor: number): Completion | undefined {
  const [, part] = code.slice(0, cursor).match(/^\s*%%?(\w*)$/) ?? [];
  if (part === undefined) return undefined;
  const matches = magics.filter((magic) => magic.startsWith(part))
    .map((text) => ({ text, type: "keyword" }));
  return { start: cursor - part.length, end: cursor, matches };
}

/** The sugar a cell consists of; undefined for TypeScript. */
export function readSugar(code: string): Sugar | undefined {
  return readQuestion(code) ?? readMagic(code);
}

const word = /[\p{ID_Start}$_][\p{ID_Continue}$]*/u.source;
const name = `(?<name>${word}(?:\\.${word})*)`;
const marks = "(?<marks>\\?\\??)";
const questions = [`${marks}\\s*${name}`, `${name}${marks}`]
  .map((question) => new RegExp(`^\\s*${question}\\s*;?\\s*$`, "u"));

/** A mark right behind a name asks; after a blank it is an operator whose right side is to come. */
function readQuestion(code: string): Sugar | undefined {
  const asked = questions.map((question) => code.match(question)?.groups).find(Boolean);
  return asked && { kind: "inspect", name: asked.name!, detail: asked.marks === "??" ? 1 : 0 };
}

function readMagic(code: string): Sugar | undefined {
  const [, name, rest, body] = code.match(/^\s*%%?(\w+)[ \t]*([^\n]*)\n?([^]*)$/) ?? [];
  if (name === undefined) return undefined;
  if (name === "time") return { kind: "time", code: code.replace(/%%?time/, blank) };
  const type = Object.hasOwn(shown, name) && shown[name];
  if (type) return { kind: "show", data: withPlainText({ [type]: body || rest || "" }) };
  const known = magics.map((magic) => `%%${magic}`).join(", ");
  return { kind: "unknown", message: `Cannot run %${name}: the magics are ${known}` };
}

/** What is left keeps its place, by which errors and breakpoints name it. */
function blank(magic: string): string {
  return " ".repeat(magic.length);
}
