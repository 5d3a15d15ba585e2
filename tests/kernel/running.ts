import { createInterpreter, type InterpreterOptions } from "../../lib/kernel/interpreter_deno.ts";
import type {
  Cell,
  Interpreter,
  Outcome,
  Output,
  Surroundings,
} from "../../lib/kernel/interpreter.ts";

/** An interpreter with what it published, cell by cell. */
export interface Running extends AsyncDisposable {
  readonly interpreter: Interpreter;
  readonly folder: string;
  readonly outputs: { readonly output: Output; readonly parent: string }[];
  readonly replacements: string[];
  run(code: string, more?: Partial<Cell>): Promise<Ran>;
}

export interface Ran {
  readonly id: string;
  readonly outcome: Outcome;
  readonly outputs: readonly Output[];
}

export interface Given extends Partial<InterpreterOptions> {
  readonly files?: Readonly<Record<string, string>>;
  readonly ask?: Surroundings["ask"];
}

/** Starts an interpreter in a folder of its own, with the default rights unless others are given. */
export async function running({ files = {}, ask, ...options }: Given = {}): Promise<Running> {
  const folder = options.folder ?? await Deno.realPath(await Deno.makeTempDir());
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  const outputs: { output: Output; parent: string }[] = [];
  const replacements: string[] = [];
  const interpreter = createInterpreter({
    publish: (output, parent) => void outputs.push({ output, parent }),
    ask: ask ?? (() => Promise.reject(new Error("Cannot ask: the test expects no question"))),
    replaced: (because) => void replacements.push(because),
  }, { ...options, folder });
  await interpreter.start();
  let count = 0;
  return {
    interpreter,
    folder,
    outputs,
    replacements,
    async run(code, more = {}) {
      const id = more.id ?? `request-${++count}`;
      const outcome = await interpreter.execute({
        id,
        code,
        executionCount: count,
        silent: false,
        storeHistory: true,
        allowStdin: true,
        userExpressions: {},
        ...more,
      });
      const own = outputs.filter(({ parent }) => parent === id).map(({ output }) => output);
      return { id, outcome, outputs: own };
    },
    async [Symbol.asyncDispose]() {
      await interpreter.dispose();
      if (!options.folder) await Deno.remove(folder, { recursive: true });
    },
  };
}

/** What a cell says on stderr, also long after it ended; waits until it has said something. */
export async function warned({ outputs }: Running, { id }: Ran): Promise<string> {
  for (let tries = 0; tries < 600; tries++) {
    const own = outputs.filter(({ parent }) => parent === id).map(({ output }) => output);
    const text = printed({ outputs: own }, "stderr");
    if (text !== "") return text;
    await pause(100);
  }
  throw new Error("Cannot read a warning of the cell: none came");
}

/** All that a cell printed. */
export function printed(
  { outputs }: Pick<Ran, "outputs">,
  name: "stdout" | "stderr" = "stdout",
): string {
  return outputs.map((output) =>
    output.kind === "stream" && output.name === name ? output.text : ""
  )
    .join("");
}

/** The plain text of a cell's result; undefined where it has none. */
export function resultOf({ outputs }: Ran): unknown {
  const result = outputs.find(({ kind }) => kind === "result");
  return result?.kind === "result" ? result.data["text/plain"] : undefined;
}

/** Every error of a cell: `RangeError: boom`. */
export function errorsOf({ outputs }: Ran): readonly string[] {
  return outputs.flatMap((o) => o.kind === "error" ? [`${o.ename}: ${o.evalue}`] : []);
}

export function tracebackOf({ outcome }: Ran): string {
  return outcome.kind === "error" ? outcome.traceback.join("\n") : "";
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
