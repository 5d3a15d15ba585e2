/** How a device names itself when it looks for its parent: `struct irq_fwspec`. */
export interface Fwspec {
  /** Name of the firmware node, such as `IO-APIC-8`. */
  readonly fwnode: string;
  /** `param`: one number, the id that the name ends in. */
  readonly params: readonly number[];
}

/** An I/O APIC by its MADT id. */
export function ioapicFwspec(id: number): Fwspec {
  return { fwnode: `IO-APIC-${id}`, params: [id] };
}

/** An HPET by its ACPI number. */
export function hpetFwspec(id: number): Fwspec {
  return { fwnode: `HPET-MSI-${id}`, params: [id] };
}

/** Source: Linux 5.11 arch/x86/kernel/apic/vector.c x86_fwspec_is_ioapic. */
export function x86FwspecIsIoapic(fwspec: Fwspec): boolean {
  return isNamed(fwspec, "IO-APIC-");
}

/** Source: Linux 5.11 arch/x86/kernel/apic/vector.c x86_fwspec_is_hpet. */
export function x86FwspecIsHpet(fwspec: Fwspec): boolean {
  return isNamed(fwspec, "HPET-MSI-");
}

/** One parameter, which is also the node's decimal suffix. */
function isNamed({ fwnode, params }: Fwspec, prefix: string): boolean {
  return params.length === 1 && fwnode === `${prefix}${params[0]}`;
}
