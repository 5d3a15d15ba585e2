/** Environment variables that packages look for. */
import { pathToFileURL } from "node:url";
import { Deno, Object, URL } from "../intrinsics.ts";
import { sitesHere } from "./errors.ts";
import { pristine } from "./pristine.ts";

/**
 * Lets a package that looks for a variable it may not read find none, as where it is not set: most
 * look for some when they are loaded. Whoever asks `Deno.env`, a cell and a file of the notebook's
 * folder are still told what they lack, whom Deno's own `--ignore-env` would leave in the dark too.
 * Nobody may set one; to delete none does nothing, as npm:debug does. A package that lists them
 * finds none of those it may read either, for Deno lists them only to who may read all.
 *
 * Source: deno 2.9 ext/node/polyfills/_process/process.ts, `env`: it looks into `Deno.env`.
 */
export function installEnv(folder: string): void {
  const { get, toObject, delete: remove } = Deno.env;
  const orNone = <T>(read: () => T, none: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable && isAskedByPackage(folder)) return none();
      throw error;
    }
  };
  Object.assign(Deno.env, {
    get: (name: string) => orNone(() => get(name), () => undefined),
    toObject: () => orNone(toObject, () => ({})),
    delete: (name: string) => orNone(() => remove(name), () => {}),
  });
}

/** Frames that are looked at: those of the runtime between `Deno.env` and who asks. */
const most = 50;

/** Whether it is Node's layer that asks just now, and a package that asked that. */
function isAskedByPackage(folder: string): boolean {
  return pristine(() => {
    const files = sitesHere(most).map((site) => site.getScriptNameOrSourceURL() ?? "")
      .filter((file) => !file.startsWith(own));
    const asking = files.find((file) => named.test(file));
    return files[0]?.startsWith("ext:deno_node/") === true && asking !== undefined &&
      !isUsers(asking, folder);
  });
}

const own = new URL(".", import.meta.url).href;

/** Neither the runtime's nor evaluated nor native: a cell, an address, a path. */
const named = /^(?:(?:cell|aside)-[\d-]+\.ts$|(?:file|https?|data|blob):|\/|[A-Z]:\\)/;

/** Whether code is of the notebook: a cell, what a cell wrote as an address, a file not installed. */
function isUsers(file: string, folder: string): boolean {
  if (/^(?:cell-|aside-|data:|blob:)/.test(file)) return true;
  const href = /^[/A-Z]/.test(file) ? pathToFileURL(file).href : file;
  return href.startsWith(folder) && !installed.test(href.slice(folder.length));
}

/** Below a folder of packages, or the cache's of a registry. Source: deno 2.9 `DENO_DIR`. */
const installed = /(?:^|\/)(?:node_modules|npm\/[^/]+\.[^/]+)\//;
