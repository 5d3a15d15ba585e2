import { stripTypeScriptTypes } from "node:module";
import process from "node:process";
import type { TransformFailure } from "esbuild";
import { contains, type Node } from "./compile_ast.ts";
import { type Parsed, placeOf, type SyntaxProblem } from "./compile_parse.ts";
import { segmentsOf } from "./compile_segments.ts";
import type { Segments } from "./positions.ts";

/** A cell in plain JavaScript. */
export interface Erased {
  readonly kind: "erased";
  readonly code: string;
  /** Absent where every character kept its place. */
  readonly moved?: Segments;
}

/** How a folder's `compilerOptions` want what needs new code written. */
export interface LoweringOptions {
  readonly experimentalDecorators?: boolean;
  readonly jsx?: string;
  readonly jsxImportSource?: string;
  readonly jsxFactory?: string;
  readonly jsxFragmentFactory?: string;
}

type Read = Extract<Parsed, { kind: "parsed" }>;

/**
 * Erases types in place. Syntax that needs new code (JSX, enums, namespaces, parameter
 * properties, decorators) goes through esbuild instead, whose imports stay even where unused:
 * a later cell may use them.
 */
export async function eraseTypes(
  source: string,
  parsed: Read,
  options: LoweringOptions = {},
): Promise<Erased | SyntaxProblem> {
  const { body, language } = parsed;
  const lowers = language === "tsx" || body.some((node) => contains(node, needsNewCode));
  if (!lowers && !body.some((node) => contains(node, isTyped))) {
    return { kind: "erased", code: source };
  }
  try {
    return lowers ? await lower(source, parsed, options) : strip(source);
  } catch (error) {
    const { message, at } = lowers ? esbuildsReason(error) : denosReason(error);
    const start = offsetOf(source, at);
    return { kind: "syntaxError", language, message, ...placeOf(source, start), start, end: start };
  }
}

interface Reason {
  readonly message: string;
  /** Line from 1, column from 0. */
  readonly at: { readonly line: number; readonly column: number };
}

function esbuildsReason(error: unknown): Reason {
  const [first] = (error as Partial<TransformFailure>).errors ?? [];
  if (!first) throw error;
  const hints = first.notes.map(({ text }) => `; ${text}`).join("").replace("tsconfig", "deno");
  return { message: first.text + hints, at: first.location ?? { line: 1, column: 0 } };
}

const denosPlace = / at file:\/\/\/\w+\.ts:(\d+):(\d+)$/;

function denosReason(error: unknown): Reason {
  if (!(error instanceof SyntaxError)) throw error;
  const [, line = 1, column = 1] = error.message.match(denosPlace) ?? [];
  const message = error.message.replace(denosPlace, "");
  return { message, at: { line: Number(line), column: Number(column) - 1 } };
}

function offsetOf(source: string, { line, column }: Reason["at"]): number {
  return source.split("\n").slice(0, line - 1).reduce(
    (sum, { length }) => sum + length + 1,
    column,
  );
}

const lowered = new Set([
  "TSEnumDeclaration",
  "TSModuleDeclaration",
  "TSParameterProperty",
  "TSImportEqualsDeclaration",
  "AccessorProperty",
  "TSTypeAssertion",
  "JSXElement",
  "JSXFragment",
]);

function needsNewCode(node: Node): boolean {
  if (node.declare === true) return false;
  const { decorators } = node;
  return lowered.has(node.type) || Array.isArray(decorators) && decorators.length > 0;
}

/** What only TypeScript has: nodes of its own, and marks on others, such as the `?` of a parameter. */
function isTyped(node: Node): boolean {
  return node.type.startsWith("TS") || marks.some((mark) => node[mark]) ||
    node.optional === true && !chains.has(node.type) || isParameterThis(node) ||
    [node.importKind, node.exportKind].includes("type");
}

/** A parameter that says what `this` is of: to the parser a name, where JavaScript has a keyword. */
function isParameterThis({ type, name }: Node): boolean {
  return type === "Identifier" && name === "this";
}

const marks = ["abstract", "accessibility", "declare", "definite", "override", "readonly"] as const;
/** A `?.` is JavaScript. */
const chains = new Set(["CallExpression", "MemberExpression"]);

function strip(source: string): Erased {
  return { kind: "erased", code: withoutItsWarning(() => stripTypeScriptTypes(source)) };
}

/** Node announces the function as experimental once per process; that is no news to a user. */
function withoutItsWarning<T>(run: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return run();
  } finally {
    process.emitWarning = emitWarning;
  }
}

async function lower(
  source: string,
  { language, importsJsx }: Read,
  options: LoweringOptions,
): Promise<Erased> {
  const { transform } = await import("esbuild");
  const { code, map } = await transform(source, {
    loader: language === "tsx" ? "tsx" : "ts",
    target: "esnext",
    supported: { decorators: false },
    sourcemap: "external",
    tsconfigRaw: {
      compilerOptions: { ...esbuilds(options, importsJsx), verbatimModuleSyntax: true },
    },
  });
  return { kind: "erased", code, moved: segmentsOf({ source, code, map }) };
}

function esbuilds({ jsx, ...rest }: LoweringOptions, importsJsx: boolean) {
  const mode = jsx === "precompile" || importsJsx && jsx !== "react-jsxdev" ? "react-jsx" : jsx;
  return { ...rest, ...(mode ? { jsx: mode as "react-jsx" } : {}) };
}
