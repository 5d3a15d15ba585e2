/** What a cell declares, types included, and how to rename it without changing what it means. */
import { boundNames, childrenOf, isNode, type Node } from "../compile_ast.ts";
import { parseCell } from "../compile_parse.ts";
import { isGlobal } from "./globals.ts";

/** Each later cell asks again about all that came before it. */
const known = new Map<string, ReadonlyMap<string, number>>();
const mostKnown = 20_000;

/** Name → offset of one place that declares it. Empty when the cell does not parse. */
export function declarationsOf(code: string): ReadonlyMap<string, number> {
  const found = known.get(code) ?? declaredIn(code);
  if (known.size >= mostKnown) known.clear();
  known.set(code, found);
  return found;
}

function declaredIn(code: string): ReadonlyMap<string, number> {
  const parsed = parseCell(code);
  if (parsed.kind === "syntaxError") return new Map();
  return new Map(parsed.body.flatMap((statement) => [...declaredBy(statement)]));
}

function* declaredBy(statement: Node): Generator<[string, number]> {
  const node = isNode(statement.declaration) ? statement.declaration : statement;
  if (node.type === "ImportDeclaration") {
    for (const { local } of node.specifiers as Node[]) yield* placesIn(local as Node);
  } else if (node.type === "VariableDeclaration") {
    for (const { id } of node.declarations as Node[]) yield* placesIn(id as Node);
  } else if (
    /Declaration$|^TSDeclareFunction$/.test(node.type) && isNode(node.id) && !isGlobal(node)
  ) {
    yield* placesIn(node.id);
  }
}

function* placesIn(pattern: Node): Generator<[string, number]> {
  if (pattern.type === "Identifier") yield [pattern.name as string, pattern.start];
  else if ([...boundNames(pattern)].length > 0) {
    for (const child of bindingChildren(pattern)) yield* placesIn(child);
  }
}

function bindingChildren(pattern: Node): readonly Node[] {
  if (pattern.type === "Property") return [pattern.value as Node];
  if (pattern.type === "AssignmentPattern") return [pattern.left as Node];
  return childrenOf(pattern);
}

/**
 * What must stand before a new name at an offset where one identifier is both a name and a
 * binding: `{ a }` becomes `{ a: b }`, `import { a }` becomes `import { a as b }`.
 */
export function renamePrefixes(code: string): ReadonlyMap<number, string> {
  const parsed = parseCell(code);
  if (parsed.kind === "syntaxError") return new Map();
  return new Map(parsed.body.flatMap((statement) => [...prefixesIn(statement)]));
}

function* prefixesIn(node: Node): Generator<[number, string]> {
  if (node.type === "Property" && node.shorthand === true) {
    const key = node.key as Node;
    yield [key.start, `${key.name}: `];
  } else if (
    node.type === "ImportSpecifier" && (node.imported as Node).start === (node.local as Node).start
  ) {
    const imported = node.imported as Node;
    yield [imported.start, `${imported.name} as `];
  }
  for (const child of childrenOf(node)) yield* prefixesIn(child);
}
