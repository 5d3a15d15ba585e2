/** The house rules that deno lint does not know. */
import { doors, isModel, objection, roomImported, roomOf, rooms } from "./rooms.ts";

type Rule = Deno.lint.Rule;
type Visitor = Deno.lint.LintVisitor;

/** A module imports only from its own room or from earlier rooms of its column. */
export const layers: Rule = {
  create: (context) =>
    eachImport((specifier, node) => {
      const from = roomOf(context.filename);
      if (from === undefined) return;
      if (leavesLib(specifier, context.filename)) {
        return context.report({
          node,
          message: `${from} imports ${specifier}, which is outside lib`,
          hint: "Move what both need into a room",
        });
      }
      const to = roomImported(specifier, context.filename);
      const because = to === undefined ? undefined : objectionOrUnknown(from, to);
      if (because === undefined) return;
      context.report({
        node,
        message: `${from} imports ${because}`,
        hint: "Move the idea to the earliest room that needs it, or pass it in",
      });
    }),
};

function leavesLib(specifier: string, file: string): boolean {
  return specifier.startsWith(".") && roomImported(specifier, file) === undefined &&
    !specifier.endsWith("deno.json");
}

function objectionOrUnknown(from: string, to: string): string | undefined {
  const stranger = [from, to].find((room) => !rooms.includes(room));
  return stranger === undefined
    ? objection(from, to)
    : `${to}, but ${stranger} is no room the order knows`;
}

/** The model column runs unchanged in Node and in a browser. */
export const noDenoInModel: Rule = {
  create(context) {
    if (!isModel(roomOf(context.filename))) return {};
    const hint = "Pass the outside world in, or move this to the roof";
    return {
      ...eachImport((specifier, node) => {
        if (!specifier.startsWith("node:")) return;
        context.report({ node, message: `The model column imports ${specifier}`, hint });
      }),
      MemberExpression(node) {
        const { object } = node;
        if (object.type !== "Identifier" || !hosts.has(object.name)) return;
        context.report({ node, message: `The model column uses ${object.name}`, hint });
      },
    };
  },
};

const hosts = new Set(["Deno", "process", "Buffer", "require"]);

/** Unknown data is checked at the doors and trusted behind them. */
export const zodAtDoors: Rule = {
  create: (context) =>
    eachImport((specifier, node) => {
      const room = roomOf(context.filename);
      if (!/^zod(\/|$)/.test(specifier) || room === undefined || doors.includes(room)) return;
      context.report({
        node,
        message: `${room} imports zod`,
        hint: `Only ${doors.join(", ")} read unknown data; trust their types`,
      });
    }),
};

/** `Cannot <do> <what>: <what was found>; <what mends it>`, sentence case, no full stop. */
export const errorStyle: Rule = {
  create: (context) => ({
    NewExpression(node) {
      if (roomOf(context.filename) === undefined || !isErrorClass(node.callee)) return;
      const message = literalMessage(node.arguments[0]);
      if (message === undefined || /^Cannot [^]+: [^]*[^.]$/.test(message)) return;
      context.report({
        node,
        message: `The message "${message}" does not say what could not be done and what was found`,
        hint: "Write: Cannot <do> <what>: <what was found>; <what mends it>",
      });
    },
  }),
};

function isErrorClass(callee: Deno.lint.Expression): boolean {
  return callee.type === "Identifier" && /^([A-Z][A-Za-z]*Error|Misuse)$|^Error$/.test(callee.name);
}

/** The text of a literal or template, each hole shown as `…`; undefined for anything else. */
function literalMessage(node: Deno.lint.CallExpression["arguments"][number] | undefined) {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  if (node?.type === "TemplateLiteral") return node.quasis.map(({ cooked }) => cooked).join("…");
  return undefined;
}

/** Names are given where a thing is made, so every export has one. */
export const namedExports: Rule = {
  create: (context) => ({
    ExportDefaultDeclaration(node) {
      if (roomOf(context.filename) === undefined) return;
      context.report({ node, message: "A default export has no name", hint: "Export it by name" });
    },
  }),
};

/** Open work lives in the issue list. */
export const noOpenWork: Rule = {
  create: (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        if (!/\b(TODO|FIXME|XXX)\b/.test(comment.value)) continue;
        context.report({
          node: comment as unknown as Deno.lint.Node,
          message: "A comment announces open work",
          hint: "Do it, or write it down in the issue list",
        });
      }
    },
  }),
};

type Source = { readonly value: unknown };

/** Visits every module specifier: static imports, re-exports and `import("…")`. */
function eachImport(visit: (specifier: string, node: Deno.lint.Node) => void): Visitor {
  const seen = (node: Deno.lint.Node, source: Source | null) => {
    if (typeof source?.value === "string") visit(source.value, node);
  };
  return {
    ImportDeclaration: (node) => seen(node, node.source),
    ExportAllDeclaration: (node) => seen(node, node.source),
    ExportNamedDeclaration: (node) => seen(node, node.source as Source | null),
    ImportExpression: (node) =>
      seen(node, node.source.type === "Literal" ? (node.source as Source) : null),
  };
}

export const rules: Readonly<Record<string, Rule>> = {
  layers,
  "no-deno-in-model": noDenoInModel,
  "zod-at-doors": zodAtDoors,
  "error-style": errorStyle,
  "named-exports": namedExports,
  "no-open-work": noOpenWork,
};
