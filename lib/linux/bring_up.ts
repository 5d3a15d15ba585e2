/**
 * Which present CPUs come online under the final driver.
 * Source: Linux kernel/cpu.c bringup_nonboot_cpus; arch/x86/kernel/smpboot.c native_cpu_up,
 * from 6.5 on native_kick_ap.
 */
import type { OnlineCpu } from "./boot.ts";
import type { Era } from "./eras.ts";

export interface BringUp {
  /** In Linux CPU order; the boot CPU is never checked. */
  readonly online: readonly OnlineCpu[];
  /** Tried and refused: their APIC ID is not valid for the driver. */
  readonly refused: readonly OnlineCpu[];
  /** Never tried: beyond `maxcpus=`. */
  readonly untried: readonly OnlineCpu[];
}

export function bringupNonbootCpus(
  { present, maxApicId, maxcpus, era }: {
    /** APIC IDs by CPU number. */
    readonly present: readonly number[];
    readonly maxApicId: number | null;
    readonly maxcpus: number | null;
    readonly era: Era;
  },
): BringUp {
  const limit = maxcpus ?? Infinity;
  const online: OnlineCpu[] = [];
  const refused: OnlineCpu[] = [];
  const untried: OnlineCpu[] = [];
  for (const [cpu, apicId] of present.entries()) {
    const counted = era.maxcpusCounts === "online" ? online.length : cpu;
    if (cpu === 0) online.push({ cpu, apicId });
    else if (counted >= limit) untried.push({ cpu, apicId });
    else if (maxApicId !== null && apicId > maxApicId) refused.push({ cpu, apicId });
    else online.push({ cpu, apicId });
  }
  return { online, refused, untried };
}
