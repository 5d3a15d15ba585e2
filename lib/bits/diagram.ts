/**
 * A register as a text picture: a ruler of bit numbers above boxes, 32 bits a row.
 *
 * @module
 */
import type { FieldPlace } from "./register.ts";

interface Cell {
  readonly low: number;
  readonly high: number;
  readonly label: string;
}

const ROW_BITS = 32;

/** Draws the fields as boxes, highest bits first; a field that crosses rows is drawn in each. */
export function diagramOf(places: readonly FieldPlace[]): string {
  const width = places.at(-1)!.high + 1;
  const rows = Math.ceil(width / ROW_BITS);
  return Array.from({ length: rows }, (_, i) => rows - 1 - i)
    .map((row) => rowPicture(cellsOf(places, row * ROW_BITS, width))).join("\n");
}

function cellsOf(places: readonly FieldPlace[], from: number, width: number): Cell[] {
  const to = Math.min(from + ROW_BITS, width) - 1;
  return places
    .filter(({ low, high }) => high >= from && low <= to)
    .map(({ key, low, high }) => ({
      low: Math.max(low, from),
      high: Math.min(high, to),
      label: key,
    }))
    .toReversed();
}

function rowPicture(cells: readonly Cell[]): string {
  const widths = cells.map((cell) => Math.max(cell.label.length, rulerOf(cell).length) + 2);
  const bar = (left: string, mid: string, right: string) =>
    left + widths.map((w) => "─".repeat(w)).join(mid) + right;
  const line = (text: (cell: Cell) => string) =>
    cells.map((cell, i) => centre(text(cell), widths[i]!)).join("│");
  const ruler = cells.map((cell, i) => centre(rulerOf(cell), widths[i]!)).join(" ");
  return [
    ` ${ruler}`.trimEnd(),
    bar("┌", "┬", "┐"),
    `│${line(({ label }) => label)}│`,
    bar("└", "┴", "┘"),
  ].join("\n");
}

function rulerOf({ low, high }: Cell): string {
  return low === high ? `${low}` : `${high}…${low}`;
}

function centre(text: string, width: number): string {
  const left = Math.floor((width - text.length) / 2);
  return " ".repeat(left) + text + " ".repeat(width - text.length - left);
}
