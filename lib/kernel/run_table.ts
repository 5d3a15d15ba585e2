import type { Question, Run } from "./frames.ts";
import type { Cell, CellError, MimeBundle } from "./interpreter.ts";
import { Recent } from "./recent.ts";

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
  shown?: undefined | { readonly data: MimeBundle; readonly metadata: MimeBundle };
  error?: CellError;
  /** When the child was told to run it; see `now`. */
  begun?: number;
  /** When all it said had been heard; see `now`. */
  endedAt?: number;
  /** It was left behind when the user stopped it; if it threw nothing, this is how it ended. */
  stopped: boolean;
  readonly ended: PromiseWithResolvers<void>;
  over: boolean;
}

/** Milliseconds since the epoch, finer than a clock's. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Runs by their numbers, and sources by their names in traces: all that are not over, and recent ones. */
export class RunTable {
  readonly #recent = new Recent<Run, RunRecord>(({ source }) => source.length);
  readonly #sources = new Recent<string, string>((source) => source.length);
  readonly #open = new Map<Run, RunRecord>();
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
    this.#recent.set(run, record);
    this.#open.set(run, record);
    this.#sources.set(file, source);
    return record;
  }

  get(run: Run): RunRecord | undefined {
    return this.#open.get(run) ?? this.#recent.get(run);
  }

  /** Whose output a run's is; of one long forgotten, the oldest that is known. */
  origin(run: Run): RunRecord | undefined {
    return this.get(run) ?? this.#recent.values().next().value;
  }

  /** What output without a run of its own belongs to. */
  current(): RunRecord | undefined {
    return this.running()[0] ?? this.#recent.get(this.#last);
  }

  /** Those not over, the latest first. */
  running(): readonly RunRecord[] {
    return [...this.#open.values()].reverse();
  }

  close(record: RunRecord): void {
    this.#open.delete(record.run);
    record.over = true;
    record.endedAt = now();
    record.ended.resolve();
  }

  readonly sourceOf = (file: string): string | undefined => this.#sources.get(file);
}
