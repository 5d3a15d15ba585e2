/** How cells import: as the notebook's folder would, by the boot script that stands in it. */
import { Object } from "../intrinsics.ts";

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
export function cellImport({ load, folder }: Loader): ImportCell {
  return async (specifier, options, wanted = []) => {
    const module = await load(specifier, options ?? undefined).catch((error) => {
      throw fromCell(error, folder);
    });
    const missing = wanted.find((name) => !(name in module));
    if (missing === undefined) return module;
    const known = Object.keys(module).join(", ") || "nothing";
    throw new SyntaxError(`Cannot import "${missing}": "${specifier}" exports ${known}`);
  };
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
