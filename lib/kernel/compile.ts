import { isConstant } from "./compile_constant.ts";
import { parseAs, readCell, type SyntaxProblem } from "./compile_parse.ts";
import { declaredNames, mergedNames, rewrite, shownStatement } from "./compile_rewrite.ts";
import { type Erased, eraseTypes, type LoweringOptions } from "./compile_types.ts";
import { applyEdits } from "./edit.ts";
import { importsFileAsItRuns } from "./language/imported.ts";
import type { Positions } from "./positions.ts";

/** A cell ready for the child's `Runtime.evaluate`. */
export interface Compiled {
  readonly kind: "compiled";
  readonly code: string;
  readonly positions: Positions;
  readonly names: readonly string[];
  /** What `//` comments on lines of their own say. */
  readonly remarks: readonly string[];
  /** There is nothing in it whose type could be wrong. */
  readonly constant: boolean;
  /** It may have written, by the time it imports it, a file that it imports. */
  readonly mayWrite: boolean;
}

export interface CompileOptions {
  /** The name the cell bears in stack traces, `cell-8.ts`. */
  readonly file: string;
  /** The number under which the child knows this run. */
  readonly run: number;
  readonly lowering?: LoweringOptions;
  /** Its value is asked for, also when that is undefined. */
  readonly expression?: boolean;
}

/** Compiles TypeScript as a user types it in a cell: a module that shares its names with others. */
export async function compileCell(
  source: string,
  { file, run, lowering, expression = false }: CompileOptions,
): Promise<Compiled | SyntaxProblem> {
  const { text, ahead, parsed } = readCell(source);
  if (parsed.kind === "syntaxError") return parsed;
  const erased = await eraseTypes(text, parsed, lowering);
  if (erased.kind === "syntaxError") return erased;
  const body = erased.moved ? javascriptBody(erased) : parsed.body;
  // Lowered code may end in a call of its own, as that of a decorator does.
  const shown = shownStatement(parsed.body) && shownStatement(body);
  const names = declaredNames(parsed.body);
  const reset = mergedNames(parsed.body);
  const { code, breaks } = applyEdits(erased.code, [
    { at: 0, text: `'use strict';await __k.begin(@);__k.enter(${run});` },
    ...rewrite(body, { end: erased.code.length, run, shown }),
  ]);
  const positions = { breaks, ahead, ...erased.moved ? { moved: erased.moved } : {} };
  const beginning = `${run},${JSON.stringify({ file, names, reset, positions, expression })}`;
  const ready = code.replace("@", () => beginning) + `\n//# sourceURL=${file}`;
  const constant = isConstant(parsed.body);
  const mayWrite = parsed.body.some(importsFileAsItRuns);
  const { remarks } = parsed;
  return { kind: "compiled", code: ready, positions, names, remarks, constant, mayWrite };
}

function javascriptBody({ code }: Erased) {
  const parsed = parseAs(code, "js");
  if (parsed.kind === "parsed") return parsed.body;
  throw new SyntaxError(`Cannot compile the cell: its lowered form reads ${parsed.message}`);
}
