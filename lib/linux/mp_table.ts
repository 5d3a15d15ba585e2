/** The table that listed processors before the MADT did: Intel MultiProcessor Specification 1.4. */
import type { Machine } from "../machine/machine.ts";

/**
 * Whether firmware left an MP table. Without a local APIC feature Linux passes the MADT over and
 * reads this one, so it does not count as a machine without local APICs.
 * Source: Linux 6.12 arch/x86/kernel/acpi/boot.c acpi_parse_madt_lapic_entries,
 * arch/x86/kernel/mpparse.c mpparse_get_smp_config.
 */
export function hasMpTable({ firmware, cpus }: Machine): boolean {
  const greatest = Math.max(...cpus.map(({ apicId }) => apicId));
  return firmware.mpTable ?? MPTABLE_BYTES + 20 * (greatest + 1) <= BUILD_MAX_MPTABLE_FSEG;
}

/**
 * Where a machine file does not tell: SeaBIOS gives each ID up to the greatest an entry of 20
 * bytes, and leaves a table out that is longer than this. Source: SeaBIOS src/fw/biostables.c
 * copy_mptable, src/config.h BUILD_MAX_MPTABLE_FSEG.
 */
const BUILD_MAX_MPTABLE_FSEG = 600;
/** Pointer, header, buses, I/O APIC and interrupts of QEMU's q35, as recorded boots print them. */
const MPTABLE_BYTES = 220;
