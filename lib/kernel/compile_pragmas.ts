/** What comments at the top of a file tell a compiler. */
import type { Comment } from "oxc-parser";

/**
 * Whether a file's pragmas alone have JSX import what it is lowered to. An `@jsxRuntime classic`,
 * which still forbids it, esbuild heeds by itself. They stand in block comments before all code.
 *
 * Source: TypeScript, src/compiler/utilities.ts `getJSXImplicitImportBase` and
 * src/compiler/parser.ts `processCommentPragmas`.
 */
export function importsJsx(comments: readonly Comment[], code: number): boolean {
  return comments.some(({ type, value, start }) =>
    type === "Block" && start < code && importSource.test(value)
  );
}

const importSource = /@jsxImportSource\s+\S/;
