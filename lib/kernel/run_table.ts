import type { Question, Run } from "./frames.ts";
import type { Cell, CellError, MimeBundle } from "./interpreter.ts";

/** One evaluation in the child: a cell, or one of the expressions that came with it. */
export interface RunRecord {
  readonly run: Run;
  /** The request all its output belongs to. */
  readonly parent: string;
  /** The name its code bears in stack traces. */
  readonly file: string;
  readonly source: string;
  readonly allowStdin: boolean;
  readonly expression: boolean;
  readonly helps: Question[];
  /** What an expression came to. */
  shown?: { readonly data: MimeBundle; readonly metadata: MimeBundle };
  error?: CellError;
  /** When the child was told to run it, in milliseconds since the epoch. */
  begun?: number;
  /** It was left behind when the user stopped it; if it threw nothing, this is how it ended. */
  stopped: boolean;
  readonly ended: PromiseWithResolvers<void>;
  over: boolean;
}

/** Output of cells older than this many is attributed to the oldest one kept. */
const kept = 5_000;

/** Every run by its number, and every source by its name in traces. */
export class RunTable {
  readonly #records = new Map<Run, RunRecord>();
  readonly #sources = new Map<string, string>();
  readonly #open = new Set<RunRecord>();
  #last = 0;

  open(cell: Cell, { source = cell.code, expression = false } = {}): RunRecord {
    const run = ++this.#last;
    const numbered = cell.storeHistory && !cell.silent && !expression;
    const file = numbered ? `cell-${cell.executionCount}.ts` : `aside-${run}.ts`;
    const record: RunRecord = {
      run,
      parent: cell.id,
      file,
      source,
      allowStdin: cell.allowStdin,
      expression,
      helps: [],
      stopped: false,
      ended: Promise.withResolvers(),
      over: false,
    };
    this.#records.set(run, record);
    this.#open.add(record);
    this.#sources.set(file, source);
    this.#forget(this.#records.get(run - kept));
    return record;
  }

  get(run: Run): RunRecord | undefined {
    return this.#records.get(run);
  }

  /** Whose output a run's is; of one long forgotten, the oldest that is known. */
  origin(run: Run): RunRecord | undefined {
    return this.get(run) ?? this.#records.values().next().value;
  }

  /** What output without a run of its own belongs to. */
  current(): RunRecord | undefined {
    return this.running()[0] ?? this.#records.get(this.#last);
  }

  /** Those not over, the latest first. */
  running(): readonly RunRecord[] {
    return [...this.#open].reverse();
  }

  close(record: RunRecord): void {
    this.#open.delete(record);
    record.over = true;
    record.ended.resolve();
  }

  readonly sourceOf = (file: string): string | undefined => this.#sources.get(file);

  #forget(record: RunRecord | undefined): void {
    if (!record?.over) return;
    this.#records.delete(record.run);
    this.#sources.delete(record.file);
  }
}
