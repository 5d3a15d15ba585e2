import { formatIntervals } from "./apic_id.ts";
import { axisBits, axisValue, ruledBits } from "./reach_axis.ts";
import type { JudgedRow } from "./reach_row.ts";
import { type Group, labelOf, tagGroups } from "./reach_tags.ts";
import { looks } from "./verdict.ts";

const columns = 64;
/** As wide as the picture, so that both name the same groups of CPUs. */
const page = { left: 0, right: 660 };

/** The chart in characters: a bar per row over a ruler, CPUs below it. */
export function reachText(title: string, rows: readonly JudgedRow[]): string {
  return [title, "", ruler(), ...rows.flatMap(rowLines)].join("\n");
}

function rowLines(row: JudgedRow): string[] {
  return [
    `${row.label}: can name ${formatIntervals(row.intervals)}`,
    bar(row),
    `  CPUs: ${tagGroups(row.marks, page).map(groupText).join("  ") || "none"}`,
  ];
}

function groupText(group: Group): string {
  return `${looks[group.verdict].glyph} ${labelOf(group)}`;
}

/** A column is filled when any ID in it can be named. */
function bar(row: JudgedRow): string {
  const cells = Array.from({ length: columns }, (_, column) => {
    const filled = row.intervals.some(([low, high]) =>
      columnOf(axisValue(low)) <= column && column <= columnOf(axisValue(high))
    );
    return filled ? "█" : "·";
  });
  return `  ${cells.join("")}`;
}

/** `2^0 ……… 2^8 …… 2^15 ……… 2^32`, each beginning at its column. */
function ruler(): string {
  return [0, ...ruledBits].reduce(
    (line, bits) =>
      line.padEnd(2 + columnOf(2 ** bits) + (bits === axisBits ? 1 : 0)) + `2^${bits}`,
    "",
  );
}

function columnOf(value: number): number {
  return Math.min(columns - 1, Math.floor(Math.log2(value) / axisBits * columns));
}
