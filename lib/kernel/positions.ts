/** From a place in compiled code back to the user's cell; the child and the front both need it. */
import type { Break } from "./edit.ts";
import { Math } from "./intrinsics.ts";

export interface Positions {
  /** See `applyEdits`: the compiled lines that end in a break of the compiler's. */
  readonly breaks: readonly Break[];
  /** Lines the compiler put before the user's first. */
  readonly ahead: number;
  /** Absent where nothing was lowered. */
  readonly moved?: Segments;
}

/** By line of the lowered code, in the order of their columns. */
export type Segments = readonly (readonly Segment[])[];

/**
 * From which column on a line of lowered code stands for what the user typed where, all 0-based.
 * Only `kept` characters are followed by column: what comes then the lowering wrote.
 */
export type Segment = readonly [column: number, line: number, typed: number, kept: number];

export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * The user's line and column, from 1, of a line and column, from 1, of the compiled code. All that
 * the compiler put into a line stands where it was put.
 */
export function userPlace(positions: Positions, { line, column }: Place): Place {
  const { breaks } = positions;
  const broken = brokenBefore(breaks, line - 1);
  const [at, own] = breaks[broken] ?? [];
  const userColumn = at === line - 1 ? Math.min(column - 1, own!) : column - 1;
  const edited = { line: line - 1 - broken, column: userColumn };
  const place = positions.moved ? moveBack(positions.moved, edited) : edited;
  return { line: Math.max(1, place.line - positions.ahead + 1), column: place.column + 1 };
}

/** Whether a line of compiled code, from 1, holds but what the code was lowered to, no user's text. */
export function isHelper({ breaks, moved }: Positions, line: number): boolean {
  if (!moved) return false;
  const first = moved.findIndex((segments) => segments.length > 0);
  return line - 1 - brokenBefore(breaks, line - 1) < first;
}

/** The user's lines, from 1, that a line, from 1, of the compiled code stands for. */
export function userLines(positions: Positions, line: number): readonly number[] {
  if (isHelper(positions, line)) return [];
  const { breaks, ahead, moved } = positions;
  const segments = moved?.[line - 1 - brokenBefore(breaks, line - 1)] ?? [];
  const { line: first } = userPlace(positions, { line, column: 1 });
  return [first, ...segments.map(([, typed]) => Math.max(1, typed - ahead + 1))];
}

function brokenBefore(breaks: readonly Break[], line: number): number {
  const later = breaks.findIndex(([at]) => at >= line);
  return later === -1 ? breaks.length : later;
}

/** The last segment that starts at or before the place tells where its text came from. */
function moveBack(moved: Segments, { line, column }: Place): Place {
  const segment = moved[line]?.findLast(([at]) => at <= column);
  if (segment) return placeIn(segment, column);
  const earlier = moved.slice(0, line).findLast((segments) => segments.length > 0)?.at(-1);
  return { line: earlier?.[1] ?? line, column: earlier?.[2] ?? column };
}

function placeIn([at, line, typed, kept]: Segment, column: number): Place {
  return { line, column: typed + Math.min(column - at, kept) };
}
