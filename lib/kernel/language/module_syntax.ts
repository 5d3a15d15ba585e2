/**
 * Imports and exports as the server is to read them. In a notebook exports mean nothing: a cell may
 * export what it imports, or the same name as an earlier one, and of `export default 1` the server
 * looks at nothing.
 */
import { isExpression, isNode, nameOf, type Node } from "../compile_ast.ts";
import { type Parsed, readCell } from "../compile_parse.ts";

/** A cell as it is read. */
export function readable(code: string): string {
  const { text, parsed } = readCell(code);
  return readableModule(text, parsed);
}

/** A cell's text without what the server would stumble over; nothing moves. */
export function readableModule(text: string, parsed: Parsed): string {
  return parsed.kind === "parsed" ? parsed.body.reduce(readableStatement, text) : text;
}

function readableStatement(text: string, statement: Node): string {
  const { type, declaration, source, start, end } = statement;
  if (type === "ImportDeclaration") return withoutProcess(text, statement);
  if (type === "ExportNamedDeclaration" && !isNode(declaration) && !isNode(source)) {
    return blanked(text, [start, end]);
  }
  if (type === "ExportDefaultDeclaration" && isNode(declaration) && isExpression(declaration)) {
    return blanked(text, [start, declaration.start], "void");
  }
  return text;
}

/**
 * Node's module `process` exports the global of that name. A script that imports it by this name
 * is too much for TypeScript 5.9 (`Debug Failure` in getTypeOfVariableOrParameterOrPropertyWorker);
 * the global is what the name means either way.
 */
function withoutProcess(text: string, { specifiers, source }: Node): string {
  const [first, next] = specifiers as Node[];
  const { value, start } = source as Node;
  const isIt = first?.type === "ImportDefaultSpecifier" && nameOf(first.local) === "process" &&
    /^(?:node:)?process$/.test(String(value));
  if (!isIt) return text;
  return blanked(text, [first.start, next ? openingBefore(text, next) : start]);
}

/** Where the braces around an import begin, or the star that it is. */
function openingBefore(text: string, { type, start }: Node): number {
  return type === "ImportSpecifier" ? text.lastIndexOf("{", start) : start;
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
