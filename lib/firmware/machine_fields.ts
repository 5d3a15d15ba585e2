/**
 * The fields of a machine file that a real machine's own files tell.
 *
 * @module
 */
import { vtdExtendedCapability } from "../x86/vtd_registers.ts";
import { digestCpuid } from "./cpuid.ts";
import { type CpuidProcessor, leafIn, parseCpuid } from "./cpuid_text.ts";
import { type CpuinfoProcessor, parseCpuinfo } from "./cpuinfo.ts";
import { parseDmar } from "./dmar.ts";
import { digestDmar, type DmarUnitDigest, type IntelRemappingDigest } from "./dmar_digest.ts";
import { type DmesgFacts, dmesgFacts } from "./dmesg_facts.ts";
import { digestFadt, type FadtDigest, parseFadt } from "./fadt.ts";
import { hex } from "./hex.ts";
import { digestHpet, parseHpetTable } from "./hpet_table.ts";
import { hpetRegistersIn } from "./hpet_text.ts";
import { type HypervisorName, hypervisorSignatures, promiseOf } from "./hypervisor_leaves.ts";
import { type MessagingFunction, messagingFunctions } from "./interrupts_text.ts";
import { parseIvrs } from "./ivrs.ts";
import { type AmdRemappingDigest, digestIvrs } from "./ivrs_digest.ts";
import { type KernelConfigDigest, kernelConfigIn, releaseIn } from "./kernel_texts.ts";
import { parseMadt } from "./madt.ts";
import { digestMadt, type MadtCpu, type MadtDigest } from "./madt_digest.ts";
import { isMalformed, type Malformed } from "./malformed.ts";
import { digestPciConfig, parsePciConfig, type PciFunctionDigest } from "./pci_config.ts";

/** A machine's own files; any may be missing. */
export interface MachineFiles {
  /** ACPI tables by signature, as /sys/firmware/acpi/tables has them. */
  readonly acpi?: Readonly<Record<string, Uint8Array>>;
  /** What `cpuid -r` prints; the first processor is read. */
  readonly cpuid?: string;
  /** /proc/cpuinfo. */
  readonly cpuinfo?: string;
  /** /proc/cmdline. */
  readonly cmdline?: string;
  /** What `uname -r` or `uname -a` print. */
  readonly uname?: string;
  /** The kernel's configuration. */
  readonly config?: string;
  /** The kernel's log. */
  readonly dmesg?: string;
  /** What `lspci -xxx` prints, as root. */
  readonly pciConfig?: string;
  /** /proc/interrupts. */
  readonly interrupts?: string;
  /** The HPET's registers. */
  readonly hpet?: string;
}

/** The fields told, in the shape of a machine file; absent ones are not told. */
export interface MachineFields {
  /** What runs on it. */
  readonly kernel: {
    readonly version?: string;
    readonly release?: string;
    readonly cmdline?: string;
    readonly config?: KernelConfigDigest;
  };
  /** Its CPUs' features. */
  readonly cpu: {
    readonly vendor?: string;
    readonly x2apic?: boolean;
    readonly arat?: boolean;
    readonly packageShift?: number;
  };
  /** Who hosts it. */
  readonly hypervisor?: HypervisorFields;
  /** How firmware left it. */
  readonly firmware: Partial<FadtDigest> & {
    readonly x2apicEnabled?: boolean;
    readonly bootApicId?: number;
  };
  /** MADT processor entries. */
  readonly cpus?: readonly Omit<MadtCpu, "uid">[];
  /** I/O APICs; a missing number of pins is not told. */
  readonly ioapics?: readonly IoapicFields[];
  /** The HPET; null without one. */
  readonly hpet?: HpetFields | null;
  /** The remapping units; null without any. */
  readonly remapping?: IntelRemappingDigest | AmdRemappingDigest | null;
  /** PCI functions. */
  readonly devices?: readonly PciFunctionDigest[];
}

