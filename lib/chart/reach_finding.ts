import { formatApicId, formatIntervals, listWords } from "./apic_id.ts";
import { idsWith, type JudgedRow } from "./reach_row.ts";

/** What the chart shows, in words: the title claims it, the description spells it out. */
export interface Finding {
  readonly title: string;
  readonly description: string;
}

/** Computes the sentence that the rows bear out. */
export function reachFinding(rows: readonly JudgedRow[]): Finding {
  const claims = [breadth(rows), fate(rows)].filter((claim) => claim !== "");
  return {
    title: capital(claims.join("; ")),
    description: rows.map(describe).join(" "),
  };
}

/** The widest ID that fits the message formats, from the narrowest. */
const bounds = [
  { bits: 8, words: "8 bits", last: 255 },
  { bits: 15, words: "15 bits", last: 32767 },
];

/** Which rows reach past a width that others do not. */
function breadth(rows: readonly JudgedRow[]): string {
  for (const { words, last } of bounds.toReversed()) {
    const past = rows.filter((row) => widest(row) > last);
    if (past.length === rows.length) return rows.length > 1 ? `all reach past ${words}` : "";
    if (past.length > 0) {
      return `only ${listWords(past.map(({ label }) => label))} ${reaches(past)} past ${words}`;
    }
  }
  return rows.length > 1 ? "no configuration reaches past 8 bits" : "";
}

/** What becomes of the CPUs that are there. */
function fate(rows: readonly JudgedRow[]): string {
  const losing = rows.filter((row) => idsWith(row, "unreachable").length > 0);
  if (losing.length > 2) return `${losing.length} of ${rows.length} cannot reach all their CPUs`;
  if (losing.length > 0) return losing.map(loses).join("; ");
  if (rows.every((row) => row.marks.length === 0)) return "";
  const waiting = rows.flatMap((row) => idsWith(row, "offline"));
  return waiting.length === 0
    ? "every CPU is reached"
    : "every running CPU is reached, the others stay offline";
}

function loses(row: JudgedRow): string {
  return `${row.label} cannot reach ${cpus(idsWith(row, "unreachable"))}`;
}

function describe(row: JudgedRow): string {
  const parts = [
    `${row.label}: messages can name ${formatIntervals(row.intervals)}`,
    ...(["reachable", "unreachable", "offline"] as const).flatMap((verdict) => {
      const ids = idsWith(row, verdict);
      return ids.length === 0 ? [] : [`${cpus(ids)} ${fateWords[verdict]}`];
    }),
  ];
  return `${parts.join("; ")}.`;
}

const fateWords = {
  reachable: "reached",
  unreachable: "out of reach",
  offline: "kept offline",
} as const;

function cpus(ids: readonly number[]): string {
  if (ids.length > 4) return `${ids.length} CPUs`;
  return `APIC ID${ids.length > 1 ? "s" : ""} ${listWords(ids.map(formatApicId))}`;
}

function widest(row: JudgedRow): number {
  return row.intervals.at(-1)?.[1] ?? -1;
}

function reaches(rows: readonly JudgedRow[]): string {
  return rows.length === 1 ? "reaches" : "reach";
}

function capital(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}
