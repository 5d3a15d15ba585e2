/**
 * The number Linux puts into an interrupt's destination field for a CPU.
 *
 * Source: Linux 6.1 arch/x86/kernel/apic: `calc_dest_apicid` of each driver.
 */
import { x2apicLdr } from "../x86/lapic.ts";
import type { ApicState, OnlineCpu } from "./boot.ts";

/**
 * `irq_cfg.dest_apicid` for one CPU, 32 bits: its APIC ID, its x2APIC logical ID, or, in flat
 * mode, the bit of its Linux CPU number, which the kernel wrote to that CPU's LDR.
 */
export function destinationOf({ destId }: Pick<ApicState, "destId">, target: OnlineCpu): number {
  switch (destId) {
    case "apicId":
      return target.apicId;
    case "cluster":
      return x2apicLdr(target.apicId);
    case "cpuBit":
      return 1 << target.cpu;
  }
}
