import { command } from "../command.ts";
import { InputError } from "../error.ts";
import { one } from "../option.ts";
import { paint, type Terminal } from "../terminal.ts";
import { differences } from "../vectors/agree.ts";
import { type Answered, evaluateFile } from "../vectors/evaluate.ts";
import { type Given, listIn, textIn } from "../vectors/input.ts";

/** The answers are data whoever reads them; how they compare with what was expected is talk. */
export const evalCommand = command({
  name: "eval",
  summary: "What the model answers to a file of test vectors",
  positionals: { VECTORS: one("A vector file") },
  options: {},
  examples: ["eval tests/vectors/hardware.json"],
  async run({ VECTORS }, _, world) {
    const file = parse(await world.readText(VECTORS), VECTORS);
    const answers = evaluateFile(file);
    world.talk(report(file as Given, answers, world.err));
    return {
      json: answers,
      no: answers.some(({ error }) => error !== undefined),
      text: () => JSON.stringify(answers, null, 2),
    };
  },
});

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`Cannot read ${path}: ${found}; give a JSON vector file`, { cause });
  }
}

function report(file: Given, answers: readonly Answered[], terminal: Terminal): string {
  const vectors = listIn(file, "vectors");
  const lines = vectors.flatMap((vector, i) => linesOf(vector, answers[i]!, terminal));
  const agreed = vectors.length - new Set(lines.map((line) => line.split(":")[0])).size;
  const rows = answers.length - vectors.length;
  return [...lines, `${agreed} of ${vectors.length} vectors agree; ${rows} rows`].join("\n");
}

function linesOf(vector: Given, { id, out, error }: Answered, terminal: Terminal): string[] {
  if (error !== undefined) return [`${id}: ${paint(terminal, "red", error)}`];
  return differences(vector["expect"], out).map(({ key, expected, found }) => {
    const reason = textIn(vector, "basis") === "uncertain" ? " (uncertain)" : "";
    return `${id}: ${key} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}${reason}`;
  });
}
