import type { Verdict } from "./verdict.ts";

/** What a row needs of a set of APIC IDs; `IdSet` has it. */
export interface Intervals {
  /** First and last ID of every interval, ascending. */
  intervals(): Iterable<readonly [low: number, high: number]>;
}

/** One configuration: which APIC IDs its interrupts can name, and which CPUs it has. */
export interface ReachRow {
  /** The configuration's name. */
  readonly label: string;
  /** IDs that its messages can name. */
  readonly reach: Intervals;
  /** APIC IDs of the CPUs that run. */
  readonly ids: readonly number[];
  /** APIC IDs of CPUs the firmware names and Linux leaves offline. */
  readonly offline?: readonly number[];
}

export interface Mark {
  readonly id: number;
  readonly verdict: Verdict;
}

/** A row as charts use it: intervals as a list, every CPU with its verdict, sorted by ID. */
export interface JudgedRow {
  readonly label: string;
  readonly intervals: readonly (readonly [number, number])[];
  readonly marks: readonly Mark[];
}

export function judge({ label, reach, ids, offline = [] }: ReachRow): JudgedRow {
  const intervals = [...reach.intervals()];
  const verdict = (id: number) => holds(intervals, id) ? "reachable" : "unreachable";
  const marks: Mark[] = [
    ...ids.map((id) => ({ id, verdict: verdict(id) } as const)),
    ...offline.map((id) => ({ id, verdict: "offline" } as const)),
  ];
  return { label, intervals, marks: marks.toSorted((a, b) => a.id - b.id) };
}

/** The IDs of a row's CPUs that share one verdict. */
export function idsWith(row: JudgedRow, verdict: Verdict): number[] {
  return row.marks.filter((mark) => mark.verdict === verdict).map(({ id }) => id);
}

function holds(intervals: JudgedRow["intervals"], id: number): boolean {
  return intervals.some(([low, high]) => low <= id && id <= high);
}
