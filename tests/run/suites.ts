/** Which tests there are: found in the tree, so that none is forgotten. */
import { basename, dirname, join, relative } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { projectRoot } from "../../lib/cli/world.ts";
import { columns } from "../lint/rooms.ts";
import { check, denoTest, inTurn, pytest, type Step, together } from "./step.ts";

/** Groups of folders whose tests may share the machine, for none of them starts a kernel. */
const model: readonly string[] = [...columns.model, "lint", "run"];
const wire: readonly string[] = ["zmtp", "jupyter", "cli"];

export function houseSteps(): Step {
  return together("house", [
    check("fmt", { args: ["fmt", "--check"] }),
    check("lint", { args: ["lint", "--quiet"] }),
    check("check", { args: ["check", "--quiet", "."] }),
    ...Object.values(config.exports).map((door) =>
      check(`docs of ${door}`, { args: ["doc", "--lint", "--quiet", door] })
    ),
  ]);
}

export async function modelSteps(): Promise<readonly Step[]> {
  return [await parallel("model", model), docTests()];
}

export async function wireSteps(): Promise<readonly Step[]> {
  return [await parallel("wire", wire)];
}

async function parallel(name: string, rooms: readonly string[]): Promise<Step> {
  const folders = await foldersWith(/_test\.ts$/);
  const shared = [...folders].filter(([folder]) => rooms.includes(roomOf(folder)));
  return denoTest(name, { args: ["--parallel", ...shared.flatMap(([, files]) => files)] });
}

/** Folders that mind no company: they keep one core busy and measure no times. */
const patient = ["boots", "examples", "lesson", "mutation", "portable", "qemu"];

/**
 * Each remaining folder by itself, for these start kernels, browsers and machines; the patient ones
 * beside the others.
 */
export async function slowSteps(env: Readonly<Record<string, string>>): Promise<readonly Step[]> {
  const quick = [...model, ...wire];
  const rooms = Map.groupBy(await foldersWith(/_test\.ts$/), ([folder]) => {
    if (quick.includes(roomOf(folder))) return "quick";
    return patient.includes(roomOf(folder)) ? "patient" : "kernel";
  });
  const lane = (name: "kernel" | "patient") =>
    inTurn(name, (rooms.get(name) ?? []).map(folderStep));
  return [together("kernel and machines", [lane("kernel"), lane("patient")])];

  function folderStep([folder, files]: readonly [string, readonly string[]]): Step {
    return denoTest(relative("tests", folder), { args: files, env, minutes: 10 });
  }
}

/** Each folder of Python tests (`test_*.py`) that no other step runs. */
export async function pythonSteps(
  python: string,
  env: Readonly<Record<string, string>>,
): Promise<readonly Step[]> {
  const folders = await foldersWith(/^test_.*\.py$/);
  for (const folder of runElsewhere) folders.delete(folder);
  return [...folders].map(([folder, files]) =>
    pytest(python, `${relative("tests", folder)} in Python`, { args: files, env })
  );
}

/** By conformance.ts, and by tests/kernel/wire_test.ts. */
const runElsewhere = [join("tests", "conformance"), join("tests", "kernel", "wire")];

function docTests(): Step {
  return denoTest("examples in the docs", { args: ["--doc", "README.md", "mod.ts", "lib"] });
}

function roomOf(folder: string): string {
  return folder.split(/[\\/]/)[1] ?? "";
}

/** Every folder below tests/ with its files of such a name, as `tests/x86`. */
async function foldersWith(name: RegExp): Promise<Map<string, string[]>> {
  const found = (await Array.fromAsync(files(join(projectRoot, "tests"))))
    .filter((file) => name.test(basename(file)))
    .map((file) => relative(projectRoot, file))
    .sort();
  return Map.groupBy(found, dirname);
}

async function* files(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* files(path);
    else yield path;
  }
}
