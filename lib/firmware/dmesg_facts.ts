/**
 * What the kernel's log says about the machine it found, before its own decisions.
 *
 * @module
 */
import { type KernelRelease, releaseIn } from "./kernel_texts.ts";

/** Facts of a machine; absent ones are not in the log. */
export interface DmesgFacts {
  /** The kernel's release. */
  readonly release?: KernelRelease;
  /** Its command line. */
  readonly cmdline?: string;
  /** Firmware handed the CPUs over in x2APIC mode; false only when the log has its beginning. */
  readonly x2apicEnabled?: boolean;
  /** The boot CPU's APIC ID; printed with `apic=debug`. */
  readonly bootApicId?: number;
  /** I/O APICs with their pins. */
  readonly ioapics: readonly DmesgIoapic[];
  /** Intel units with their capabilities. */
  readonly units: readonly DmesgUnit[];
  /** The HPET's comparators. */
  readonly hpetComparators?: number;
}

/** An I/O APIC. */
export interface DmesgIoapic {
  /** I/O APIC ID. */
  readonly id: number;
  /** Physical address. */
  readonly address: number;
  /** GSI of pin 0. */
  readonly gsiBase: number;
  /** Pins. */
  readonly pins: number;
}

/** An Intel remapping unit. */
export interface DmesgUnit {
  /** Physical address of its registers. */
  readonly address: bigint;
  /** ECAP_REG. */
  readonly ecap: bigint;
}

const STAMP = /^(?:<\d+>)?\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? /gm;

/**
 * The facts in a log, time stamps or not.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { dmesgFacts } from "./dmesg_facts.ts";
 *
 * const { ioapics, x2apicEnabled } = dmesgFacts(
 *   "[    0.1] x2apic: enabled by BIOS, switching to x2apic ops\n" +
 *     "[    0.2] IOAPIC[0]: apic_id 0, version 32, address 0xfec00000, GSI 0-23\n",
 * );
 * assert.equal(x2apicEnabled, true);
 * assert.deepEqual(ioapics, [{ id: 0, address: 0xfec0_0000, gsiBase: 0, pins: 24 }]);
 * ```
 */
export function dmesgFacts(log: string): DmesgFacts {
  const text = log.replace(STAMP, "");
  const found = (pattern: RegExp) => pattern.exec(text)?.[1]?.trim();
  const release = releaseIn(found(/^Linux version (\S+)/m) ?? "");
  const cmdline = found(/^(?:Kernel c|C)ommand line: (.*)$/m);
  const x2apicEnabled = preEnabled(text) ? true : release ? false : undefined;
  const bootApicId = found(/^\.\.\. APIC ID: +[0-9a-f]+ \(([0-9a-f]+)\)/m);
  const comparators = found(/^hpet\d+: (\d+) comparators/m);
  return {
    ...(release && { release }),
    ...(cmdline !== undefined && { cmdline }),
    ...(x2apicEnabled !== undefined && { x2apicEnabled }),
    ...(bootApicId && { bootApicId: Number.parseInt(bootApicId, 16) }),
    ...(comparators && { hpetComparators: Number(comparators) }),
    ioapics: ioapicsIn(text),
    units: unitsIn(text),
  };
}

/** Source: Linux arch/x86/kernel/apic/apic.c check_x2apic, setup_nox2apic. */
function preEnabled(text: string): boolean {
  return /^x2apic(: enabled by BIOS,| already enabled\.)/m.test(text);
}

/** Source: Linux arch/x86/kernel/apic/io_apic.c mp_register_ioapic. */
function ioapicsIn(text: string): DmesgIoapic[] {
  const lines = text.matchAll(
    /^IOAPIC\[\d+\]: apic_id (\d+), version \d+, address 0x([0-9a-f]+), GSI (\d+)-(\d+)$/gm,
  );
  return [...lines].map(([, id, address, first, last]) => ({
    id: Number(id),
    address: Number.parseInt(address!, 16),
    gsiBase: Number(first),
    pins: Number(last) - Number(first) + 1,
  }));
}

/** Source: Linux drivers/iommu/intel/dmar.c alloc_iommu. */
function unitsIn(text: string): DmesgUnit[] {
  const lines = text.matchAll(
    /^DMAR: dmar\d+: reg_base_addr ([0-9a-f]+) ver \S+ cap [0-9a-f]+ ecap ([0-9a-f]+)$/gm,
  );
  return [...lines].map(([, address, ecap]) => (
    { address: BigInt(`0x${address}`), ecap: BigInt(`0x${ecap}`) }
  ));
}
