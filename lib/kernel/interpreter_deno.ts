import type { Received } from "./child/comms.ts";
import type { Compiled } from "./compile.ts";
import type { SyntaxProblem } from "./compile_parse.ts";
import { CellDebugger } from "./debug/debugger.ts";
import { type FolderConfig, folderConfig } from "./folder_config.ts";
import type { Question } from "./frames.ts";
import { guide } from "./guide.ts";
import { before } from "./in_time.ts";
import type { Intelligence } from "./intelligence.ts";
import { launch, type Launched } from "./launch.ts";
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
import type { TypeProblem } from "./language/service.ts";
import { Runner } from "./runner.ts";
import { now, type RunRecord, RunTable } from "./run_table.ts";
import { readSugar, type Sugar } from "./sugar.ts";
import { excerptAt } from "./traceback.ts";
import { policyIn, reportOf, type TypePolicy } from "./type_report.ts";

export interface InterpreterOptions {
  /** The notebook's folder, absolute: where its imports, its files and its rights begin. */
  readonly folder: string;
  /** `--allow-…` and `--deny-…` flags for the user's process, beyond the default rights. */
  readonly permissions?: readonly string[];
  /** What becomes of a cell's type errors; `warn` unless given. */
  readonly types?: TypePolicy;
  /** A process for the user's code, launched ahead: the interpreter is still being loaded then. */
  readonly ahead?: Promise<Launched>;
  /** Folder of the locks by which kernels share their language servers; the user's own if absent. */
  readonly slots?: string;
}

/** Runs cells in a Deno process of their own, directed through V8's inspector. */
export function createInterpreter(
  surroundings: Surroundings,
  options: InterpreterOptions,
): Interpreter {
  return new DenoInterpreter(surroundings, options);
}

/** A cell's end waits no longer than this for its type errors; later ones are late output of it. */
const typesMs = 150;

/** What reads code: the compiler, and what is known of names and types. */
type Reader = Omit<typeof import("./code.ts"), "Intelligence"> & {
  readonly intelligence: Intelligence;
};

type CommMessage = Parameters<Interpreter["comm"]>[0];

class DenoInterpreter implements Interpreter {
  readonly #runs = new RunTable();
  readonly #runner: Runner;
  readonly #config: Promise<FolderConfig>;
  readonly #debugger: CellDebugger;
  readonly #options: InterpreterOptions;
  #ahead: Promise<Launched> | undefined;
  #reader: Promise<Reader> | undefined;
  #policy: TypePolicy;

