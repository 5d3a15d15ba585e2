import { isNode, type Node } from "./compile_ast.ts";
import { parseCell, type SyntaxProblem } from "./compile_parse.ts";
import type { Completeness } from "./interpreter.ts";
import { readSugar } from "./sugar.ts";

/**
 * Whether a console should run this text or wait for more lines: it is incomplete where nothing
 * is wrong with it but the end.
 */
export function completenessOf(code: string): Completeness {
  const sugar = readSugar(code);
  if (sugar) return sugar.kind === "time" ? completenessOf(sugar.code) : { status: "complete" };
  const parsed = parseCell(code);
  if (parsed.kind === "parsed" && !endsInSignature(parsed.body)) return { status: "complete" };
  const goesOn = parsed.kind === "parsed" || endsTooSoon(code, parsed);
  return goesOn ? { status: "incomplete", indent: nextIndent(code) } : { status: "invalid" };
}

/** The parser takes a function without a body for an overload: its body is still to come. */
function endsInSignature(body: readonly Node[]): boolean {
  const last = body.at(-1);
  const declared = isNode(last?.declaration) ? last.declaration : last;
  return declared?.type === "TSDeclareFunction" && declared.declare !== true;
}

/**
 * The parser stopped at the end, or would with one more word, block or parenthesis, for in the
 * midst of a guess (`(a) =>` may have been a call) it blames the place where it began to guess.
 */
function endsTooSoon(code: string, problem: SyntaxProblem): boolean {
  return stopsAtEnd(code, problem) ||
    ["\n_", "\n{}", "\n)"].some((more) => {
      const parsed = parseCell(code + more);
      return parsed.kind === "parsed" || stopsAtEnd(code + more, parsed);
    });
}

/** Comments, templates and what follows a template's `${}` run on over lines; quotes do not. */
const openToken = /^([`}]|\/\*)/;

function stopsAtEnd(code: string, { message, start, end }: SyntaxProblem): boolean {
  if (start >= code.trimEnd().length) return !/^(Invalid|Unexpected end of file)/.test(message);
  return message.startsWith("Unterminated") && end >= code.length &&
    openToken.test(code.slice(start));
}

function nextIndent(code: string): string {
  const line = code.split("\n").findLast((line) => line.trim() !== "") ?? "";
  const indent = line.match(/^\s*/)![0];
  return /([{([]|=>|:)\s*$/.test(line) ? `${indent}  ` : indent;
}
