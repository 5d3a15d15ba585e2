import { stripTypeScriptTypes } from "node:module";
import process from "node:process";
import { decodedMappings, TraceMap } from "@jridgewell/trace-mapping";
import { contains, type Node } from "./compile_ast.ts";
import type { Language } from "./compile_parse.ts";

/** A cell in plain JavaScript. */
export interface Erased {
  readonly code: string;
  /** Absent where every character kept its place; else, by line, `[column, line, column]`, 0-based. */
  readonly moved?: Segments;
}

export type Segments = readonly (readonly (readonly [number, number, number])[])[];

/** How a folder's `compilerOptions` want JSX written. */
export interface JsxOptions {
  readonly jsx?: string;
  readonly jsxImportSource?: string;
  readonly jsxFactory?: string;
  readonly jsxFragmentFactory?: string;
}

/**
 * Erases types in place. Syntax that needs new code (JSX, enums, namespaces, parameter
 * properties, decorators) goes through esbuild instead, whose imports stay even where unused:
 * a later cell may use them.
 */
export async function eraseTypes(
  source: string,
  { body, language }: { body: readonly Node[]; language: Language },
  jsx: JsxOptions = {},
): Promise<Erased> {
  if (language === "tsx" || body.some((node) => contains(node, needsNewCode))) {
    return await lower(source, { language, jsx });
  }
  return { code: strip(source) };
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

function strip(source: string): string {
  return withoutItsWarning(() => stripTypeScriptTypes(source));
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
  { language, jsx }: { language: Language; jsx: JsxOptions },
): Promise<Erased> {
  const { transform } = await import("esbuild");
  const { code, map } = await transform(source, {
    loader: language === "tsx" ? "tsx" : "ts",
    target: "esnext",
    supported: { decorators: false },
    sourcemap: "external",
    tsconfigRaw: { compilerOptions: { ...esbuildJsx(jsx), verbatimModuleSyntax: true } },
  });
  return { code, moved: segmentsOf(map) };
}

function esbuildJsx({ jsx, ...rest }: JsxOptions) {
  const mode = jsx === "precompile" ? "react-jsx" : jsx;
  return { ...rest, ...(mode ? { jsx: mode as "react-jsx" } : {}) };
}

function segmentsOf(map: string): Segments {
  return decodedMappings(new TraceMap(map)).map((line) =>
    line.flatMap((segment) =>
      segment.length === 1 ? [] : [[segment[0], segment[2], segment[3]] as const]
    )
  );
}