/** Who hosts the machine. */
export interface HypervisorFields {
  /** CPUID leaf 1 ECX bit 31; absent when leaf 1 was not asked for. */
  readonly cpuidHypervisorBit?: boolean;
  /** The known signature at the greatest leaf, for a hypervisor may imitate another below. */
  readonly signature: HypervisorName | null;
  /** Its leaf. */
  readonly base: string | null;
  /** Every non-zero hypervisor leaf: EAX, EBX, ECX, EDX. */
  readonly leaves: Readonly<Record<string, readonly [string, string, string, string]>>;
}

/** An I/O APIC. */
export interface IoapicFields {
  /** MADT id. */
  readonly id: number;
  /** Physical address. */
  readonly address: string;
  /** GSI of pin 0. */
  readonly gsiBase: number;
  /** Pins. */
  readonly pins?: number;
}

/** The HPET. */
export interface HpetFields {
  /** Its number in the ACPI table. */
  readonly id: number;
  /** Comparators. */
  readonly timers: number;
  /** A timer can send messages; absent when the registers are not told. */
  readonly fsb?: boolean;
}

/** What could be read, what could not, and what would help. */
export interface MachineReading {
  /** The fields told. */
  readonly fields: MachineFields;
  /** Files that were no such thing; their fields are as if they were missing. */
  readonly faults: readonly Malformed[];
  /** Needed fields that nothing told, and the file that would. */
  readonly untold: readonly Untold[];
  /** What bears on those. */
  readonly hints: Hints;
}

/** What bears on fields that nothing told, without telling them. */
export interface Hints {
  /** The log. */
  readonly log: DmesgFacts;
  /** /proc/cpuinfo: the CPUs that ran when it was read. */
  readonly processors: readonly CpuinfoProcessor[];
  /** The functions whose messages /proc/interrupts counts. */
  readonly messaging: readonly MessagingFunction[];
  /** QEMU made the machine: the MADT, or the log, bears its mark. */
  readonly qemu: boolean;
  /** There is a hypervisor, and whether it promises 15-bit destinations was not asked. */
  readonly promiseUntold: boolean;
}

/** A field that nothing told. */
export interface Untold {
  /** Its path in a machine file. */
  readonly field: string;
  /** What would tell it. */
  readonly needs: string;
}

/**
 * Reads a machine's own files. Of two files that tell the same, the more direct one is believed:
 * registers before the log, the log before an ACPI table's copy.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { readMachineFiles } from "./machine_fields.ts";
 *
 * const { fields, untold } = readMachineFiles({ uname: "6.1.0-50-amd64", cmdline: "quiet\n" });
 * assert.deepEqual(fields.kernel, { version: "6.1", release: "6.1.0-50-amd64", cmdline: "quiet" });
 * assert(untold.some(({ field, needs }) => field === "cpus" && needs === "the MADT"));
 * ```
 */
export function readMachineFiles(files: MachineFiles): MachineReading {
  const faults: Malformed[] = [];
  const sources = sourcesOf(files, faults);
  const fields: MachineFields = {
    kernel: kernelFields(files, sources),
    cpu: cpuFields(sources),
    firmware: firmwareFields(sources),
    ...hypervisorFields(sources),
    ...madtFields(sources),
    ...given("hpet", hpetFields(sources)),
    ...given("remapping", remappingFields(sources)),
    ...given("devices", sources.devices),
  };
  const untold = NEEDS.filter(({ isTold }) => !isTold(fields));
  return {
    fields,
    faults,
    untold: untold.map(({ field, needs }) => ({ field, needs })),
    hints: hintsOf(files, sources),
  };
}

function hintsOf({ interrupts = "" }: MachineFiles, sources: Sources): Hints {
  const { dmesg: log, processors, isQemu } = sources;
  return {
    log,
    processors,
    messaging: messagingFunctions(interrupts),
    qemu: isQemu,
    promiseUntold: isPromiseUntold(sources),
  };
}

