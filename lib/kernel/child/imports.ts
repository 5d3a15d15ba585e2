/** How cells import: as the notebook's folder would, by the boot script that stands in it. */
import { Deno, Error, Map, Object, SyntaxError, URL } from "../intrinsics.ts";
import { pristine } from "./pristine.ts";

export interface Loader {
  readonly load: (specifier: string, options?: ImportCallOptions) => Promise<Module>;
  readonly resolve: (specifier: string) => string;
  /** URL of the notebook's folder, with a slash at its end. */
  readonly folder: string;
}

type Module = Readonly<Record<string, unknown>>;
export type ImportCell = (
  specifier: string,
  options?: ImportCallOptions | null,
  wanted?: readonly string[],
) => Promise<Module>;

/**
 * Imports for a cell. `wanted` are names the cell reads as values: one that the module lacks is
 * an error here, while a name nobody reads may be a type and is let pass.
 */
export function cellImport({ load, resolve, folder }: Loader): ImportCell {
  return async (specifier, options, wanted = []) => {
    const changed = pristine(() => hasChanged(specifier, resolve));
    try {
      const module = await load(specifier, options ?? undefined);
      pristine(() => check(module, specifier, wanted));
      return module;
    } catch (error) {
      throw pristine(() => withHint(fromCell(error, folder), changed && specifier));
    }
  };
}

function check(module: Module, specifier: string, wanted: readonly string[]): void {
  const missing = wanted.find((name) => !(name in module));
  if (missing === undefined) return;
  const known = Object.keys(module).join(", ") || "nothing";
  throw new SyntaxError(`Cannot import "${missing}": "${specifier}" exports ${known}`);
}

/** When each local file was written that was to be loaded, as it was then; 0: it was not there. */
const written = new Map<string, number>();

/** Whether a local file is another than when it was first imported: a process loads it once. */
function hasChanged(specifier: string, resolve: Loader["resolve"]): boolean {
  try {
    const url = resolve(specifier);
    if (!url.startsWith("file:")) return false;
    const now = writtenAt(new URL(url));
    if (!written.has(url)) written.set(url, now);
    return written.get(url) !== now;
  } catch {
    return false; // Nothing is known of it, or may be.
  }
}

function writtenAt(file: URL): number {
  try {
    return Deno.statSync(file).mtime?.getTime() ?? 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

function withHint(error: unknown, changed: string | false): unknown {
  if (!changed || !Error.isError(error)) return error;
  const again = `${changed}${changed.includes("?") ? "&" : "?"}2`;
  const hint = "the file has changed since it was first loaded: " +
    `import it as "${again}", or restart the kernel`;
  return Object.assign(error, { message: `${(error as Error).message}; ${hint}` });
}

/** `import.meta` of a cell. */
export function cellMeta({ resolve, folder }: Loader): ImportMeta {
  const dirname = decodeURIComponent(new URL(folder).pathname).replace(/(.)\/$/, "$1");
  return Object.freeze({ url: folder, dirname, filename: dirname, main: false, resolve });
}

/** Errors of the loader name the script that stands for all cells; a user knows no such file. */
function fromCell(error: unknown, folder: string): unknown {
  if (!Error.isError(error)) return error;
  const { message } = error as Error;
  const plain = message.split(`${folder}$deno$stdin.mts`).join(`${folder}cell`);
  if (plain !== message) Object.assign(error, { message: plain });
  return error;
}
