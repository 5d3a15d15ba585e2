/**
 * A kernel's log as text: whatever printed it, the messages of its last boot without their stamps.
 *
 * @module
 */

/** A message and the line of the text it stands in, the first being 1. */
export interface LogLine {
  /** Line of the text. */
  readonly line: number;
  /** The message without time stamp, level, host and caller. */
  readonly text: string;
}

/** `dmesg`, `dmesg -T`, `dmesg -x`, and what syslog and the journal put before a message. */
const STAMP = new RegExp(
  [
    /^(?:<\d+>|[a-z]+ *:[a-z]+ *: )?\[(?: *\d+\.\d+|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d: ]+)\]/,
    /^(?:[A-Z][a-z]{2} [ \d]\d [\d:]+|\d{4}-\d\d-\d\d[T\d:.,+-]+Z?) \S+ kernel:(?: \[ *\d+\.\d+\])?/,
  ].map(({ source }) => `(?:${source})(?:\\[ *[TC]\\d+\\])? ?`).join("|"),
);

/** The first message of every boot. */
const FIRST = /^Linux version \d/;

/**
 * The messages of the last boot in a text; all of them where none begins.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { kernelLog } from "./kernel_log.ts";
 *
 * const text = "[    0.0] Linux version 6.1.0\n[    0.1] x2apic enabled\n";
 * assert.deepEqual(kernelLog(text), [
 *   { line: 1, text: "Linux version 6.1.0" },
 *   { line: 2, text: "x2apic enabled" },
 * ]);
 * ```
 */
export function kernelLog(log: string): readonly LogLine[] {
  const lines = log.split("\n").flatMap((raw, i) => {
    const text = raw.replace(STAMP, "").trimEnd();
    return text === "" ? [] : [{ line: i + 1, text }];
  });
  const first = lines.findLastIndex(({ text }) => FIRST.test(text));
  return first > 0 ? lines.slice(first) : lines;
}

/** Whether a text is a kernel's log: it begins as one, or its lines bear a kernel's stamps. */
export function isKernelLog(text: string): boolean {
  const lines = text.split("\n", 50);
  return lines.some((line) => STAMP.test(line) || /^Linux version \d.*\(.*#/.test(line));
}

/** The log as it was when /init began; whole unless its beginning or that line is missing. */
export interface EarlyLog {
  /** The messages. */
  readonly lines: readonly LogLine[];
  /** It begins with the kernel's version and goes on to /init. */
  readonly whole: boolean;
}

/** The messages up to the start of user space. Source: Linux init/main.c run_init_process. */
export function earlyLog(lines: readonly LogLine[]): EarlyLog {
  const end = lines.findIndex(({ text }) => /^Run \/\S+ as init process/.test(text));
  const begins = lines[0] !== undefined && FIRST.test(lines[0].text);
  return { lines: end < 0 ? lines : lines.slice(0, end), whole: begins && end >= 0 };
}
