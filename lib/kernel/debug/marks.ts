/** Breakpoints as a client wants them, and how V8 is told of what it does not know itself. */
import type { Fields } from "./protocol.ts";

/** One breakpoint. Source: Debug Adapter Protocol, `SourceBreakpoint`. */
export interface Mark {
  /** From 1. */
  readonly line: number;
  /** An expression; where it is false the breakpoint is not there. */
  readonly condition?: string;
  /** A count, such as `3`, `>= 3` or `% 3`: which of its hits stop. */
  readonly hitCondition?: string;
  /** Printed instead of stopping; `{expression}` stands for a value. */
  readonly logMessage?: string;
}

const words = ["condition", "hitCondition", "logMessage"] as const;

/** Those of a request; of older clients' `lines` too. */
export function marksOf({ breakpoints, lines }: Fields): readonly Mark[] {
  const wanted = Array.isArray(breakpoints)
    ? breakpoints
    : Array.isArray(lines)
    ? lines.map((line) => ({ line }))
    : [];
  return wanted.flatMap((given: Fields | null) => {
    const line = given?.line;
    if (typeof line !== "number" || !Number.isInteger(line) || line < 1) return [];
    const said = words.filter((word) => typeof given![word] === "string" && given![word] !== "");
    return [{ line, ...Object.fromEntries(said.map((word) => [word, given![word]])) }];
  });
}

/** Why a breakpoint cannot be; undefined where it can. */
export function whyNot({ line, hitCondition }: Mark, lines: number): string | undefined {
  if (lines === 0) return "no code of this path is known yet";
  if (line > lines) return `the cell ends at line ${lines}`;
  if (hitCondition === undefined || countOf(hitCondition)) return undefined;
  return `${JSON.stringify(hitCondition)} is no count; write 3, >= 3 or % 3`;
}

/** The condition V8 is to look at where several marks share a place: each is looked at, in order. */
export function conditionOf(marks: readonly Mark[]): string {
  const conditions = marks.map(conditionOfOne);
  if (conditions.length === 1) return conditions[0]!;
  return `[${conditions.map((each) => `(${each || true})`)}].some((holds) => holds)`;
}

/** A message is printed by a condition that is never true. */
function conditionOfOne({ condition, logMessage }: Mark): string {
  if (logMessage === undefined) return condition ?? "";
  const text = logMessage.replace(/[\\`]|\$(?=\{)/g, "\\$&").replace(/\{([^{}]+)\}/g, "${$1}");
  const print = `(console.log(\`${text}\`), false)`;
  return condition ? `(${condition}) && ${print}` : print;
}

/** Whether the hit of this number, from 1, stops. */
export function isHit({ hitCondition }: Mark, hits: number): boolean {
  const wanted = hitCondition === undefined ? undefined : countOf(hitCondition);
  return !wanted || comparisons[wanted.sign]!(hits, wanted.count);
}

const comparisons: Readonly<Record<string, (hits: number, count: number) => boolean>> = {
  "=": (hits, count) => hits === count,
  "==": (hits, count) => hits === count,
  ">": (hits, count) => hits > count,
  ">=": (hits, count) => hits >= count,
  "<": (hits, count) => hits < count,
  "<=": (hits, count) => hits <= count,
  "%": (hits, count) => hits % count === 0,
};

function countOf(text: string): { sign: string; count: number } | undefined {
  const found = text.match(/^\s*(==?|>=?|<=?|%)?\s*(\d+)\s*$/);
  return found ? { sign: found[1] ?? "=", count: Number(found[2]) } : undefined;
}