/** Printers of CPUID stop at the greatest leaf, and some promises stand beyond it. */
function isPromiseUntold({ cpuid, dmesg: { hypervisor } }: Sources): boolean {
  if (!cpuid) return hypervisor !== undefined && promiseOf(hypervisor) !== undefined;
  const last = hypervisorSignatures(cpuid).at(-1);
  const promise = last && promiseOf(last.hypervisor);
  return promise !== undefined && leafIn(cpuid, last!.base + promise.leaf) === undefined;
}

/** Each file, read. */
interface Sources {
  /** Tables that are surely not there: the MADT is, and they are not. */
  isAbsent(...signatures: readonly string[]): boolean;
  readonly madt: MadtDigest | undefined;
  /** The MADT's maker, or the log, is QEMU. */
  readonly isQemu: boolean;
  readonly fadt: FadtDigest | undefined;
  readonly hpetNumber: { readonly hpetNumber: number; readonly comparators: number } | undefined;
  readonly dmar: IntelRemappingDigest | undefined;
  readonly ivrs: AmdRemappingDigest | undefined;
  readonly cpuid: CpuidProcessor | undefined;
  readonly processors: readonly CpuinfoProcessor[];
  readonly bootCpu: CpuinfoProcessor | undefined;
  readonly dmesg: DmesgFacts;
  readonly devices: readonly PciFunctionDigest[] | undefined;
  readonly hpetRegisters: { readonly timers: number; readonly fsb: boolean } | undefined;
}

function sourcesOf(files: MachineFiles, faults: Malformed[]): Sources {
  const read = <F, T extends { readonly kind: string }, D>(
    file: F | undefined,
    parse: (file: F) => T | Malformed,
    digest: (raw: T) => D,
  ): D | undefined => {
    if (file === undefined) return undefined;
    const raw = parse(file);
    if (!isMalformed(raw)) return digest(raw);
    faults.push(raw as Malformed);
    return undefined;
  };
  const acpi = files.acpi ?? {};
  const dmesg = dmesgFacts(files.dmesg ?? "");
  const processors = parseCpuinfo(files.cpuinfo ?? "");
  const listed = new Set([...Object.keys(acpi), ...dmesg.tables]);
  return {
    isAbsent: (...signatures) =>
      listed.has("APIC") && signatures.every((signature) => !listed.has(signature)),
    madt: read(acpi.APIC, parseMadt, digestMadt),
    isQemu: dmesg.qemu ?? (acpi.APIC !== undefined && oemOf(acpi.APIC) === "BOCHS "),
    fadt: read(acpi.FACP, parseFadt, digestFadt),
    hpetNumber: read(acpi.HPET, parseHpetTable, digestHpet),
    dmar: read(acpi.DMAR, parseDmar, digestDmar),
    ivrs: read(acpi.IVRS, parseIvrs, digestIvrs),
    cpuid: read(files.cpuid, parseCpuid, ({ processors }) => processors[0]),
    processors,
    bootCpu: processors.find(({ processor }) => processor === 0),
    dmesg,
    devices: read(
      files.pciConfig,
      parsePciConfig,
      ({ functions }) => withMessaging(functions.map(digestPciConfig), files.interrupts ?? ""),
    ),
    hpetRegisters: hpetRegistersIn(files.hpet ?? ""),
  };
}

/** Who made a table. Source: ACPI 6.5 5.2.6, QEMU include/hw/acpi/aml-build.h ACPI_BUILD_APPNAME6. */
function oemOf(table: Uint8Array): string {
  return String.fromCharCode(...table.subarray(10, 16));
}

/** A function whose messages are counted uses them, whatever its enable bit showed. */
function withMessaging(
  functions: readonly PciFunctionDigest[],
  interrupts: string,
): readonly PciFunctionDigest[] {
  const messaging = new Set(messagingFunctions(interrupts).map(({ bdf }) => bdf));
  return functions.map((each) =>
    each.uses === "none" && each.msi > 0 && messaging.has(each.bdf)
      ? { ...each, uses: "msi" }
      : each
  );
}

