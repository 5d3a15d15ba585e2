/** Source: Linux arch/x86/kernel/hpet.c hpet_select_clockevents, hpet_create_irq_domain. */
import type { MachineHpet } from "../machine/machine.ts";
import type { Decided } from "./decide.ts";
import { type DeviceDomain, parentOf } from "./device_domain.ts";
import { findParent } from "./parents.ts";

/** An HPET sends messages only where a CPU's own timer stops in deep sleep (no ARAT). */
export function hpetDomains(decided: Decided): readonly DeviceDomain[] {
  const { machine: { hpet }, era, domains } = decided;
  if (!hpet || !wantsHpetMsi(decided)) return [];
  const found = findParent({ kind: "hpet", id: hpet.id }, domains, era);
  const remapped = found.domain !== null && found.domain.kind !== "vector";
  const stem = era.hierarchicalDomains ? "HPET-MSI" : "HPET_MSI";
  const named = era.parentSearch === "fwspec" ? stem : `${remapped ? "IR-" : ""}${stem}`;
  const inUse = found.domain !== null && hpetChannels(decided) > 0;
  return [{
    device: `hpet:${hpet.id}`,
    class: "hpetMsi",
    parent: parentOf(found, `${named}-${hpet.id}`, era),
    chip: inUse ? `${remapped ? "IR-" : ""}${stem}` : null,
    between: [],
  }];
}

export function wantsHpetMsi({ machine: { hpet, cpu }, options, apicOff }: Decided): boolean {
  return hpet !== null && !cpu.arat && !options.hpetOff && !options.hpetMsiOff && !apicOff;
}

/** Channels that become per-CPU timers. Source: Linux 6.1 hpet_select_clockevents. */
export function hpetChannels({ machine: { hpet }, registration }: Decided): number {
  return hpet ? Math.min(messageChannels(hpet), registration.possible) : 0;
}

/** Two channels serve as legacy timers, one as /dev/hpet. */
const RESERVED_CHANNELS = 3;

/** Channels that can send messages and are free to: CPUs take one each, in order, while they last. */
export function messageChannels({ fsb, timers }: MachineHpet): number {
  return fsb ? Math.max(timers - RESERVED_CHANNELS, 0) : 0;
}
