import type { Received } from "./child/comms.ts";
import { compileCell } from "./compile.ts";
import { completenessOf } from "./compile_complete.ts";
import type { SyntaxProblem } from "./compile_parse.ts";
import { CellDebugger } from "./debug/debugger.ts";
import { type FolderConfig, folderConfig } from "./folder_config.ts";
import type {
  Cell,
  CellError,
  Completeness,
  Completion,
  Interpreter,
  MimeBundle,
  Outcome,
  Output,
  Surroundings,
  UserExpression,
} from "./interpreter.ts";
import { Runner } from "./runner.ts";
import { type RunRecord, RunTable } from "./run_table.ts";
import { readSugar, type Sugar } from "./sugar.ts";
import { excerptAt } from "./traceback.ts";

export interface InterpreterOptions {
  /** The notebook's folder, absolute: where its imports, its files and its rights begin. */
  readonly folder: string;
  /** `--allow-…` and `--deny-…` flags for the user's process, beyond the default rights. */
  readonly permissions?: readonly string[];
}

/** Runs cells in a Deno process of their own, directed through V8's inspector. */
export function createInterpreter(
  surroundings: Surroundings,
  options: InterpreterOptions,
): Interpreter {
  return new DenoInterpreter(surroundings, options);
}

type CommMessage = Parameters<Interpreter["comm"]>[0];

class DenoInterpreter implements Interpreter {
  readonly #runs = new RunTable();
  readonly #runner: Runner;
  readonly #config: Promise<FolderConfig>;
  readonly #debugger: CellDebugger;

  constructor(surroundings: Surroundings, { folder, permissions = [] }: InterpreterOptions) {
    this.#config = folderConfig(folder);
    this.#config.catch(() => {}); // Told when a cell needs it.
    const options = { folder, flags: permissions, config: this.#config };
    this.#runner = new Runner(surroundings, this.#runs, options);
    this.#debugger = new CellDebugger({
      inspector: async () => (await this.#runner.child()).inspector,
      event: (content) =>
        surroundings.publish(debugEvent(content), this.#runs.current()?.parent ?? ""),
    });
  }

  async start(): Promise<void> {
    await this.#runner.child();
  }

  async execute(cell: Cell): Promise<Outcome> {
    const sugar = readSugar(cell.code);
    return sugar ? await this.#executeSugar(cell, sugar) : await this.#executeCode(cell, cell.code);
  }

  async interrupt(): Promise<{ readonly ended: boolean; readonly because?: string }> {
    return await this.#debugger.unheld(() => this.#runner.interrupt());
  }

  debug(request: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    return this.#debugger.handle(request);
  }

  async comm(message: CommMessage, parent: string): Promise<void> {
    const { msgType: type, content, buffers } = message;
    const record = this.#runs.open(asideCell(parent));
    await this.#runner.receive(record, {
      type,
      content: content as Received["content"],
      metadata: {},
      buffers: buffers.map((buffer) => buffer.toBase64()),
    });
  }

  complete(_code: string, cursor: number): Promise<Completion> {
    return Promise.resolve({ start: cursor, end: cursor, matches: [] });
  }

  inspect(_code: string, _cursor: number, _detail: 0 | 1): Promise<MimeBundle | undefined> {
    return Promise.resolve(undefined);
  }

  isComplete(code: string): Promise<Completeness> {
    return Promise.resolve(completenessOf(code));
  }

  async dispose(): Promise<void> {
    await this.#runner.dispose();
  }

  async #executeCode(cell: Cell, source: string): Promise<Outcome> {
    const record = this.#runs.open(cell, { source });
    await this.#run(record);
    if (record.error) return { kind: "error", ...record.error };
    const userExpressions = await this.#userExpressions(cell);
    return { kind: "ok", pages: record.pages, userExpressions };
  }

  /** Compiles and runs; whatever goes wrong ends up as the record's error. */
  async #run(record: RunRecord): Promise<void> {
    try {
      const { jsx } = await this.#config;
      const { file, run, source, expression } = record;
      const compiled = await compileCell(source, { file, run, jsx, expression });
      if (compiled.kind === "syntaxError") this.#refuse(record, syntaxError(record, compiled));
      else {
        await this.#debugger.compiled({ file, source, ...compiled });
        await this.#runner.run(record, compiled);
      }
    } catch (error) {
      this.#refuse(record, plainError(error));
    }
    await record.ended.promise;
  }

  #refuse(record: RunRecord, error: CellError): void {
    record.error = error;
    if (!record.expression) this.#runner.publish(record, { kind: "error", ...error });
    this.#runner.settle(record);
  }

  async #userExpressions(cell: Cell): Promise<Readonly<Record<string, UserExpression>>> {
    const answers: Record<string, UserExpression> = {};
    for (const [key, source] of Object.entries(cell.userExpressions)) {
      const record = this.#runs.open(cell, { source, expression: true });
      await this.#run(record);
      answers[key] = record.error
        ? { status: "error", ...record.error }
        : { status: "ok", ...record.shown ?? { data: {}, metadata: {} } };
    }
    return answers;
  }

  async #executeSugar(cell: Cell, sugar: Sugar): Promise<Outcome> {
    switch (sugar.kind) {
      case "time": {
        const start = performance.now();
        const outcome = await this.#executeCode(cell, sugar.code);
        const text = `Wall time: ${(performance.now() - start).toFixed(1)} ms\n`;
        this.#publishAlone(cell, { kind: "stream", name: "stderr", text });
        return outcome;
      }
      case "show":
        this.#publishAlone(cell, { kind: "display", data: sugar.data, metadata: {} });
        return { kind: "ok", pages: [], userExpressions: {} };
      case "inspect": {
        const data = await this.inspect(sugar.name, sugar.name.length, sugar.detail);
        const found = data ?? { "text/plain": `Nothing is known of ${sugar.name}` };
        return { kind: "ok", pages: [found], userExpressions: {} };
      }
      case "unknown": {
        const error = plainError(new SyntaxError(sugar.message));
        this.#publishAlone(cell, { kind: "error", ...error });
        return { kind: "error", ...error };
      }
    }
  }

  #publishAlone(cell: Cell, output: Parameters<Surroundings["publish"]>[0]): void {
    const record = this.#runs.open(cell);
    this.#runner.publish(record, output);
    this.#runner.settle(record);
  }
}

function debugEvent(content: Readonly<Record<string, unknown>>): Output {
  return { kind: "broadcast", msgType: "debug_event", content, metadata: {}, buffers: [] };
}

/** What a request that is no cell runs under. */
function asideCell(id: string): Cell {
  return {
    id,
    code: "",
    executionCount: 0,
    silent: false,
    storeHistory: false,
    allowStdin: false,
    userExpressions: {},
  };
}

function syntaxError({ file, source }: RunRecord, problem: SyntaxProblem): CellError {
  const { message, line, column } = problem;
  const evalue = `${message} (${file}:${line}:${column})`;
  const traceback = [`SyntaxError: ${message}`, ...excerptAt(file, source, problem)];
  return { ename: "SyntaxError", evalue, traceback };
}

function plainError(error: unknown): CellError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { ename: name, evalue: message, traceback: [`${name}: ${message}`] };
}
