/**
 * What the kernel's log says about the machine it found, before its own decisions.
 *
 * @module
 */
import { type DmesgRemapping, remappingIn } from "./dmesg_remapping.ts";
import type { HypervisorName } from "./hypervisor_leaves.ts";
import { kernelLog } from "./kernel_log.ts";
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
  /** Its timers that serve the CPUs, by messages: asked for only where the CPUs have no ARAT. */
  readonly hpetPerCpu?: number;
  /** The HPET that ACPI describes. */
  readonly hpet?: { readonly id: number; readonly timers: number };
  /** Whose CPUs they are, as CPUID leaf 0 spells it. */
  readonly vendor?: string;
  /** The CPUs have x2APIC mode; a log does not say that they have not. */
  readonly x2apic?: true;
  /** The hypervisor that the kernel found. */
  readonly hypervisor?: HypervisorName;
  /** Most CPUs the kernel was built for. */
  readonly nrCpus?: number;
  /** The machine is one that QEMU makes. */
  readonly qemu?: true;
  /** How many CPUs were counted, and how many came up by themselves. */
  readonly cpus: { readonly possible?: number; readonly online?: number };
  /** CPUs that were refused, and their APIC IDs where the log prints them: from 6.9 on. */
  readonly refused: readonly { readonly cpu: number; readonly apicId?: number }[];
  /** APIC IDs of entries that Linux did not count; where the log prints none, one that fits. */
  readonly uncounted: readonly number[];
  /** The ACPI tables listed, in the log's order; empty when the log does not list them. */
  readonly tables: readonly string[];
  /** PCI functions, by their first mention. */
  readonly functions: readonly DmesgFunction[];
  /** What it says of remapping units. */
  readonly remapping: DmesgRemapping;
}

/** A PCI function. */
export interface DmesgFunction {
  /** `ssss:bb:dd.f`. */
  readonly bdf: string;
  /** `vendor:device`. */
  readonly id: string;
  /** Class, subclass and interface. */
  readonly class: string;
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
  const text = kernelLog(log).map((line) => line.text).join("\n");
  const found: Found = (pattern) => pattern.exec(text)?.[1]?.trim();
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
    ...sayingsIn(text, found),
    cpus: countsIn(found),
    refused: refusedIn(text),
    uncounted: uncountedIn(text),
    tables: tablesIn(text),
    functions: functionsIn(text),
    remapping: remappingIn(text),
    ioapics: ioapicsIn(text),
    units: unitsIn(text),
  };
}

type Found = (pattern: RegExp) => string | undefined;
type Sayings = Pick<
  DmesgFacts,
  "hpetPerCpu" | "hpet" | "vendor" | "x2apic" | "hypervisor" | "nrCpus" | "qemu"
>;

/**
 * What one line says, or no line.
 * Source: Linux arch/x86/kernel/hpet.c hpet_select_clockevents, and as named at each.
 */
function sayingsIn(text: string, found: Found): Sayings {
  const perCpu = found(/^hpet: \d+ channels of (\d+) reserved for per-cpu/m);
  const hpet = found(/^ACPI: HPET id: (0x[0-9a-f]+) base:/m);
  const vendor = VENDORS[found(/^smpboot: CPU0: (Intel|AMD|Hygon)\b/m) ?? ""];
  const hypervisor = TITLES[found(/^Hypervisor detected: (.*)$/m) ?? ""];
  const nrCpus = found(/^setup_percpu: NR_CPUS:(\d+)/m);
  return {
    ...(perCpu !== undefined && { hpetPerCpu: Number(perCpu) }),
    ...(hpet !== undefined && { hpet: hpetOf(Number(hpet)) }),
    ...(vendor !== undefined && { vendor }),
    ...(hasX2apic(text) && { x2apic: true }),
    ...(hypervisor && { hypervisor }),
    ...(nrCpus !== undefined && { nrCpus: Number(nrCpus) }),
    ...(/^DMI: QEMU |^ACPI: APIC .*\bBOCHS\b/m.test(text) && { qemu: true }),
  };
}

/** Source: Linux arch/x86/kernel/smpboot.c print_cpu_info, arch/x86/kernel/cpu/*.c c_vendor. */
const VENDORS: Readonly<Record<string, string>> = {
  Intel: "GenuineIntel",
  AMD: "AuthenticAMD",
  Hygon: "HygonGenuine",
};

