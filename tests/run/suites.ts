/** Which tests there are: found in the tree, so that none is forgotten. */
import { basename, dirname, join, relative } from "node:path";
import { projectRoot } from "../../lib/cli/world.ts";
import { columns } from "../lint/rooms.ts";
import { check, denoTest, pytest, type Step, together } from "./step.ts";

/** Groups of folders whose tests may share the machine, for none of them starts a kernel. */
const model: readonly string[] = [...columns.model, "lint", "run"];
const wire: readonly string[] = ["zmtp", "jupyter", "cli"];

export function houseSteps(): Step {
  return together("house", [
    check("fmt", { args: ["fmt", "--check"] }),
    check("lint", { args: ["lint", "--quiet"] }),
    check("check", { args: ["check", "--quiet", "."] }),
    check("docs", { args: ["run", "--quiet", "--allow-all", join("tests", "run", "doc_lint.ts")] }),
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

/** Each remaining folder by itself: these start kernels, browsers and machines. */
export async function slowSteps(env: Readonly<Record<string, string>>): Promise<readonly Step[]> {
  const quick = [...model, ...wire];
  const folders = await foldersWith(/_test\.ts$/);
  return [...folders].filter(([folder]) => !quick.includes(roomOf(folder)))
    .map(([folder, files]) =>
      denoTest(relative("tests", folder), { args: files, env, minutes: 6 })
    );
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
