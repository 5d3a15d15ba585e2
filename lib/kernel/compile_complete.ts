import { parseCell, type SyntaxProblem } from "./compile_parse.ts";
import type { Completeness } from "./interpreter.ts";
import { readSugar } from "./sugar.ts";

/**
 * Whether a console should run this text or wait for more lines: it is incomplete where the
 * parser found nothing wrong but the end.
 */
export function completenessOf(code: string): Completeness {
  if (readSugar(code)) return { status: "complete" };
  const parsed = parseCell(code);
  if (parsed.kind === "parsed") return { status: "complete" };
  if (!endsTooSoon(code, parsed)) return { status: "invalid" };
  return { status: "incomplete", indent: nextIndent(code) };
}

/** Comments and templates run on over lines, quoted strings and regular expressions do not. */
const openToken = /^(`|\/\*)/;

function endsTooSoon(code: string, { message, start, end }: SyntaxProblem): boolean {
  if (start >= code.trimEnd().length) return !message.startsWith("Invalid");
  return message.startsWith("Unterminated") && end >= code.length &&
    openToken.test(code.slice(start));
}

function nextIndent(code: string): string {
  const line = code.split("\n").findLast((line) => line.trim() !== "") ?? "";
  const indent = line.match(/^\s*/)![0];
  return /([{([]|=>|:)\s*$/.test(line) ? `${indent}  ` : indent;
}
