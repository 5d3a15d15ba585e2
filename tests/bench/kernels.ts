/**
 * `deno task bench:kernel [rounds]`: our kernel, `deno jupyter` and ipykernel in turn, in one run;
 * the medians over the rounds and what ours is of the others.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePython } from "../../lib/cli/python_env.ts";
import { columns } from "../../lib/cli/terminal.ts";
import { projectRoot } from "../../lib/cli/world.ts";
import { installKernel } from "../../lib/jupyter/kernel_install.ts";

/** Ours as it comes, which looks for type errors, and without that; then those of others. */
const ours = { "irqscope": [], "irqscope-types-off": ["--types=off"] };
const others = ["deno", "python3"];
const kernels = [...Object.keys(ours), ...others];
type Figures = Readonly<Record<string, number | null>>;

const data = join(projectRoot, "build", "bench");
const python = await ensurePython({
  pins: fileURLToPath(new URL("../requirements.txt", import.meta.url)),
  talk: (line) => console.error(line),
});
await register();
console.log(report(await rounds(Number(Deno.args[0] ?? 3))));

/** Kernels lie in a data folder of the benchmark's own; ipykernel is found in `.venv`. */
async function register(): Promise<void> {
  const prefix = join(data, "prefix");
  for (const [name, settings] of Object.entries(ours)) {
    const audience = { kind: "prefix", prefix } as const;
    await installKernel({ audience, name, permissions: ["--allow-all"], settings });
  }
  const folder = join(prefix, "share", "jupyter", "kernels", "deno");
  await Deno.mkdir(folder, { recursive: true });
  const argv = [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"];
  const spec = { argv, display_name: "Deno", language: "typescript" };
  await Deno.writeTextFile(join(folder, "kernel.json"), JSON.stringify(spec));
}

async function rounds(count: number): Promise<ReadonlyMap<string, readonly Figures[]>> {
  const measured = new Map<string, Figures[]>(kernels.map((kernel) => [kernel, []]));
  for (let round = 1; round <= count; round++) {
    for (const kernel of kernels) {
      console.error(`round ${round} of ${count}: ${kernel}`);
      measured.get(kernel)!.push(await measure(kernel));
    }
  }
  return measured;
}

async function measure(kernel: string): Promise<Figures> {
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args: [fileURLToPath(new URL("driver.py", import.meta.url)), kernel],
    cwd: data,
    env: { JUPYTER_DATA_DIR: join(data, "prefix", "share", "jupyter") },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (success) return JSON.parse(text(stdout));
  throw new Error(`Cannot measure ${kernel}: ${text(stderr).slice(-2000)}`);
}

/** A row per figure: the medians, then each of ours as a share of each other's. */
function report(measured: ReadonlyMap<string, readonly Figures[]>): string {
  const pairs = Object.keys(ours).flatMap((own) => others.map((other) => [own, other] as const));
  const names = Object.keys(measured.get(kernels[0]!)![0]!);
  const rows = names.map((name) => {
    const of = (kernel: string) => median(measured.get(kernel)!, name);
    return [
      name,
      ...kernels.map((kernel) => shown(of(kernel))),
      ...pairs.map(([own, other]) => ratio(of(own), of(other))),
    ];
  });
  const head = ["", ...kernels, ...pairs.map(([own, other]) => `${own} ÷ ${other}`)];
  return columns([head, ...rows]);
}

function median(figures: readonly Figures[], name: string): number | undefined {
  const values = figures.map((figure) => figure[name]).filter((value) => value != null);
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function ratio(ours: number | undefined, other: number | undefined): string {
  return ours === undefined || !other ? "" : (ours / other).toFixed(2);
}

function shown(value: number | undefined): string {
  if (value === undefined) return "–";
  return Number.isInteger(value) ? `${value}` : value.toFixed(value < 10 ? 2 : 0);
}
