import type { Thrown } from "./frames.ts";
import { grantHint } from "./grant_hint.ts";
import type { CellError } from "./interpreter.ts";
import type { Place } from "./positions.ts";

/** The text of a cell by the name it bears in traces; undefined for files that are no cells. */
export type SourceOf = (file: string) => string | undefined;

/** Lines shown before and after the one at fault. */
const context = 2;

/** A thrown value as Jupyter reports it: heading, source at fault, frames, causes. */
export function tracebackOf(thrown: Thrown, sourceOf: SourceOf): CellError {
  const [heading = "", ...rest] = lines(thrown, sourceOf);
  return {
    ename: thrown.name,
    evalue: thrown.message,
    traceback: [thrown.value === undefined ? heading : `Uncaught ${heading}`, ...rest],
  };
}

/** The same in one text, for errors that arrive after their cell. */
export function strayText(thrown: Thrown, sourceOf: SourceOf): string {
  return `Uncaught ${[...lines(thrown, sourceOf)].join("\n")}\n`;
}

function* lines(thrown: Thrown, sourceOf: SourceOf): Generator<string> {
  yield headingOf(thrown);
  const { source } = thrown;
  if (source) yield* excerptAt(source.path, source.text, source.place);
  yield* excerpt(thrown.frames, sourceOf);
  yield* thrown.frames.map((frame) => `    ${frame}`);
  if (thrown.details) yield thrown.details;
  const hint = grantHint(thrown);
  if (hint) yield hint;
  for (const error of thrown.errors ?? []) {
    yield* [...lines(error, sourceOf)].map((line) => `  ${line}`);
  }
  if (thrown.cause) {
    const [first = "", ...rest] = lines(thrown.cause, sourceOf);
    yield `Caused by ${first}`;
    yield* rest;
  }
}

function headingOf({ name, message, value }: Thrown): string {
  if (value !== undefined) return value;
  return message ? `${name}: ${message}` : name;
}

const cellFrame = /((?:cell|aside)-[\d-]+\.ts):(\d+):(\d+)/;

/** The lines of the topmost frame that lies in a cell, its place marked by a caret. */
function* excerpt(frames: readonly string[], sourceOf: SourceOf): Generator<string> {
  for (const frame of frames) {
    const [, file, line, column] = frame.match(cellFrame) ?? [];
    const source = file && sourceOf(file);
    if (!source) continue;
    yield* excerptAt(file, source, { line: Number(line), column: Number(column) });
    return;
  }
}

/** Who writes an error's stack may well name a place that is none: its caret stands at an edge. */
export function* excerptAt(file: string, source: string, at: Place): Generator<string> {
  const all = source.split("\n");
  const from = Math.max(1, at.line - context);
  const to = Math.min(all.length, at.line + context);
  const width = String(to).length;
  const start = Math.max(0, at.column - widest / 2);
  const before = Math.max(0, at.column - start - 1);
  yield `  ${file}:${at.line}:${at.column}`;
  for (let line = from; line <= to; line++) {
    const mark = line === at.line ? ">" : " ";
    yield `${mark} ${String(line).padStart(width)} | ${shown(all[line - 1]!, start)}`;
    if (line === at.line) yield `  ${" ".repeat(width)} | ${" ".repeat(before)}^`;
  }
}

/** Longer lines are shown around the place at fault. */
const widest = 400;

function shown(line: string, start: number): string {
  return line.slice(start, start + widest);
}
