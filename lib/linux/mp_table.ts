/** The table that listed processors before the MADT did: Intel MultiProcessor Specification 1.4. */
import type { Machine } from "../machine/machine.ts";

/**
 * Whether firmware left an MP table. Without a local APIC feature Linux passes the MADT over and
 * reads this one, so it does not count as a machine without local APICs.
 * Source: Linux 6.12 arch/x86/kernel/acpi/boot.c acpi_parse_madt_lapic_entries,
 * arch/x86/kernel/mpparse.c mpparse_get_smp_config.
 */
export function hasMpTable({ firmware, cpus }: Machine): boolean {
  return firmware.mpTable ?? cpus.every(({ apicId }) => apicId < FITTING);
}

/**
 * Where a machine file does not tell: SeaBIOS writes 20 bytes for each ID up to the greatest into
 * what is left of its 64 kB. Recorded machines with IDs up to 8 have a table, with 254 none.
 */
const FITTING = 128;
