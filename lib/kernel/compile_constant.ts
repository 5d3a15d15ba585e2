import { isNode, type Node } from "./compile_ast.ts";

/**
 * Whether a cell is nothing but constants and sums of numbers, or variables of no declared type
 * that hold such: in it no type can be wrong.
 */
export function isConstant(body: readonly Node[]): boolean {
  return body.every((statement) =>
    statement.type === "ExpressionStatement"
      ? isValue(statement.expression as Node)
      : declaresVariables(statement) && (statement.declarations as Node[]).every(holdsValue)
  );
}

/** Not resources: what `using` declares must be disposable. */
function declaresVariables({ type, kind }: Node): boolean {
  return type === "VariableDeclaration" && ["const", "let", "var"].includes(kind as string);
}

function holdsValue({ id, init }: Node): boolean {
  const { type, typeAnnotation } = id as Node;
  return type === "Identifier" && !typeAnnotation && isNode(init) && isValue(init);
}

function isValue(node: Node): boolean {
  return node.type === "Literal" || isNumber(node);
}

const ARITHMETIC: ReadonlySet<unknown> = new Set(["+", "-", "*", "/", "%", "**"]);

function isNumber(node: Node): boolean {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "number";
    case "ParenthesizedExpression":
      return isNumber(node.expression as Node);
    case "UnaryExpression":
      return node.operator === "-" && isNumber(node.argument as Node);
    case "BinaryExpression":
      return ARITHMETIC.has(node.operator) &&
        [node.left, node.right].every((side) => isNumber(side as Node));
    default:
      return false;
  }
}
