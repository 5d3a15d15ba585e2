/**
 * Of a global that a cell declares anew, such as `name`, `help` or the type `Record`, the server
 * goes on telling the first type: what it says where such a name is meant is not to be trusted.
 */
import { childrenOf, type Node } from "../compile_ast.ts";
import { readCell } from "../compile_parse.ts";
import { declarationsOf } from "./declared.ts";
import { offsetAt, type Position } from "./protocol.ts";

/** Names the server knows before any cell: the kernel's own globals are those of user code. */
export function namesBefore(prelude: string): ReadonlySet<string> {
  return new Set([...Object.getOwnPropertyNames(globalThis), ...declarationsOf(prelude).keys()]);
}

/** Whether the statement at a place of a cell's document means one of these names. */
export function meansAny(names: ReadonlySet<string>, code: string, place: Position): boolean {
  const { text, parsed } = readCell(code);
  if (names.size === 0 || parsed.kind === "syntaxError") return false;
  const at = offsetAt(text, place);
  const statement = parsed.body.find(({ start, end }) => start <= at && at <= end);
  return statement !== undefined && means(statement, names);
}

function means(node: Node, names: ReadonlySet<string>): boolean {
  if (node.type === "Identifier" && names.has(node.name as string)) return true;
  const label = node.computed === true ? undefined : node.property ?? node.key;
  return childrenOf(node).some((child) => child !== label && means(child, names));
}
