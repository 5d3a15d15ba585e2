/**
 * A Deno that stays. The running one may lie in a cache that is cleaned one day (npx keeps it
 * there), so a kernelspec points to a copy of its own: a hard link where the disk allows it.
 */
import { join } from "node:path";
import { KernelspecError } from "./kernelspec_error.ts";

export const denoFile = Deno.build.os === "windows" ? "deno.exe" : "deno";

/** Puts the running Deno into the folder and yields its path, proven to start. */
export async function lastingDeno(folder: string): Promise<string> {
  const path = join(folder, denoFile);
  if (await versionOf(path) === Deno.version.deno) return path;
  await replace(path);
  if (await versionOf(path) === Deno.version.deno) return path;
  throw new KernelspecError(
    `Cannot keep Deno ${Deno.version.deno} in ${path}: the copy does not start; ` +
      `choose a folder on a disk that allows programs to run`,
  );
}

/** Written beside and moved into place, so a running kernel keeps the file it runs. */
async function replace(path: string): Promise<void> {
  const fresh = `${path}.${Deno.pid}.new`;
  const source = await Deno.realPath(Deno.execPath());
  try {
    await Deno.link(source, fresh);
  } catch {
    await Deno.copyFile(source, fresh);
    if (Deno.build.os !== "windows") await Deno.chmod(fresh, 0o755);
  }
  await Deno.rename(fresh, path);
}

/** The version a program calls itself by; undefined where it is no Deno that starts. */
async function versionOf(path: string): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(path, { args: ["--version"] }).output();
    return success ? new TextDecoder().decode(stdout).match(/^deno (\S+)/)?.[1] : undefined;
  } catch {
    return undefined;
  }
}
