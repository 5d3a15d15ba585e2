/**
 * `deno task test`: every test, installing what it needs. Progress goes to standard error and whole
 * logs to build/test-logs; the last line is `N passed, N failed`.
 */
import { conformanceSteps, registerForTests } from "./conformance.ts";
import { installTools, preparePython } from "./prepare.ts";
import { endAllOnSignal } from "./process.ts";
import { runSteps, type Step } from "./step.ts";
import { houseSteps, modelSteps, pythonSteps, slowSteps, wireSteps } from "./suites.ts";
import { add, format, none } from "./tally.ts";

endAllOnSignal();
const long = Deno.args.includes("--long");
if (long) Deno.env.set("IRQSCOPE_LONG", "1");

const [house] = await Promise.all([runSteps([houseSteps()]), installTools()]);
const [model, python] = await Promise.all([runSteps(await modelSteps()), preparePython()]);
const kernel = await runSteps(await stepsWith(python));
const tally = [house, model, kernel].reduce(add);
console.log(format(tally));
Deno.exit(tally.failed > 0 ? 1 : 0);

async function stepsWith(python: string | undefined): Promise<readonly Step[]> {
  const env = await registerForTests();
  const slow = [...await wireSteps(), ...await slowSteps(env)];
  if (python === undefined) return [...slow, withoutPython];
  return [...slow, ...await pythonSteps(python, env), ...conformanceSteps(python, env, long)];
}

const withoutPython: Step = {
  name: "conformance, skipped for want of Python 3.9 or later (Debian: python3-venv)",
  run: () => Promise.resolve({ ...none, skipped: 1 }),
};
