import type { Machine } from "../machine/machine.ts";
import { type Options, parseCmdline } from "./cmdline.ts";
import { type Era, eraOf } from "./eras.ts";

/** A kernel with its command line on a machine: what every decision may look at. */
export interface Booting {
  readonly machine: Machine;
  readonly era: Era;
  readonly options: Options;
}

export function booting(machine: Machine): Booting {
  const { kernel } = machine;
  return { machine, era: eraOf(kernel), options: parseCmdline(kernel.cmdline) };
}
