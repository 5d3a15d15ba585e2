/** The options that say for whom a kernel is registered. */
import type { Audience } from "../../jupyter/kernel_folders.ts";
import { Misuse } from "../error.ts";
import { flag, text, type ValuesOf } from "../option.ts";

export const audienceOptions = {
  user: flag("For you alone, in Jupyter's data folder (JUPYTER_DATA_DIR)"),
  prefix: text("DIR", "Into DIR/share/jupyter/kernels"),
  sysPrefix: flag("Into the active virtual or conda environment"),
};

/** The audience asked for, undefined where none was named. */
export function audienceOf(
  { user, prefix, sysPrefix }: ValuesOf<typeof audienceOptions>,
  resolve: (path: string) => string,
): Audience | undefined {
  const asked: Audience[] = [
    ...(user ? [{ kind: "user" } as const] : []),
    ...(prefix === undefined ? [] : [{ kind: "prefix", prefix: resolve(prefix) } as const]),
    ...(sysPrefix ? [{ kind: "sysPrefix" } as const] : []),
  ];
  if (asked.length < 2) return asked[0];
  throw new Misuse("Cannot serve two audiences: give one of --user, --prefix, --sys-prefix");
}
