import type { Run } from "./frames.ts";

/**
 * Marks on the child's raw streams, where subprocesses, workers and native code write: what
 * stands before a run's mark was written before that run ended.
 */
export function markOf(run: Run): string {
  return `\0irqscope:${run}\0`;
}

/** What a raw stream says next. */
export type Heard =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "mark"; readonly run: Run };

const mark = /\0irqscope:(\d+)\0/;
/** The beginning of a mark whose rest has not come yet. */
const unfinished = /\0[a-z:0-9]*$/;

/** Cuts a raw stream's bytes, however chunked, into text and marks. */
export class MarkReader {
  readonly #decoder = new TextDecoder();
  #rest = "";

  *push(chunk: Uint8Array): Generator<Heard> {
    const text = this.#rest + this.#decoder.decode(chunk, { stream: true });
    const parts = text.split(mark);
    const last = parts.pop()!;
    const whole = last.replace(unfinished, "");
    this.#rest = last.slice(whole.length);
    parts.push(whole);
    for (const [index, part] of parts.entries()) {
      if (index % 2 === 1) yield { kind: "mark", run: Number(part) };
      else if (part !== "") yield { kind: "text", text: part };
    }
  }
}
