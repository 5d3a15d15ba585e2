import { isDeepStrictEqual } from "node:util";

/** Thrown when a notebook says what the model does not bear out. */
export class ClaimError extends Error {
  /** Tells it from other errors. */
  override readonly name = "ClaimError";
  /** What was said. */
  readonly claim: string;
  /** What the model yields. */
  readonly found: unknown;
  /** What the claim says it yields. */
  readonly expected: unknown;

  /** The message tells all three, values as JSON. */
  constructor(claim: string, found: unknown, expected: unknown) {
    super(
      `Cannot uphold "${claim}": found ${show(found)}, expected ${show(expected)}; ` +
        `mend the claim or the machine`,
    );
    this.claim = claim;
    this.found = found;
    this.expected = expected;
  }
}

/** Prints a tick and the claim when both values are equal in depth, and throws otherwise. */
export function check(claim: string, found: unknown, ...given: [expected?: unknown]): void {
  const expected = given.length === 0 ? true : given[0];
  if (!isDeepStrictEqual(found, expected)) throw new ClaimError(claim, found, expected);
  console.log(`✓ ${claim}${expected === true ? "" : `: ${show(found)}`}`);
}

/** Prints a cross and what was found instead: a belief that does not survive the model. */
export function refute(belief: string, found: unknown, ...given: [believed?: unknown]): void {
  const believed = given.length === 0 ? true : given[0];
  const denial = `not: ${belief}`;
  if (isDeepStrictEqual(found, believed)) throw new ClaimError(denial, found, "something else");
  const instead = typeof found === "boolean" ? "" : `: it is ${show(found)}`;
  console.log(`✗ ${belief}${instead}`);
}

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
}