/** A field that is there when it has a value. */
function given<K extends string, V>(
  key: K,
  value: V | undefined,
): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}

function kernelFields(files: MachineFiles, { dmesg }: Sources): MachineFields["kernel"] {
  return {
    ...(releaseIn(files.uname ?? "") ?? dmesg.release),
    ...given("cmdline", files.cmdline?.trim() ?? dmesg.cmdline),
    ...given("config", kernelConfigIn(files.config ?? "")),
  };
}

function cpuFields({ cpuid, bootCpu, dmesg }: Sources): MachineFields["cpu"] {
  const digest = cpuid && digestCpuid(cpuid);
  const shown = (flag: string) => bootCpu?.flags.includes(flag) ? true : undefined;
  return {
    ...given("vendor", digest?.vendor ?? bootCpu?.vendor ?? dmesg.vendor),
    ...given("x2apic", digest?.x2apic ?? shown("x2apic") ?? dmesg.x2apic),
    ...given(
      "arat",
      digest?.arat ?? shown("arat") ?? (dmesg.hpetPerCpu === undefined ? undefined : false),
    ),
    ...given("packageShift", digest?.packageShift ?? undefined),
  };
}

function hypervisorFields({ cpuid, bootCpu }: Sources): Pick<MachineFields, "hypervisor"> {
  if (!cpuid) return {};
  const { hypervisor } = digestCpuid(cpuid);
  const last = hypervisorSignatures(cpuid).at(-1);
  const shown = bootCpu?.flags.includes("hypervisor") ? true : undefined;
  return {
    hypervisor: {
      ...given("cpuidHypervisorBit", hypervisor ?? shown),
      signature: last?.hypervisor ?? null,
      base: last ? hex(last.base, 8) : null,
      leaves: hypervisorLeaves(cpuid),
    },
  };
}

function hypervisorLeaves({ leaves }: CpuidProcessor): HypervisorFields["leaves"] {
  const theirs = leaves.filter(({ leaf }) => leaf >= 0x4000_0000 && leaf <= 0x4000_ffff);
  const spoken = theirs.filter(({ eax, ebx, ecx, edx }) => (eax | ebx | ecx | edx) !== 0);
  return Object.fromEntries(
    spoken.map(({ leaf, eax, ebx, ecx, edx }) => [
      leaf.toString(16).padStart(8, "0"),
      [hex(eax, 8), hex(ebx, 8), hex(ecx, 8), hex(edx, 8)],
    ]),
  );
}

function firmwareFields({ fadt, dmesg, bootCpu }: Sources): MachineFields["firmware"] {
  return {
    ...given("x2apicEnabled", dmesg.x2apicEnabled),
    ...given("bootApicId", bootCpu?.initialApicId ?? bootCpu?.apicId ?? dmesg.bootApicId),
    ...fadt,
  };
}

function madtFields({ madt, dmesg }: Sources): Pick<MachineFields, "cpus" | "ioapics"> {
  if (!madt) return loggedIoapics(dmesg);
  const cpus = madt.cpus.map(({ uid: _, ...cpu }) => cpu);
  const ioapics = madt.ioapics.map(({ id, address, gsiBase }) => {
    const seen = dmesg.ioapics.find((each) => each.id === id && each.address === address);
    return { id, address: hex(address), gsiBase, ...given("pins", seen?.pins) };
  });
  return { cpus, ioapics };
}

/** The log prints of each I/O APIC all that the MADT says, and the pins. */
function loggedIoapics({ ioapics }: DmesgFacts): Pick<MachineFields, "ioapics"> {
  if (ioapics.length === 0) return {};
  return { ioapics: ioapics.map(({ address, ...each }) => ({ ...each, address: hex(address) })) };
}

