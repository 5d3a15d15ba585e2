/** Which tests there are: found in the tree, so that none is forgotten. */
import { dirname, join, relative } from "node:path";
import { projectRoot } from "../../lib/cli/world.ts";
import { columns } from "../lint/rooms.ts";
import { check, denoTest, type Step, together } from "./step.ts";

/** Rooms whose tests need no process of their own and may share the machine. */
const quick: readonly string[] = [...columns.model, "lint", "cli", "zmtp", "jupyter", "notebook"];

export function houseSteps(): Step {
  return together("house", [
    check("fmt", { args: ["fmt", "--check"] }),
    check("lint", { args: ["lint", "--quiet"] }),
    check("check", { args: ["check", "--quiet", "."] }),
    check("docs", { args: ["run", "--quiet", "--allow-all", join("tests", "run", "doc_lint.ts")] }),
  ]);
}

export async function quickSteps(): Promise<readonly Step[]> {
  const folders = (await testFolders()).filter(isQuick);
  return [denoTest("model", { args: ["--parallel", ...folders] }), docTests()];
}

/** Each remaining folder by itself: these start kernels, browsers and machines. */
export async function slowSteps(env: Readonly<Record<string, string>>): Promise<readonly Step[]> {
  const folders = (await testFolders()).filter((folder) => !isQuick(folder));
  return folders.map((folder) =>
    denoTest(relative("tests", folder), { args: [folder], env, minutes: 6 })
  );
}

function docTests(): Step {
  return denoTest("examples in the docs", { args: ["--doc", "README.md", "mod.ts", "lib"] });
}

function isQuick(folder: string): boolean {
  return quick.includes(folder.split(/[\\/]/)[1] ?? "");
}

/** Every folder below tests/ that holds tests of Deno, as `tests/x86`; subfolders by themselves. */
async function testFolders(): Promise<readonly string[]> {
  const folders = new Set<string>();
  for await (const file of files(join(projectRoot, "tests"))) {
    if (file.endsWith("_test.ts")) folders.add(dirname(relative(projectRoot, file)));
  }
  return withoutNested([...folders].sort());
}

/** `deno test FOLDER` takes subfolders along. */
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
