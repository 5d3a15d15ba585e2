import type { Node } from "./compile_ast.ts";

/** Whether a cell is nothing but constants and sums of numbers, in which no type can be wrong. */
export function isConstant(body: readonly Node[]): boolean {
  return body.every(({ type, expression }) => {
    if (type !== "ExpressionStatement") return false;
    const node = expression as Node;
    return node.type === "Literal" || isNumber(node);
  });
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
