/** How cells import: as the notebook's folder would, by the boot script that stands in it. */
import { Error, Object, SyntaxError } from "../intrinsics.ts";
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
export function cellImport({ load, folder }: Loader): ImportCell {
  return async (specifier, options, wanted = []) => {
    const module = await loaded(() => load(specifier, options ?? undefined), folder);
    pristine(() => check(module, specifier, wanted));
    return module;
  };
}

async function loaded(load: () => Promise<Module>, folder: string): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    throw pristine(() => fromCell(error, folder));
  }
}

function check(module: Module, specifier: string, wanted: readonly string[]): void {
  const missing = wanted.find((name) => !(name in module));
  if (missing === undefined) return;
  const known = Object.keys(module).join(", ") || "nothing";
  throw new SyntaxError(`Cannot import "${missing}": "${specifier}" exports ${known}`);
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
