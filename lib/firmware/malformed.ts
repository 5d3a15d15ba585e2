/**
 * What a parser answers instead of a table when the bytes are none: a value that says where.
 *
 * @module
 */

/** Why bytes or a text could not be read, and where. */
export interface Malformed {
  /** Tells it from a table, an entry or a digest. */
  readonly kind: "malformed";
  /** The table's signature, or what the text was meant to be. */
  readonly table: string;
  /** The entries that hold the place, outermost first, such as `drhd 0`, `scope 2`. */
  readonly within: readonly string[];
  /** What {@linkcode offset} counts: bytes from the table's first, or lines of a text from 1. */
  readonly unit: "byte" | "line";
  /** Where the offending field or line is. */
  readonly offset: number;
  /** What stands there. */
  readonly found: string;
  /** What should stand there. */
  readonly needs: string;
}

/** A fault inside a table, before the table's name is known. */
export type Fault = Omit<Malformed, "table">;

/** A fault at a byte. */
export function fault(offset: number, found: string, needs: string): Fault {
  return { kind: "malformed", within: [], unit: "byte", offset, found, needs };
}

/** A fault in a line of a text, the first being 1. */
export function lineFault(text: string, line: number, found: string, needs: string): Malformed {
  return { kind: "malformed", table: text, within: [], unit: "line", offset: line, found, needs };
}

/** The same fault, seen from the entry that holds it. */
export function within(place: string, inner: Fault): Fault {
  return { ...inner, within: [place, ...inner.within] };
}

/** The same fault, seen from its table. */
export function inTable(table: string, { kind, ...where }: Fault): Malformed {
  return { kind, table, ...where };
}

/** Whether an answer is a fault. */
export function isMalformed(answer: object): answer is Fault {
  return (answer as { readonly kind?: unknown }).kind === "malformed";
}

/**
 * The fault as one line.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseMadt } from "./madt.ts";
 * import { isMalformed, malformedText } from "./malformed.ts";
 *
 * const answer = parseMadt(new Uint8Array(20));
 * assert(isMalformed(answer));
 * assert.equal(
 *   malformedText(answer),
 *   "Cannot read APIC at byte 0: 20 bytes; an ACPI table has at least 36",
 * );
 * ```
 */
export function malformedText({ table, within, unit, offset, found, needs }: Malformed): string {
  const place = within.map((entry) => `${entry}, `).join("");
  return `Cannot read ${table} at ${place}${unit} ${offset}: ${found}; ${needs}`;
}
