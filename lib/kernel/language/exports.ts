/**
 * Exports as the server is to read them. In a notebook they mean nothing: a cell may export what it
 * imports, or the same name as an earlier one, and of `export default 1` the server looks at nothing.
 */
import { isExpression, isNode, type Node } from "../compile_ast.ts";
import type { Parsed } from "../compile_parse.ts";

/** Blanks lists of exports, and has a default one read as an expression; nothing moves. */
export function withoutExports(text: string, parsed: Parsed): string {
  return parsed.kind === "parsed" ? parsed.body.reduce(withoutExport, text) : text;
}

function withoutExport(text: string, statement: Node): string {
  const { type, declaration, source, start, end } = statement;
  if (type === "ExportNamedDeclaration" && !isNode(declaration) && !isNode(source)) {
    return blanked(text, [start, end], "");
  }
  if (type === "ExportDefaultDeclaration" && isNode(declaration) && isExpression(declaration)) {
    return blanked(text, [start, declaration.start], "void");
  }
  return text;
}

/** Lines stay where they are. */
export function blanked(
  text: string,
  [start, end]: readonly [number, number],
  instead: string = "",
): string {
  const blank = text.slice(start + instead.length, end).replaceAll(/[^\n]/g, " ");
  return text.slice(0, start) + instead + blank + text.slice(end);
}
