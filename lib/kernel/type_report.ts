import type { TypeProblem } from "./language/service.ts";

/** Whether a cell's type errors are told, not looked for, or keep it from running. */
export type TypePolicy = "off" | "warn" | "error";

export interface TypedCell {
  readonly file: string;
  readonly source: string;
}

const policies = ["off", "warn", "error"] as const;

/** What a cell says of the policy, by a comment of one word: `// types: off`. */
export type PolicySaid =
  | { readonly kind: "policy"; readonly policy: TypePolicy }
  | { readonly kind: "unknown"; readonly hint: string };

/** A cell may set the policy for itself and all after it. */
export function policyIn(remarks: readonly string[]): PolicySaid | undefined {
  const [word] = remarks.flatMap((text) => text.match(/^[ \t]*types:[ \t]*(\w+)\s*$/)?.[1] ?? []);
  if (word === undefined) return undefined;
  const policy = policies.find((policy) => policy === word);
  if (policy) return { kind: "policy", policy };
  return { kind: "unknown", hint: `"// types: ${word}" sets nothing: ${policies.join(", ")} do\n` };
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
