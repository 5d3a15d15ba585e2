/** From the source map of lowered code to the user's text that each of its texts stands for. */
import { decodedMappings, TraceMap } from "@jridgewell/trace-mapping";
import type { Segment, Segments } from "./positions.ts";

/** What was lowered, and to what. */
export interface Lowered {
  readonly source: string;
  readonly code: string;
  /** A source map, as JSON. */
  readonly map: string;
}

export function segmentsOf({ source, code, map }: Lowered): Segments {
  const [typed, written] = [source.split("\n"), code.split("\n")];
  return decodedMappings(new TraceMap(map)).map((mapped, at) => {
    const known = mapped.filter((segment) => segment.length > 1);
    return known.flatMap(([from, , line, column], nth) => {
      const text = (written[at] ?? "").slice(from, known[nth + 1]?.[0]);
      return segmentsIn(text, (typed[line!] ?? "").slice(column), [from, line!, column!]);
    });
  });
}

/** Text at the start of a line begins with the blanks that indent it, none of them the user's. */
function segmentsIn(
  text: string,
  original: string,
  [from, line, column]: readonly [number, number, number],
): readonly Segment[] {
  const bare = text.trimStart();
  const indent = text.length - bare.length;
  const blanks: readonly Segment[] = indent > 0 ? [[from, line, column, 0]] : [];
  return bare === "" ? blanks : [
    ...blanks,
    [from + indent, line, column, shared(bare, original)],
  ];
}

/** How far into the original both texts are the same, though never past its last character. */
function shared(text: string, original: string): number {
  let length = 0;
  while (length < original.length - 1 && text[length] === original[length]) length++;
  return length;
}
