/** A step of the test run: what it does and how its outcome counts. */
import { type Ended, run } from "./process.ts";
import { add, format, none, one, readDenoTest, readPytest, type Tally } from "./tally.ts";

export interface Step {
  readonly name: string;
  run(): Promise<Tally>;
}

/** Runs steps one after another, telling each one's outcome and time on standard error. */
export async function runSteps(steps: readonly Step[]): Promise<Tally> {
  let total = none;
  for (const step of steps) total = add(total, await runStep(step));
  return total;
}

/** Steps one after another as one step. */
export function inTurn(name: string, steps: readonly Step[]): Step {
  return { name, run: () => runSteps(steps) };
}

/** Runs independent steps at the same time. */
export function together(name: string, steps: readonly Step[]): Step {
  return { name, run: async () => (await Promise.all(steps.map(runStep))).reduce(add, none) };
}

async function runStep(step: Step): Promise<Tally> {
  const started = performance.now();
  console.error(`── ${step.name}`);
  const tally = await step.run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.error(`── ${step.name}: ${format(tally)} (${seconds} s)`);
  return tally;
}

interface Program {
  readonly args: readonly string[];
  readonly minutes?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program that holds or does not: one test. */
export function check(name: string, { args, minutes = 5, env = {} }: Program): Step {
  const spec = {
    name,
    program: Deno.execPath(),
    args,
    minutes,
    env,
    shows: (line: string) => !isDull(line),
  };
  return { name, run: async () => one((await run(spec)).success) };
}

/** `deno test`, counted by its summary. */
export function denoTest(name: string, { args, minutes = 5, env = {} }: Program): Step {
  const spec = {
    name,
    program: Deno.execPath(),
    args: ["test", "--quiet", "--allow-all", "--no-check", ...args],
    minutes,
    env,
    shows: (line: string) => !isDull(line),
  };
  return { name, run: async () => count(await run(spec), readDenoTest) };
}

/** `python -m pytest`, counted by its summary. */
export function pytest(
  python: string,
  name: string,
  { args, minutes = 5, env = {} }: Program,
): Step {
  const spec = {
    name,
    program: python,
    args: ["-m", "pytest", "-rs", "--tb=short", "-p", "no:cacheprovider", ...args],
    minutes,
    env: { PYTHONDONTWRITEBYTECODE: "1", ...env },
    shows: (line: string) => line !== "" && !/^\S+\.py [.sx]+ +\[/.test(line),
  };
  return { name, run: async () => count(await run(spec), readPytest) };
}

/** A run without a summary, or one that failed without failed tests, is itself a failure. */
export function count(ended: Ended, read: (output: string) => Tally | undefined): Tally {
  const tally = read(ended.output) ?? none;
  return ended.success || tally.failed > 0 ? orFailure(tally) : add(tally, one(false));
}

function orFailure(tally: Tally): Tally {
  return tally === none ? one(false) : tally;
}

/** Lines of `deno test` that only say that all is well. */
function isDull(line: string): boolean {
  return line === "" || /^Stack backtrace:|^ +\d+: <unknown>$|^Check(ed)? /.test(line) ||
    / \.\.\. ok \(.*\)$/.test(line) || /^running \d+ tests? from /.test(line);
}
