/** How many tests passed, failed and were skipped. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const none: Tally = { passed: 0, failed: 0, skipped: 0 };

export function add(a: Tally, b: Tally): Tally {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/** `N passed, N failed`, with `, N skipped` where some were. */
export function format({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** A single check that held or did not. */
export function one(passed: boolean): Tally {
  return { ...none, [passed ? "passed" : "failed"]: 1 };
}

/**
 * Reads the last summary line of `deno test` (`ok | 3 passed | 0 failed | 1 ignored (5ms)`);
 * undefined where it never came.
 */
export function readDenoTest(output: string): Tally | undefined {
  const line = last(output, /^(ok|FAILED) \| .*$/gm);
  if (line === undefined) return undefined;
  const count = (word: string) => Number(line.match(new RegExp(`(\\d+) ${word}`))?.[1] ?? 0);
  return { passed: count("passed"), failed: count("failed"), skipped: count("ignored") };
}

/** Reads the last summary line of pytest (`== 3 passed, 1 skipped in 0.12s ==`). */
export function readPytest(output: string): Tally | undefined {
  const line = last(output, /^=* ?(?=.*\b(passed|failed|errors?|skipped)\b).* in [\d.]+s.*$/gm);
  if (line === undefined) return undefined;
  const count = (word: string) => Number(line.match(new RegExp(`(\\d+) ${word}`))?.[1] ?? 0);
  const expected = count("xfailed");
  return {
    passed: count("passed"),
    failed: count("failed") + count("errors?"),
    skipped: count("skipped") + expected,
  };
}

function last(output: string, line: RegExp): string | undefined {
  return [...output.matchAll(line)].at(-1)?.[0];
}
