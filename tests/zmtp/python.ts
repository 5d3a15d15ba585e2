/** Runs Python of the project's own environment, where pyzmq (libzmq) and jupyter_client live. */
const python = new URL("../../.venv/bin/python", import.meta.url).pathname;

/** Why tests against libzmq cannot run here; undefined where they can. */
export const withoutPython: string | undefined = exists(python)
  ? undefined
  : "skipped: .venv is missing; `deno task lab` or `deno task test` makes it";

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** A test that needs Python; elsewhere it says why it is skipped. */
export function pythonTest(name: string, body: () => Promise<void>): void {
  if (withoutPython) console.log(`${name}: ${withoutPython}`);
  Deno.test({ name, ignore: withoutPython !== undefined, fn: body });
}

/** Runs `script` with `args`; yields what it prints as JSON, throws with its stderr otherwise. */
export async function runPython(script: URL, ...args: string[]): Promise<unknown> {
  const command = new Deno.Command(python, {
    args: [script.pathname, ...args],
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`Cannot run ${script.pathname}: ${text(stderr).slice(-2000)}`);
  return JSON.parse(text(stdout));
}
