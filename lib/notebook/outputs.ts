import type { MimeBundle, Output } from "../kernel/interpreter.ts";
import type { NotebookOutput } from "./notebook.ts";

/** The outputs of a notebook's cells while it runs; a display may change after its cell ended. */
export class Outputs {
  readonly #cells = new Map<string, NotebookOutput[]>();
  readonly #displays = new Map<string, { list: NotebookOutput[]; at: number }[]>();
  readonly #clearing = new Set<string>();

  /** What the cell has shown so far. */
  of(cell: string): readonly NotebookOutput[] {
    return this.#list(cell);
  }

  /** Takes in what a cell published; `count` is the number its result bears. */
  add(output: Output, cell: string, count: number): void {
    if (output.kind === "clear") return this.#clear(cell, output.wait);
    if (output.kind === "updateDisplay") return this.#update(output.displayId, output);
    const stored = storedForm(output, count);
    if (stored === undefined) return;
    const list = this.#ready(cell);
    if (joinsStream(list.at(-1), stored)) return;
    list.push(stored);
    if (output.kind === "display") this.#remember(output.displayId, list);
  }

  #list(cell: string): NotebookOutput[] {
    return this.#cells.get(cell) ?? [];
  }

  /** A clear that waits takes effect with the next output, so that nothing flickers. */
  #ready(cell: string): NotebookOutput[] {
    const list = this.#list(cell);
    if (this.#clearing.delete(cell)) list.length = 0;
    this.#cells.set(cell, list);
    return list;
  }

  #clear(cell: string, wait: boolean): void {
    this.#clearing.add(cell);
    if (!wait) this.#ready(cell);
  }

  #remember(displayId: string | undefined, list: NotebookOutput[]): void {
    if (displayId === undefined) return;
    const places = this.#displays.get(displayId) ?? [];
    this.#displays.set(displayId, [...places, { list, at: list.length - 1 }]);
  }

  #update(displayId: string | undefined, { data, metadata }: Displayed): void {
    for (const { list, at } of this.#displays.get(displayId ?? "") ?? []) {
      const shown = list[at];
      if (shown?.output_type !== "display_data") continue;
      list[at] = { output_type: "display_data", data: { ...data }, metadata: { ...metadata } };
    }
  }
}

interface Displayed {
  readonly data: MimeBundle;
  readonly metadata: MimeBundle;
}

/** Consecutive pieces of one stream are one output. */
function joinsStream(last: NotebookOutput | undefined, next: NotebookOutput): boolean {
  if (last?.output_type !== "stream" || next.output_type !== "stream") return false;
  if (last.name !== next.name) return false;
  last.text += next.text;
  return true;
}

/** An output as notebook files hold it; broadcasts are for live clients only. */
function storedForm(output: Output, count: number): NotebookOutput | undefined {
  switch (output.kind) {
    case "stream":
      return { output_type: "stream", name: output.name, text: output.text };
    case "display":
      return { output_type: "display_data", ...displayed(output) };
    case "result":
      return { output_type: "execute_result", ...displayed(output), execution_count: count };
    case "error": {
      const { ename, evalue, traceback } = output;
      return { output_type: "error", ename, evalue, traceback: [...traceback] };
    }
    default:
      return undefined;
  }
}

function displayed({ data, metadata }: Displayed) {
  return { data: { ...data }, metadata: { ...metadata } };
}
