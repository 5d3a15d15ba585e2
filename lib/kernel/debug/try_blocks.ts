import { childrenOf, isNode, type Node, startsFunction } from "../compile_ast.ts";
import { parseCell } from "../compile_parse.ts";
import type { Place } from "../positions.ts";

/** Whether what is thrown at this place of a cell meets a `catch` of the same function or cell. */
export function isInTry(source: string, { line, column }: Place): boolean {
  const parsed = parseCell(source);
  if (parsed.kind === "syntaxError") return false;
  const offset = offsetOf(source, { line, column });
  const around = parsed.body.flatMap((node) => [...nodesAround(node, offset)]);
  // A function is not called where it stands.
  const own = around.slice(around.findLastIndex(startsFunction) + 1);
  return own.some(({ type, block, handler }) =>
    type === "TryStatement" && isNode(handler) && holds(block as Node, offset)
  );
}

function* nodesAround(node: Node, offset: number): Generator<Node> {
  if (!holds(node, offset)) return;
  yield node;
  for (const child of childrenOf(node)) yield* nodesAround(child, offset);
}

function holds({ start, end }: Node, offset: number): boolean {
  return start <= offset && offset < end;
}

function offsetOf(source: string, { line, column }: Place): number {
  const before = source.split("\n").slice(0, line - 1);
  return before.reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
}
