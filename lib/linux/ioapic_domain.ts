/** Source: Linux arch/x86/kernel/apic/io_apic.c mp_irqdomain_create. */
import type { Decided } from "./decide.ts";
import { type DeviceDomain, parentOf } from "./device_domain.ts";

export function ioapicDomains({ machine, era, ioapicParents }: Decided): readonly DeviceDomain[] {
  return ioapicParents.map((found, index) => {
    const { id } = machine.ioapics[index]!;
    const remapped = found.domain !== null && found.domain.kind !== "vector";
    const name = era.ioapicDomain === "byId"
      ? `IO-APIC-${id}`
      : `IO-APIC-${remapped ? "IR-" : ""}${index}`;
    return {
      device: `ioapic:${id}`,
      class: "ioapic",
      parent: parentOf(found, name, era),
      chip: found.domain ? `${remapped ? "IR-" : ""}IO-APIC` : null,
      between: [],
    };
  });
}
