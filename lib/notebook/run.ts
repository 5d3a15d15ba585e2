import type { CellError, Interpreter, Surroundings } from "../kernel/interpreter.ts";
import type { CodeCell, Notebook, NotebookCell } from "./notebook.ts";
import { Outputs } from "./outputs.ts";

/** A notebook after its run: outputs stored, and the cell that failed, if one did. */
export interface Run {
  readonly notebook: Notebook;
  readonly failure?: { readonly cell: CodeCell; readonly error: CellError };
}

/** How far a run is: `done` of `total` code cells. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

export interface RunOptions {
  /** Opens the interpreter that runs the cells; it is disposed of at the end. */
  readonly open: (surroundings: Surroundings) => Interpreter;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Runs the code cells from top to bottom on an interpreter, without Jupyter. The first error ends
 * the run; later cells come back without outputs, since what they showed is no longer known.
 */
export async function runNotebook(notebook: Notebook, options: RunOptions): Promise<Run> {
  const outputs = new Outputs();
  const counts = countsOf(notebook);
  const interpreter = options.open({
    publish(output, parent) {
      outputs.add(output, parent, counts.get(parent) ?? 0);
      return undefined;
    },
    ask: refuse,
    replaced: () => {},
  });
  try {
    await interpreter.start();
    return await runCells(notebook, { ...options, interpreter, counts, outputs });
  } finally {
    await interpreter.dispose();
  }
}

interface Running extends RunOptions {
  readonly interpreter: Interpreter;
  readonly counts: ReadonlyMap<string, number>;
  readonly outputs: Outputs;
}

async function runCells(notebook: Notebook, running: Running): Promise<Run> {
  const { interpreter, counts, outputs, onProgress } = running;
  const total = counts.size;
  onProgress?.({ done: 0, total });
  let failure: Run["failure"];
  for (const cell of notebook.cells.filter(hasCode)) {
    const executionCount = counts.get(cell.id)!;
    const outcome = await interpreter.execute({
      ...request,
      ...cell,
      executionCount,
      code: cell.source,
    });
    if (outcome.kind === "error") failure = { cell, error: outcome };
    onProgress?.({ done: executionCount, total });
    if (failure !== undefined) break;
  }
  const ran = failure === undefined ? total : counts.get(failure.cell.id)!;
  const cells = notebook.cells.map((cell) => withOutputs(cell, { counts, outputs, ran }));
  return { notebook: { ...notebook, cells }, ...(failure && { failure }) };
}

const request = { silent: false, storeHistory: true, allowStdin: false, userExpressions: {} };

function countsOf({ cells }: Notebook): ReadonlyMap<string, number> {
  return new Map(cells.filter(hasCode).map(({ id }, i) => [id, i + 1]));
}

/** Cells of nothing but blanks are not run, and get no number, as in Jupyter. */
function hasCode(cell: NotebookCell): cell is CodeCell {
  return cell.cell_type === "code" && cell.source.trim() !== "";
}

function withOutputs(
  cell: NotebookCell,
  { counts, outputs, ran }: Pick<Running, "counts" | "outputs"> & { ran: number },
): NotebookCell {
  if (cell.cell_type !== "code") return cell;
  const count = counts.get(cell.id) ?? Infinity;
  if (count > ran) return { ...cell, outputs: [], execution_count: null };
  return { ...cell, outputs: [...outputs.of(cell.id)], execution_count: count };
}

function refuse(prompt: string): Promise<string> {
  return Promise.reject(
    new RangeError(`Cannot answer ${JSON.stringify(prompt)}: nobody is asked here; open the lab`),
  );
}
