import { Array, Deno, Object, Set, String } from "../intrinsics.ts";

/** Rows past this many are counted, not drawn: a notebook keeps every one of them for good. */
const maxRows = 100;
const maxColumns = 50;

/** An HTML table of an array whose every item is a plain object; undefined for anything else. */
export function recordsTable(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isRecord)) return undefined;
  const columns = [...new Set(value.slice(0, maxRows).flatMap((record) => Object.keys(record)))];
  if (columns.length === 0 || columns.length > maxColumns) return undefined;
  return tableOf(columns, value);
}

export function tableOf(
  columns: readonly string[],
  records: readonly Readonly<Record<string, unknown>>[],
): string {
  const head = columns.map((column) => `<th>${escapeHtml(column)}</th>`).join("");
  const rows = records.slice(0, maxRows).map((record) =>
    `<tr>${columns.map((column) => cellOf(fieldOf(record, column))).join("")}</tr>`
  );
  const more = records.length - rows.length;
  const caption = more > 0 ? `<caption>${rows.length} of ${records.length} rows</caption>` : "";
  return `<table>${caption}<thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return "<td></td>";
  const text = typeof value === "object" || typeof value === "symbol"
    ? Deno.inspect(value, { depth: 2, compact: true, breakLength: Infinity })
    : String(value);
  return typeof value === "number" || typeof value === "bigint"
    ? `<td style="text-align:right">${text}</td>`
    : `<td>${escapeHtml(text)}</td>`;
}

/** A getter that throws leaves its cell empty. */
function fieldOf(record: Readonly<Record<string, unknown>>, column: string): unknown {
  try {
    return record[column];
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  try {
    const prototype = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null;
  } catch {
    return false; // A proxy may forbid the question.
  }
}
