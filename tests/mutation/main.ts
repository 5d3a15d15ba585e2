/**
 * Plants known defects, one at a time, into a copy of lib/ and looks whether the test that is
 * named for each of them fails there.
 *
 *     deno run --allow-all tests/mutation/main.ts [part of a defect's text]
 */
import { dirname, join } from "node:path";
import { projectRoot } from "../../lib/cli/world.ts";
import { type Mutant, MUTANTS } from "./mutants.ts";

/** What became of a mutant. */
export type Fate = "caught" | "survived" | "unplantable" | "unguarded";

/** Plants every mutant in a copy of the project and tells of each as soon as it is known. */
export async function plantAll(
  mutants: readonly Mutant[],
  tell: (fate: Fate, mutant: Mutant) => void,
): Promise<readonly Fate[]> {
  const copy = await copyOfProject();
  try {
    const fates: Fate[] = [];
    for (const mutant of mutants) {
      const fate = await plant(mutant, copy);
      tell(fate, mutant);
      fates.push(fate);
    }
    return fates;
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

async function copyOfProject(): Promise<string> {
  const copy = await Deno.makeTempDir({ prefix: "irqscope-mutants-" });
  for (const file of ["deno.json", "deno.lock", "mod.ts"]) {
    await Deno.copyFile(join(projectRoot, file), join(copy, file));
  }
  const rooms = ["bits", "x86", "firmware", "machine", "linux", "cli"].map((room) => `lib/${room}`);
  for (const folder of [...rooms, "tests/x86", "tests/linux", "tests/firmware", "tests/vectors"]) {
    await copyFolder(join(projectRoot, folder), join(copy, folder));
  }
  return copy;
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isFile, isDirectory } of Deno.readDir(from)) {
    if (isFile) await Deno.copyFile(join(from, name), join(to, name));
    if (isDirectory) await copyFolder(join(from, name), join(to, name));
  }
}

async function plant(mutant: Mutant, copy: string): Promise<Fate> {
  const path = join(copy, "lib", mutant.file);
  const sound = await Deno.readTextFile(path);
  const planted = changed(sound, mutant);
  if (planted === undefined) return "unplantable";
  if (await failures(mutant, copy) !== "none") return "unguarded";
  await Deno.writeTextFile(path, planted);
  const outcome = await failures(mutant, copy);
  await Deno.writeTextFile(path, sound);
  return outcome === "some" ? "caught" : "survived";
}

function changed(sound: string, { from, to }: Mutant): string | undefined {
  const places = typeof from === "string"
    ? sound.split(from).length - 1
    : sound.match(from)?.length;
  if (!places || typeof from === "string" && places !== 1) return undefined;
  return sound.replaceAll(from, () => to);
}

/** Whether the named test fails; `absent` when no test has that name or it cannot run at all. */
async function failures(
  { test, named }: Mutant,
  copy: string,
): Promise<"none" | "some" | "absent"> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--quiet", "--filter", named, join("tests", test)],
    cwd: copy,
    env: { NO_COLOR: "1" },
    stderr: "null",
  }).output();
  const told = new TextDecoder().decode(stdout);
  const [passed, failed] = [/(\d+) passed/, /(\d+) failed/].map((p) =>
    Number(p.exec(told)?.[1] ?? 0)
  );
  if (success) return passed ? "none" : "absent";
  return failed ? "some" : "absent";
}

if (import.meta.main) {
  const wanted = MUTANTS.filter(({ defect }) => defect.includes(Deno.args[0] ?? ""));
  const fates = await plantAll(wanted, (fate, { defect, test, named }) => {
    console.log(`${fate.padEnd(11)} ${defect}  (${dirname(test)}: ${named})`);
  });
  const caught = fates.filter((fate) => fate === "caught").length;
  console.log(`${caught} of ${fates.length} planted defects caught`);
  if (caught < fates.length) Deno.exit(1);
}
