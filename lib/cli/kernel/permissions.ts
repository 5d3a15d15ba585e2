/** The options that name what the user's code may do, passed on to Deno as they stand. */
import { Misuse } from "../error.ts";
import { allOrSome, flag, type Given, kebab, type ValuesOf } from "../option.ts";

export const permissionOptions = {
  allowRead: allOrSome("PATHS", "Cells may read files"),
  allowWrite: allOrSome("PATHS", "Cells may write files"),
  allowNet: allOrSome("HOSTS", "Cells may use the network"),
  allowEnv: allOrSome("NAMES", "Cells may read environment variables"),
  allowRun: allOrSome("PROGRAMS", "Cells may run programs"),
  allowSys: allOrSome("APIS", "Cells may ask about the system"),
  allowFfi: allOrSome("PATHS", "Cells may load native libraries"),
  allowAll: flag("Cells may do everything you may do"),
};

/** Deno's options in the order above, such as `--allow-net=example.org`. */
export function permissionsOf(given: ValuesOf<typeof permissionOptions>): readonly string[] {
  const named = some.flatMap((key) => denoOption(`--${kebab(key)}`, given[key]));
  if (!given.allowAll) return named;
  if (named.length === 0) return ["--allow-all"];
  throw new Misuse(`Cannot restrict ${named[0]}: --allow-all allows everything; give one of them`);
}

const { allowAll: _, ...restrictable } = permissionOptions;
const some = Object.keys(restrictable) as (keyof typeof restrictable)[];

function denoOption(name: string, value: Given): readonly string[] {
  if (value === undefined) return [];
  return [value === true ? name : `${name}=${value}`];
}
