/**
 * The kernel on the wire, as libzmq and jupyter_client see it: runs the Python tests of wire/,
 * one test here per file there.
 */
import { pythonTest } from "../zmtp/python.ts";

const folder = new URL("wire/", import.meta.url);
const python = new URL("../../.venv/bin/python", import.meta.url).pathname;

for (const { name } of [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  const topic = /^test_(\w+)\.py$/.exec(name)?.[1];
  if (topic) pythonTest(`the kernel on the wire: ${topic}`, () => pytest(name));
}

/** Fails with pytest's own account of what failed. */
async function pytest(file: string): Promise<void> {
  const { success, stdout } = await new Deno.Command(python, {
    args: ["-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", file],
    cwd: folder,
    env: { DENO: Deno.execPath(), PYTHONDONTWRITEBYTECODE: "1" },
    stdout: "piped",
    stderr: "inherit",
  }).output();
  const report = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`${file} fails on the wire:\n${report.slice(-6000)}`);
  console.log(report.trim().split("\n").at(-1));
}