  constructor(surroundings: Surroundings, options: InterpreterOptions) {
    const { folder, permissions = [], types = "warn" } = options;
    this.#options = options;
    this.#policy = types;
    this.#ahead = options.ahead;
    const config = this.#config = this.#ahead?.then(({ config }) => config) ??
      Promise.try(folderConfig, folder);
    config.catch(() => {}); // Told when a cell needs it.
    const launchNext = async () => launch({ folder, flags: permissions, config: await config });
    this.#runner = new Runner(
      {
        publish: (output, parent) => surroundings.publish(output, parent),
        ask: (prompt, options) => surroundings.ask(prompt, options),
        replaced: (because) => {
          this.#debugger.replaced();
          this.#reader?.then(({ intelligence }) => intelligence.forget());
          surroundings.replaced(because);
        },
      },
      this.#runs,
      {
        launch: () => {
          const launched = this.#ahead ?? launchNext();
          this.#ahead = undefined;
          return launched;
        },
        launched: () => void this.#read(),
      },
    );
    this.#debugger = new CellDebugger({
      inspector: async () => (await this.#runner.child()).inspector,
      running: () => this.#runs.running().length > 0,
      evaluating: (work) => this.#evaluating(work),
      event: (content) =>
        surroundings.publish(debugEvent(content), this.#runs.current()?.parent ?? ""),
    });
  }

  /** The parser and all that reads code by it take a while to load: the child comes up meanwhile. */
  #read(): Promise<Reader> {
    return this.#reader ??= import("./code.ts").then(({ Intelligence, ...reader }) => {
      const { folder, slots } = this.#options;
      const inspector = async () => {
        const child = await this.#runner.child();
        await this.#debugger.settled();
        return child.inspector;
      };
      const intelligence = new Intelligence({ folder, config: this.#config, inspector, slots });
      return { ...reader, intelligence };
    });
  }

  async start(): Promise<void> {
    await this.#runner.child();
  }

  async execute(cell: Cell): Promise<Outcome> {
    const sugar = readSugar(cell.code);
    return sugar ? await this.#executeSugar(cell, sugar) : await this.#executeCode(cell);
  }

  async interrupt(): Promise<{ readonly ended: boolean; readonly because?: string }> {
    return await this.#debugger.unheld(() => this.#runner.interrupt());
  }

  debug(request: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    return this.#debugger.handle(request);
  }

  async comm(message: CommMessage, parent: string): Promise<void> {
    const { msgType: type, content, metadata = {}, buffers } = message;
    const record = this.#runs.open(asideCell(parent));
    await this.#debugger.settled();
    await this.#runner.receive(record, {
      type,
      content: content as Received["content"],
      metadata,
      buffers: buffers.map((buffer) => buffer.toBase64()),
    });
  }

  async complete(...asked: Parameters<Interpreter["complete"]>): Promise<Completion> {
    return await (await this.#read()).intelligence.complete(...asked);
  }

  async inspect(...asked: Parameters<Interpreter["inspect"]>): Promise<MimeBundle | undefined> {
    return await (await this.#read()).intelligence.inspect(...asked);
  }

  async isComplete(code: string): Promise<Completeness> {
    return (await this.#read()).completenessOf(code);
  }

  async dispose(): Promise<void> {
    (await this.#reader)?.intelligence.stop();
    await this.#runner.dispose();
    await this.#ahead?.then(({ process }) => process.kill("SIGKILL"), () => {});
  }

  /** Runs what TypeScript there is in a cell; whatever is told of it shows the cell as it is. */
  async #executeCode(
    cell: Cell,
    code: string = cell.code,
    record: RunRecord = this.#runs.open(cell),
  ): Promise<Outcome> {
    await this.#run(record, code);
    if (record.error) return { kind: "error", ...record.error };
    const userExpressions = await this.#userExpressions(cell);
    const pages = await Promise.all(record.helps.map((asked) => this.#page(asked, 0)));
    return { kind: "ok", pages, userExpressions };
  }

  /** A cell that is stopped before it runs is over, whatever still reads it. */
  async #run(record: RunRecord, code: string): Promise<void> {
    const done = this.#compileAndRun(record, code);
    await Promise.race([done, record.ended.promise]);
    if (!record.stopped) await done;
  }

  /** Whatever goes wrong ends up as the record's error. */
  async #compileAndRun(record: RunRecord, code: string): Promise<void> {
    try {
      const { lowering } = await this.#config;
      const { file, run, expression } = record;
      const { compileCell, intelligence } = await this.#read();
      const compiled = await compileCell(code, { file, run, lowering, expression });
      if (record.over) return;
      await this.#debugger.settled();
      if (compiled.kind === "syntaxError") this.#refuse(record, syntaxError(record, compiled));
      else if (expression) await this.#runner.run(record, compiled);
      else await this.#runTyped(record, code, compiled, intelligence);
    } catch (error) {
      this.#refuse(record, plainError(error));
    }
    await record.ended.promise;
  }

  /**
   * Runs a cell and has its types looked at meanwhile, before where errors forbid it to run, else
   * behind it where it may write what it imports.
   */
  async #runTyped(
    record: RunRecord,
    code: string,
    compiled: Compiled,
    intelligence: Intelligence,
  ): Promise<void> {
    const { file, source } = record;
    await this.#debugger.compiled({ file, source, ...compiled });
    const policy = this.#policy = this.#policyOf(record, compiled);
    const strict = policy === "error";
    const runs = (found: readonly TypeProblem[]) => !strict || found.length === 0 && !record.over;
    const means = !compiled.constant || compiled.names.length > 0;
    const look = () => means ? intelligence.commit(code, runs) : Promise.resolve([]);
    const ahead = strict || !compiled.mayWrite ? look() : undefined;
    if (strict) intelligence.start();
    const problems = strict ? await ahead! : [];
    if (problems.length > 0) return this.#refuse(record, typeError(problems, record));
    const { inspector } = await this.#runner.child();
    await this.#runner.run(record, compiled);
    if (!ahead && this.#runner.inspector !== inspector) return; // No name of it is left.
    const looked = ahead ?? look();
    if (policy === "off") return;
    const told = looked.then((found) => this.#warn(record, found), () => {});
    if (intelligence.warm && !compiled.constant) await before(typesMs, told);
    intelligence.startSoon();
  }

  /** What is no policy changes none, and is told. */
  #policyOf(record: RunRecord, { remarks }: Compiled): TypePolicy {
    const said = policyIn(remarks);
    if (said?.kind !== "unknown") return said?.policy ?? this.#policy;
    this.#runner.publish(record, { kind: "stream", name: "stderr", text: said.hint });
    return this.#policy;
  }

  /** The work is a run like a cell's: a Stop ends it. */
  async #evaluating<T>(work: Promise<T>): Promise<T | undefined> {
    const record = this.#runs.open(asideCell(this.#runs.current()?.parent ?? ""), {
      expression: true,
    });
    record.begun = now();
    const stopped = record.ended.promise.then(() => undefined);
    return await Promise.race([work, stopped]).finally(() => {
      work.catch(() => {});
      this.#runs.close(record);
    });
  }

  #warn(record: RunRecord, problems: readonly TypeProblem[]): void {
    const text = reportOf(problems, record, "warning");
    if (text && !record.stopped) {
      this.#runner.publish(record, { kind: "stream", name: "stderr", text });
    }
  }

  #refuse(record: RunRecord, error: CellError): void {
    if (record.over) return;
    record.error = error;
    if (!record.expression) this.#runner.publish(record, { kind: "error", ...error });
    this.#runner.settle(record);
  }

  async #userExpressions(cell: Cell): Promise<Readonly<Record<string, UserExpression>>> {
    const answers: Record<string, UserExpression> = {};
    for (const [key, source] of Object.entries(cell.userExpressions)) {
      const record = this.#runs.open(cell, { source, expression: true });
      await this.#run(record, source);
      const { error, shown = { data: {}, metadata: {} } } = record;
      answers[key] = error ? { status: "error", ...error } : { status: "ok", ...shown };
      record.shown = undefined;
    }
    return answers;
  }

  async #executeSugar(cell: Cell, sugar: Sugar): Promise<Outcome> {
    switch (sugar.kind) {
      case "time": {
        const record = this.#runs.open(cell);
        const outcome = await this.#executeCode(cell, sugar.code, record);
        const { begun, endedAt } = record;
        if (begun === undefined || endedAt === undefined) return outcome;
        const text = `Wall time: ${(endedAt - begun).toFixed(1)} ms\n`;
        this.#publishAlone(cell, { kind: "stream", name: "stderr", text });
        return outcome;
      }
      case "show":
        this.#publishAlone(cell, { kind: "display", data: sugar.data, metadata: {} });
        return { kind: "ok", pages: [], userExpressions: {} };
      case "inspect": {
        const { name, detail } = sugar;
        const page = await this.#page({ name, text: `Nothing is known of ${name}` }, detail);
        return { kind: "ok", pages: [page], userExpressions: {} };
      }
      case "unknown": {
        const error = plainError(new SyntaxError(sugar.message));
        this.#publishAlone(cell, { kind: "error", ...error });
        return { kind: "error", ...error };
      }
    }
  }

  async #page({ name, text }: Question, detail: 0 | 1): Promise<MimeBundle> {
    const data = name === undefined ? undefined : await this.inspect(name, name.length, detail);
    return data ?? (text === undefined ? guide() : { "text/plain": text });
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

function typeError(problems: readonly TypeProblem[], record: RunRecord): CellError {
  const [{ code, message }] = problems as [TypeProblem];
  const text = reportOf(problems, record, "error");
  return { ename: `TS${code}`, evalue: message, traceback: text.trimEnd().split("\n") };
}

function plainError(error: unknown): CellError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { ename: name, evalue: message, traceback: [`${name}: ${message}`] };
}
