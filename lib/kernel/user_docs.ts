import type { Node } from "./compile_ast.ts";
import { parseCell } from "./compile_parse.ts";
import type { MimeBundle } from "./interpreter.ts";
import { declarationsOf } from "./language/declared.ts";

/**
 * What a cell says of a name it declares: doc comment, head of the declaration and, in full
 * detail, its source. The latest cell that declares the name speaks.
 */
export function documentInCells(
  cells: readonly string[],
  name: string,
  detail: 0 | 1,
): MimeBundle | undefined {
  const cell = cells.findLast((cell) => cell.includes(name) && declarationsOf(cell).has(name));
  if (cell === undefined) return undefined;
  const parsed = parseCell(cell);
  const at = declarationsOf(cell).get(name)!;
  if (parsed.kind === "syntaxError") return undefined;
  const statement = parsed.body.find(({ start, end }) => start <= at && at < end)!;
  const source = cell.slice(statement.start, statement.end);
  const doc = docBefore(cell, statement);
  const code = detail === 1 ? source : headOf(source);
  return {
    "text/plain": [code, doc].filter(Boolean).join("\n\n"),
    "text/markdown": [`\`\`\`ts\n${code}\n\`\`\``, doc].filter(Boolean).join("\n\n"),
  };
}

function docBefore(cell: string, { start }: Node): string {
  const [, comment = ""] = cell.slice(0, start).match(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s*$/) ?? [];
  return comment.replace(/^\s*\*? ?/gm, "").trim();
}

/** A function's or class's head, a short declaration whole. */
function headOf(source: string): string {
  const head = /^(export |default |async |abstract )*(function|class|interface|enum)\b/.test(source)
    ? source.split(/\s*\{/)[0]!
    : source.split("\n")[0]!;
  return head.length > 300 ? `${head.slice(0, 300)}…` : head;
}
