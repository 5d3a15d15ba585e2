import assert from "node:assert/strict";
import { join } from "node:path";
import { labEnvironment } from "../../lib/cli/lab_environment.ts";
import { projectRoot } from "../../lib/cli/world.ts";

Deno.test.each(Object.entries(labEnvironment).map(([name, folder]) => ({ name, folder })))(
  "$name lies below the project",
  ({ folder }) => assert.ok(folder.startsWith(join(projectRoot, ".cache"))),
);

Deno.test("a port out of range is refused before anything is installed", async () => {
  const { code, stderr } = await labOf(projectRoot, "--port", "70000");
  assert.equal(code, 2);
  assert.equal(stderr, `Cannot use --port "70000": give a whole number from 1 to 65535\n`);
});

Deno.test("without Python the lab says what is missing, and which task needs none", async () => {
  const bare = await Deno.makeTempDir({ prefix: "irqscope-bare-" });
  try {
    await copyCode(bare);
    const { code, stdout, stderr } = await labOf(bare, "--no-browser");
    assert.deepEqual([code, stdout], [3, ""]);
    assert.match(stderr, /Cannot make \.venv: no Python 3\.\d+ or later with venv was found; /);
    assert.match(stderr, /`npx -y deno@2\.9\.6 task book` runs the notebooks\n$/);
    assert.deepEqual([...Deno.readDirSync(bare)].map(({ name }) => name).sort(), copied);
  } finally {
    await Deno.remove(bare, { recursive: true });
  }
});

const copied = ["deno.json", "deno.lock", "lib", "tests"];

/** The project without its `.venv`, so far as the lab reads it. */
async function copyCode(to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", {
    args: ["-r", ...["deno.json", "deno.lock", "lib"].map((name) => projectRoot + name), to],
  }).output();
  assert.ok(success);
  await Deno.mkdir(join(to, "tests"));
  await Deno.copyFile(`${projectRoot}tests/requirements.txt`, join(to, "tests/requirements.txt"));
}

/** Runs the lab of the project, or of a copy, where no program but Deno is to be found. */
async function labOf(root: string, ...options: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", join(root, "lib/cli/lab.ts"), ...options],
    env: { NO_COLOR: "1", PATH: "" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