function hpetFields(sources: Sources): HpetFields | null | undefined {
  const { isAbsent, hpetNumber, hpetRegisters, dmesg } = sources;
  const table = hpetNumber
    ? { id: hpetNumber.hpetNumber, timers: hpetNumber.comparators }
    : dmesg.hpet;
  if (!table) return isAbsent("HPET") ? null : undefined;
  const timers = hpetRegisters?.timers ?? dmesg.hpetComparators ?? table.timers;
  return {
    id: table.id,
    timers,
    ...given("fsb", hpetRegisters?.fsb ?? (dmesg.hpetPerCpu ? true : undefined)),
  };
}

function remappingFields({ isAbsent, dmar, ivrs, dmesg }: Sources): MachineFields["remapping"] {
  if (dmar) return { ...dmar, units: dmar.units.map((unit) => withCapability(unit, dmesg)) };
  return ivrs ?? (isAbsent("DMAR", "IVRS") ? null : undefined);
}

function withCapability(unit: DmarUnitDigest, { units }: DmesgFacts): DmarUnitDigest {
  const seen = units.find(({ address }) => hex(address) === unit.address);
  if (!seen) return unit;
  const { interruptRemapping, extendedInterruptMode } = vtdExtendedCapability.decode(seen.ecap);
  return { ...unit, ir: interruptRemapping, eim: extendedInterruptMode };
}

const LOG = "the kernel's log from its beginning";
const REGISTERS = "what cpuid -1 -r prints";

/** What a machine file needs, and what tells it; below a missing field nothing more is asked. */
const NEEDS: readonly (Untold & { isTold(fields: MachineFields): boolean })[] = [
  {
    field: "kernel.release",
    needs: "what uname -r prints",
    isTold: ({ kernel }) => kernel.release !== undefined,
  },
  {
    field: "kernel.cmdline",
    needs: "/proc/cmdline",
    isTold: ({ kernel }) => kernel.cmdline !== undefined,
  },
  {
    field: "kernel.config",
    needs: "the kernel's configuration",
    isTold: ({ kernel }) => kernel.config !== undefined,
  },
  { field: "cpu.vendor", needs: REGISTERS, isTold: ({ cpu }) => cpu.vendor !== undefined },
  { field: "cpu.x2apic", needs: REGISTERS, isTold: ({ cpu }) => cpu.x2apic !== undefined },
  { field: "cpu.arat", needs: REGISTERS, isTold: ({ cpu }) => cpu.arat !== undefined },
  {
    field: "hypervisor",
    needs: REGISTERS,
    isTold: ({ hypervisor }) => hypervisor?.cpuidHypervisorBit !== undefined,
  },
  {
    field: "firmware.x2apicEnabled",
    needs: LOG,
    isTold: ({ firmware }) => firmware.x2apicEnabled !== undefined,
  },
  {
    field: "firmware.bootApicId",
    needs: "/proc/cpuinfo",
    isTold: ({ firmware }) => firmware.bootApicId !== undefined,
  },
  { field: "cpus", needs: "the MADT", isTold: ({ cpus }) => cpus !== undefined },
  { field: "ioapics", needs: "the MADT", isTold: ({ ioapics }) => ioapics !== undefined },
  {
    field: "ioapics.pins",
    needs: LOG,
    isTold: ({ ioapics = [] }) => ioapics.every(({ pins }) => pins !== undefined),
  },
  { field: "hpet", needs: "the ACPI tables", isTold: ({ hpet }) => hpet !== undefined },
  {
    field: "hpet.fsb",
    needs: "the HPET's registers",
    isTold: ({ hpet }) => !hpet || hpet.fsb !== undefined,
  },
  { field: "remapping", needs: "the ACPI tables", isTold: (told) => told.remapping !== undefined },
  {
    field: "remapping.units.ir",
    needs: LOG,
    isTold: ({ remapping }) =>
      remapping?.vendor !== "intel" || remapping.units.every(({ ir }) => ir !== null),
  },
  {
    field: "devices",
    needs: "what lspci -xxx prints, as root",
    isTold: ({ devices }) => devices !== undefined,
  },
];