/** Source: Linux `hypervisor_x86.name` of each platform. */
const TITLES: Readonly<Record<string, HypervisorName>> = {
  KVM: "kvm",
  "Microsoft Hyper-V": "hyperv",
  VMware: "vmware",
  "Xen HVM": "xen",
  "Xen PV": "xen",
  Bhyve: "bhyve",
  ACRN: "acrn",
  Jailhouse: "jailhouse",
};

/**
 * Only a CPU that has the mode can be in it, and only of one that has it is the mode refused.
 * Source: Linux arch/x86/kernel/apic/apic.c try_to_enable_x2apic.
 */
function hasX2apic(text: string): boolean {
  return preEnabled(text) ||
    /^x2apic enabled$|^x2apic: IRQ remapping doesn't|APIC routing to:? (?:cluster|physical) x2apic/m
      .test(text);
}

/** The event timer block's id: bits 12:8 the last comparator. Source: ACPI HPET table. */
function hpetOf(blockId: number): { readonly id: number; readonly timers: number } {
  return { id: 0, timers: (blockId >> 8 & 0x1f) + 1 };
}

/** Source: Linux smpboot.c prefill_possible_map, cpu/topology.c, kernel/smp.c smp_init. */
function countsIn(found: Found): DmesgFacts["cpus"] {
  const allowed = found(/^smpboot: Allowing (\d+) CPUs/m);
  const present = found(/^CPU topo: Allowing (\d+) present CPUs/m);
  const added = found(/^CPU topo: Allowing \d+ present CPUs plus (\d+) hotplug/m);
  const online = found(/^smp: Brought up \d+ nodes?, (\d+) CPUs?/m);
  const possible = allowed ?? (present && Number(present) + Number(added));
  return {
    ...(possible !== undefined && { possible: Number(possible) }),
    ...(online !== undefined && { online: Number(online) }),
  };
}

/** Source: Linux 6.1, 6.12 arch/x86/kernel/smpboot.c native_cpu_up, native_kick_ap. */
function refusedIn(text: string): DmesgFacts["refused"] {
  const lines = text.matchAll(
    /^smpboot: (?:CPU (\d+) has invalid APIC ID ([0-9a-f]+)\.|native_\w+: bad cpu (\d+))/gm,
  );
  const refused = [...lines].map(([, cpu, id, bad]) => ({
    cpu: Number(cpu ?? bad),
    ...(id !== undefined && { apicId: Number.parseInt(id, 16) }),
  }));
  return [...new Map(refused.map((each) => [each.cpu, each])).values()];
}

/** Source: Linux 6.12 cpu/topology.c topo_register_apic, 6.1 acpi/boot.c acpi_parse_x2apic. */
function uncountedIn(text: string): readonly number[] {
  const printed = [...text.matchAll(/^CPU topo: APIC ID ([0-9a-f]+) exceeds kernel limit/gm)];
  if (printed.length > 0) return printed.map(([, id]) => Number.parseInt(id!, 16));
  if (/^ACPI: skipped apicid that is too big/m.test(text)) return [0x8000];
  return /^ACPI: x2apic entry ignored/m.test(text) ? [0x100] : [];
}

/** Source: Linux drivers/acpi/acpica/tbprint.c acpi_tb_print_table_header. */
function tablesIn(text: string): readonly string[] {
  return [...text.matchAll(/^ACPI: ([A-Z0-9]{4}) 0x[0-9A-F]{8,16} [0-9A-F]{6}/gm)]
    .map(([, signature]) => signature!);
}

/** Source: Linux drivers/pci/probe.c pci_setup_device. */
function functionsIn(text: string): readonly DmesgFunction[] {
  const lines = text.matchAll(
    /^pci ([0-9a-f:]+\.[0-7]): \[([0-9a-f]{4}:[0-9a-f]{4})\] type \S+ class 0x([0-9a-f]{6})/gm,
  );
  const functions = [...lines].map(([, bdf, id, code]) => ({ bdf: bdf!, id: id!, class: code! }));
  return [...new Map(functions.map((each) => [each.bdf, each])).values()];
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
