import type { Machine } from "../machine/machine.ts";
import { type Options, parseCmdline } from "./cmdline.ts";
import { type Era, eraOf } from "./eras.ts";

/** A kernel with its command line on a machine: what every decision may look at. */
export interface Booting {
  readonly machine: Machine;
  readonly era: Era;
  readonly options: Options;
}

/**
 * Up to 5.18 `apic_intr_mode_init` leaves `default_setup_apic_routing` out with `nosmp`: neither
 * remapping nor x2APIC is looked at, and no driver is probed.
 * Source: Linux 5.10 arch/x86/kernel/apic/apic.c apic_intr_mode_init, APIC_SYMMETRIC_IO_NO_ROUTING.
 */
export function leavesRoutingOut({ era, options }: Booting): boolean {
  return options.maxcpus === 0 && !era.nosmpProbesDrivers;
}

export function booting(machine: Machine): Booting {
  const { kernel } = machine;
  return { machine, era: eraOf(kernel), options: parseCmdline(kernel.cmdline) };
}
