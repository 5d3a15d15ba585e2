import type { TypeProblem } from "./language/service.ts";

/** Whether a cell's type errors are told, not looked for, or keep it from running. */
export type TypePolicy = "off" | "warn" | "error";

export interface TypedCell {
  readonly file: string;
  readonly source: string;
}

/** A cell may set the policy for itself and all after it, by a comment: `// types: off`. */
export function policyIn(remarks: readonly string[]): TypePolicy | undefined {
  const policies = remarks.map((text) =>
    text.match(/^[ \t]*types:[ \t]*(off|warn|error)\s*$/)?.[1]
  );
  return policies.find(Boolean) as TypePolicy | undefined;
}

/** Type errors as TypeScript tells them, each with its line and what is wrong in it underlined. */
export function reportOf(problems: readonly TypeProblem[], cell: TypedCell, kind: string): string {
  return problems.map((problem) => oneReport(problem, cell, kind)).join("\n");
}

function oneReport(problem: TypeProblem, { file, source }: TypedCell, kind: string): string {
  const { line, column, endLine, endColumn, code, message } = problem;
  const text = source.split("\n")[line - 1] ?? "";
  const end = endLine === line ? endColumn : text.length + 1;
  const mark = " ".repeat(column - 1) + "~".repeat(Math.max(1, end - column));
  const gutter = `${line} | `;
  return `${file}:${line}:${column} - ${kind} TS${code}: ${message}\n` +
    `${gutter}${text}\n${" ".repeat(gutter.length)}${mark}\n`;
}
