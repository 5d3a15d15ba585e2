/** The syntax tree of a cell as the parser yields it, and one way to walk it. */

/** An ESTree or TypeScript-ESTree node; offsets count UTF-16 units of the source. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null &&
    typeof (value as { type?: unknown }).type === "string";
}

/** The nodes directly below this one. */
export function childrenOf(node: Node): readonly Node[] {
  const children: Node[] = [];
  for (const field in node) {
    const value = node[field];
    if (isNode(value)) children.push(value);
    else if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) children.push(item);
    }
  }
  return children;
}

/** Whether this node or any below it answers the question with yes. */
export function contains(node: Node, question: (node: Node) => boolean): boolean {
  return question(node) || childrenOf(node).some((child) => contains(child, question));
}

/** Of an identifier. */
export function nameOf(node: unknown): string {
  return (node as { readonly name: string }).name;
}

/** Whether what `export default` exports, a declaration or an expression, is the latter. */
export function isExpression({ type }: Node): boolean {
  return !type.endsWith("Declaration");
}

/** The names a declaration's left side binds, in order: `{ a, b: [c] }` binds a and c. */
export function* boundNames(pattern: Node): Generator<string> {
  switch (pattern.type) {
    case "Identifier":
      yield pattern.name as string;
      return;
    case "Property":
      yield* boundNames(pattern.value as Node);
      return;
    case "AssignmentPattern":
      yield* boundNames(pattern.left as Node);
      return;
    case "RestElement":
      yield* boundNames(pattern.argument as Node);
      return;
    case "ObjectPattern":
    case "ArrayPattern":
      for (const child of childrenOf(pattern)) yield* boundNames(child);
  }
}

const functions = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "StaticBlock",
]);

/** Whether code below this node runs later than the code around it. */
export function startsFunction(node: Node): boolean {
  return functions.has(node.type);
}
