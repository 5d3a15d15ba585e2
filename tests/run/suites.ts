/** Which tests there are: found in the tree, so that none is forgotten. */
import { basename, dirname, join, relative } from "node:path";
import { projectRoot } from "../../lib/cli/world.ts";
import { columns } from "../lint/rooms.ts";
import { check, denoTest, pytest, type Step, together } from "./step.ts";

/** Groups of folders whose tests may share the machine, for none of them starts a kernel. */
const model: readonly string[] = [...columns.model, "lint", "run"];
const wire: readonly string[] = ["zmtp", "jupyter", "notebook", "cli"];

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
  const folders = (await testFolders()).filter((folder) => rooms.includes(roomOf(folder)));
  return denoTest(name, { args: ["--parallel", ...folders] });
}

/** Each remaining folder by itself: these start kernels, browsers and machines. */
export async function slowSteps(env: Readonly<Record<string, string>>): Promise<readonly Step[]> {
  const shared = [...model, ...wire];
  const folders = (await testFolders()).filter((folder) => !shared.includes(roomOf(folder)));
  return folders.map((folder) =>
    denoTest(relative("tests", folder), { args: [folder], env, minutes: 6 })
  );
}

/** Each folder of Python tests (`test_*.py`), the conformance tools apart. */
export async function pythonSteps(
  python: string,
  env: Readonly<Record<string, string>>,
): Promise<readonly Step[]> {
  const folders = (await foldersWith(/^test_.*\.py$/)).filter((f) => f !== "tests/conformance");
  return folders.map((folder) =>
    pytest(python, `${relative("tests", folder)} in Python`, { args: [folder], env })
  );
}

function docTests(): Step {
  return denoTest("examples in the docs", { args: ["--doc", "README.md", "mod.ts", "lib"] });
}

function roomOf(folder: string): string {
  return folder.split(/[\\/]/)[1] ?? "";
}

function testFolders(): Promise<readonly string[]> {
  return foldersWith(/_test\.ts$/);
}

/** Every outermost folder below tests/ that holds files of such a name, as `tests/x86`. */
async function foldersWith(name: RegExp): Promise<readonly string[]> {
  const folders = new Set<string>();
  for await (const file of files(join(projectRoot, "tests"))) {
    if (name.test(basename(file))) folders.add(dirname(relative(projectRoot, file)));
  }
  return withoutNested([...folders].sort());
}

/** Test programs take subfolders along. */
function withoutNested(folders: readonly string[]): readonly string[] {
  return folders.filter((folder) =>
    !folders.some((other) => other !== folder && folder.startsWith(`${other}/`))
  );
}

async function* files(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* files(path);
    else yield path;
  }
}
