import type { Run } from "./frames.ts";

/**
 * Marks on the child's raw streams, where subprocesses, workers and native code write: what
 * stands before a run's mark was written before that run ended.
 */
export function markOf(run: Run): string {
  return `\0irqscope:${run}\0`;
}

/** What a worker writes around each of its prints: whose it is, and the end of that. */
export function spokenBy(run: Run): readonly [open: string, close: string] {
  return [`\0irqscope:${run}(\0`, "\0irqscope:)\0"];
}

/** What a raw stream says next; `run` where a worker said it. */
export type Heard =
  | { readonly kind: "text"; readonly text: string; readonly run?: Run }
  | { readonly kind: "mark"; readonly run: Run };

const mark = /\0irqscope:(\d+\(?|\))\0/;
/** The beginning of a mark whose rest has not come yet. */
const unfinished = /\0[a-z:0-9()]*$/;

/** Cuts a raw stream's bytes, however chunked, into text and marks. */
export class MarkReader {
  readonly #decoder = new TextDecoder();
  #rest = "";
  #speaker: Run | undefined;

  *push(chunk: Uint8Array): Generator<Heard> {
    const text = this.#rest + this.#decoder.decode(chunk, { stream: true });
    const parts = text.split(mark);
    const last = parts.pop()!;
    const whole = last.replace(unfinished, "");
    this.#rest = last.slice(whole.length);
    parts.push(whole);
    for (const [index, part] of parts.entries()) {
      if (index % 2 === 0) {
        if (part !== "") yield this.#text(part);
      } else if (part === ")") this.#speaker = undefined;
      else if (part.endsWith("(")) this.#speaker = Number.parseInt(part);
      else yield { kind: "mark", run: Number(part) };
    }
  }

  #text(text: string): Heard {
    const run = this.#speaker;
    return run === undefined ? { kind: "text", text } : { kind: "text", text, run };
  }
}
