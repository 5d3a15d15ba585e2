/** Source: Linux arch/x86/kernel/hpet.c hpet_select_clockevents, hpet_create_irq_domain. */
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
  if (!hpet?.fsb) return 0;
  return Math.min(Math.max(hpet.timers - RESERVED_CHANNELS, 0), registration.possible);
}

/** Two channels serve as legacy timers, one as /dev/hpet. */
const RESERVED_CHANNELS = 3;
