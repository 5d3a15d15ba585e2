import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The Python of the project's own `.venv`, which `deno task lab` and `deno task test` make. */
export const python = {
  path: `${root}.venv/bin/python`,

  /** Whether a test that needs this Python package must be skipped; says so where it is. */
  missing(module: string): boolean {
    if (installed(module)) return false;
    console.log(`skipped: needs the Python package ${module} in .venv (deno task test makes it)`);
    return true;
  },

  /** Runs it on a text and gives what it prints; throws what it complains of when it fails. */
  async run(args: readonly string[], input = "", env: Record<string, string> = {}) {
    const child = new Deno.Command(python.path, {
      args: [...args],
      env,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
    const { success, stdout, stderr } = await child.output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  },
};

function installed(module: string): boolean {
  if (!existsSync(python.path)) return false;
  const { success } = new Deno.Command(python.path, { args: ["-c", `import ${module}`] })
    .outputSync();
  return success;
}
