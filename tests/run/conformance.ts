/** The conformance tools as steps: our kernel among clients that others wrote. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installKernel } from "../../lib/jupyter/kernel_install.ts";
import { projectRoot } from "../../lib/cli/world.ts";
import { type Ended, run } from "./process.ts";
import { pytest, type Step } from "./step.ts";
import { add, none, one, type Tally } from "./tally.ts";

const folder = fileURLToPath(new URL("../conformance/", import.meta.url));

/** A Jupyter of the test run's own, with our kernel registered to do everything. */
export async function registerForTests(): Promise<Readonly<Record<string, string>>> {
  const data = join(projectRoot, "build", "jupyter");
  await installKernel({
    audience: { kind: "prefix", prefix: join(data, "prefix") },
    permissions: ["--allow-all"],
  });
  const share = join(data, "prefix", "share", "jupyter");
  return {
    // Before the environment's own folder, where `deno task lab` registers the kernel too.
    JUPYTER_PATH: share,
    JUPYTER_DATA_DIR: share,
    JUPYTER_RUNTIME_DIR: join(data, "runtime"),
    JUPYTER_CONFIG_DIR: join(data, "config"),
    IPYTHONDIR: join(data, "ipython"),
  };
}

type Env = Readonly<Record<string, string>>;

export function conformanceSteps(python: string, env: Env, long: boolean): readonly Step[] {
  return [
    pytest(python, "jupyter_kernel_test", { args: [join(folder, "test_jupyter_kernel.py")], env }),
    strict(python, env),
    nbclientLoss(python, env, long ? 50 : 3),
  ];
}

interface Probe {
  readonly id: string;
  readonly title: string;
  readonly result: "PASS" | "FAIL" | "ERR" | "N/A";
  readonly note: string;
}

/** Every probe must pass, but for those that are listed not to apply, with the reason. */
function strict(python: string, env: Env): Step {
  const results = join(projectRoot, "build", "strict.json");
  const spec = {
    name: "strict conformance",
    program: python,
    args: [join(folder, "strict", "strict.py"), "irqscope", results],
    env,
    minutes: 6,
    shows: (line: string) => !/^\w+ PASS/.test(line),
  };
  return {
    name: spec.name,
    async run() {
      await Deno.remove(results).catch(() => {});
      await run(spec);
      return await judge(results);
    },
  };
}

async function judge(results: string): Promise<Tally> {
  const notApplicable = JSON.parse(
    await Deno.readTextFile(join(folder, "not_applicable.json")),
  ) as Record<string, string>;
  try {
    const probes = JSON.parse(await Deno.readTextFile(results)) as Probe[];
    return probes.map((probe) => judgeProbe(probe, notApplicable)).reduce(add, none);
  } catch {
    return one(false);
  }
}

function judgeProbe({ id, title, result }: Probe, known: Record<string, string>): Tally {
  if (result === "PASS") return one(true);
  if (result !== "N/A" || known[id] === undefined) return one(false);
  console.error(`skipped: ${id} ${title}: ${known[id]}`);
  return { ...none, skipped: 1 };
}

/** Each round is a test: no cell of a notebook may lose its output. */
function nbclientLoss(python: string, env: Env, rounds: number): Step {
  const spec = {
    name: "nbclient",
    program: python,
    args: [join(folder, "nbclient_loss.py"), "irqscope", "60", `${rounds}`],
    env,
    minutes: 1 + rounds / 4,
  };
  return { name: spec.name, run: async () => countRounds(await run(spec), rounds) };
}

export function countRounds({ output }: Pick<Ended, "output">, rounds: number): Tally {
  const whole = [...output.matchAll(/ stream 0\/\d+; .* execute_result 0\/\d+; .* at all 0$/gm)];
  return { ...none, passed: whole.length, failed: rounds - whole.length };
}
