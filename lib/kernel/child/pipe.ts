import { readSync, writeSync } from "node:fs";
import { Error, JSON, performance, TextDecoder, Uint8Array } from "../intrinsics.ts";
import { type Answer, encodeMessage, encodeText, type Message, type Run } from "../frames.ts";
import { markOf } from "../marks.ts";
import { currentRun } from "./current.ts";
import { pristine } from "./pristine.ts";
import { Interrupted, stopHere } from "./stopping.ts";

/**
 * The child's end of its own pipe. Everything is written at once and in order; only a flood of
 * text is gathered, and never kept back for long.
 */
const pipe = 3;

/** Texts written as they come within one window; what exceeds it is gathered. */
const windowMs = 20;
const windowTexts = 64;
const gatheredBytes = 16_384;

/** Longer texts go in parts: no reader has to hold one whole. */
const longestText = 2 ** 24;

type Name = "stdout" | "stderr";

let gathered: { run: Run; name: Name; text: string } | undefined;
let windowStart = 0;
let writtenInWindow = 0;
let questions = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
const later = setTimeout;

export function say(name: Name, text: string, run = currentRun()): void {
  if (text.length <= longestText) return gather(name, text, run);
  pristine(() => {
    for (let at = 0; at < text.length; at += longestText) {
      gather(name, text.slice(at, at + longestText), run);
    }
  });
}

function gather(name: Name, text: string, run: Run): void {
  if (text === "") return;
  if (gathered && (gathered.run !== run || gathered.name !== name)) flush();
  if (gathered) gathered.text += text;
  else gathered = { run, name, text };
  if (mayWriteNow() || gathered.text.length >= gatheredBytes) flush();
  else timer ??= later(flush, windowMs);
}

export function flush(): void {
  pristine(flushNow);
}

function flushNow(): void {
  timer = undefined;
  if (!gathered) return;
  const { run, name, text } = gathered;
  // Half a surrogate pair waits for its other half: alone it could not be encoded.
  const whole = /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
  gathered = whole === text ? undefined : { run, name, text: text.slice(-1) };
  if (whole) writeAll(encodeText(name, run, whole));
}

export function send(message: Message, run = currentRun(), buffers?: readonly Uint8Array[]): void {
  if (message.kind === "display" || message.kind === "updateDisplay") stopHere(run);
  pristine(() => {
    flush();
    writeAll(encodeMessage(run, message, buffers));
  });
}

/**
 * Marks on the raw streams, where subprocesses write, that what comes later is not of this run.
 * Returns those that the user closed: they bear no mark and need none.
 */
export function mark(run: Run): readonly Name[] {
  return (["stdout", "stderr"] as const).filter((_, index) => {
    try {
      writeSync(index + 1, markOf(run));
      return false;
    } catch {
      return true;
    }
  });
}

/** Asks the front and waits, the whole thread with it, for the answer. */
export function ask(prompt: string, password: boolean): string {
  return pristine(() => askNow(prompt, password));
}

function askNow(prompt: string, password: boolean): string {
  stopHere();
  const question = ++questions;
  send({ kind: "ask", question, prompt, password });
  const answer = answerTo(question);
  switch (answer.kind) {
    case "answered":
      return answer.value;
    case "refused":
      throw new Error(answer.because);
    case "interrupted":
      throw new Interrupted();
  }
}

function mayWriteNow(): boolean {
  const now = performance.now();
  if (now - windowStart > windowMs) {
    windowStart = now;
    writtenInWindow = 0;
  }
  return ++writtenInWindow <= windowTexts;
}

function writeAll(pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) at += writeSync(pipe, piece, at);
  }
}

/**
 * A termination may come between the reading of bytes and the knowing of them: what it leaves of
 * an answer is none to this question.
 */
function answerTo(question: number): Answer {
  const decoder = new TextDecoder();
  for (let text = "";;) {
    const [end, ...next] = decoder.decode(readSome(), { stream: true }).split("\n");
    const lines = [text + end, ...next];
    text = lines.pop()!;
    const answer = lines.map(answerIn).find((answer) => answer?.question === question);
    if (answer) return answer;
  }
}

function answerIn(line: string): Answer | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function readSome(): Uint8Array {
  const bytes = new Uint8Array(2 ** 16);
  const count = readSync(pipe, bytes, 0, bytes.length, null);
  if (count === 0) throw new Interrupted();
  return bytes.subarray(0, count);
}
