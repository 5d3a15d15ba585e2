/**
 * Which CPUs the MADT gives the kernel, under which numbers.
 * Source: Linux arch/x86/kernel/acpi/boot.c acpi_parse_lapic, acpi_parse_x2apic; up to 6.8
 * arch/x86/kernel/apic/apic.c generic_processor_info and smpboot.c prefill_possible_map; from 6.9
 * on arch/x86/kernel/cpu/topology.c.
 */
import type { Machine, MadtProcessor } from "../machine/machine.ts";
import type { Booting } from "./booting.ts";
import type { Options } from "./cmdline.ts";
import { hasMpTable } from "./mp_table.ts";

/** `MAX_LOCAL_APIC` of 64-bit kernels: no ID from here on can be registered. */
export const MAX_LOCAL_APIC = 0x8000;

export type RejectedBecause =
  | "placeholderId"
  | "notOnlineCapable"
  | "x2apicEntryOfLowId"
  | "noX2apicConfig"
  | "invalidForDriver"
  | "exceedsMaxLocalApic"
  | "disabledInFirmware"
  | "requestedOff"
  | "slotKeptForBootCpu"
  | "cpuLimit"
  | "inPresentPackage"
  | "apicDisabled"
  | "smpOff";

export interface Rejected {
  readonly apicId: number;
  readonly because: RejectedBecause;
  /** CPU number the log names beside it, where it names one. */
  readonly cpu: number;
  readonly enabled: boolean;
}

export interface Registration {
  /** APIC IDs of present CPUs by Linux CPU number; the boot CPU is number 0. */
  readonly present: readonly number[];
  /** Number of possible CPUs: `nr_cpu_ids`. */
  readonly possible: number;
  /** In table order. */
  readonly rejected: readonly Rejected[];
  /** Disabled slots that count as possible CPUs. */
  readonly hotplug: readonly number[];
}

export interface RegistrationInput extends Booting {
  /** Greatest ID the driver of stage A takes, null for any. */
  readonly driverMaxApicId: number | null;
  readonly x2apicConfig: boolean;
  /** No hypervisor was detected: `X86_HYPER_NATIVE`. */
  readonly native: boolean;
  readonly apicDisabled: boolean;
}

/** The CPUs as the kernel of that era counts them. */
export function registerCpus(input: RegistrationInput): Registration {
  if (input.apicDisabled) return bootCpuOnly(input);
  return input.era.enumeration === "topology_register_apic"
    ? registerTopology(input)
    : registerProcessors(input);
}

/**
 * Without a local APIC no MADT is read. An MP table is: from 6.9 on its other CPUs exceed the limit
 * of one CPU, before they were counted and cut off later.
 */
function bootCpuOnly({ machine, era }: RegistrationInput): Registration {
  const { cpus, firmware } = machine;
  const counts = era.enumeration === "topology_register_apic" && hasMpTable(machine);
  const why = counts
    ? { because: "cpuLimit", cpu: 1 } as const
    : { because: "apicDisabled", cpu: -1 } as const;
  const rejected = cpus.filter(({ apicId }) => apicId !== firmware.bootApicId)
    .map(({ apicId, enabled }) => ({ apicId, enabled, ...why }));
  return { present: [firmware.bootApicId], possible: 1, rejected, hotplug: [] };
}

/** Why an entry is passed over before anything is registered, or null. */
function ignoredEntry(
  entry: MadtProcessor,
  input: RegistrationInput,
  hasLapics: boolean,
): RejectedBecause | null {
  const { apicId } = entry;
  if (apicId === (entry.entry === "lapic" ? 0xff : 0xffff_ffff)) return "placeholderId";
  if (entry.entry === "x2apic" && !input.x2apicConfig) return "noX2apicConfig";
  if (!isUsable(entry, input)) return "notOnlineCapable";
  if (entry.entry === "lapic") return null;
  if (input.era.ignoresX2apicEntriesBelow255 && hasLapics && apicId < 0xff) {
    return "x2apicEntryOfLowId";
  }
  const { driverMaxApicId } = input;
  return driverMaxApicId !== null && apicId > driverMaxApicId ? "invalidForDriver" : null;
}

/** `acpi_is_processor_usable`. */
function isUsable(entry: MadtProcessor, { machine, era, native }: RegistrationInput): boolean {
  if (entry.enabled || era.disabledEntries === "all") return true;
  if (onlineCapableMeansSomething(machine)) return entry.onlineCapable ?? false;
  return era.disabledEntries === "onlineCapable" || !native;
}

/** From FADT 6.3 on; where the minor revision is not told, by an entry that carries the flag. */
function onlineCapableMeansSomething({ firmware, cpus }: Machine): boolean {
  const { fadtRevision = 0, fadtMinorRevision } = firmware;
  if (fadtRevision !== 6) return fadtRevision > 6;
  if (fadtMinorRevision !== undefined) return fadtMinorRevision >= 3;
  return cpus.some(({ onlineCapable }) => onlineCapable);
}

function lapicsUsable(input: RegistrationInput): boolean {
  return input.machine.cpus.some((entry) =>
    entry.entry === "lapic" && entry.apicId !== 0xff && isUsable(entry, input)
  );
}

/** Up to 6.8: `acpi_register_lapic` and `generic_processor_info`, entry by entry. */
function registerProcessors(input: RegistrationInput): Registration {
  const { machine: { cpus, kernel, firmware: { bootApicId } }, options } = input;
  const nrCpuIds = Math.min(options.nrCpus ?? Infinity, kernel.config.NR_CPUS);
  const hasLapics = lapicsUsable(input);
  const rejected: Rejected[] = [];
  const others: number[] = [];
  const hotplug: number[] = [];
  let bootSeen = false;
  let disabled = 0;
  const reject = ({ apicId, enabled }: MadtProcessor, because: RejectedBecause, cpu = -1) => {
    rejected.push({ apicId, because, cpu, enabled });
  };

  for (const entry of cpus) {
    const { apicId } = entry;
    const processors = others.length + (bootSeen ? 1 : 0);
    const ignored = ignoredEntry(entry, input, hasLapics);
    if (ignored) reject(entry, ignored);
    else if (apicId >= MAX_LOCAL_APIC) reject(entry, "exceedsMaxLocalApic");
    else if (!entry.enabled) {
      disabled++;
      hotplug.push(apicId);
    } else if (apicId === options.disableCpuApicid && apicId !== bootApicId) {
      reject(entry, "requestedOff", processors + disabled++);
    } else if (!bootSeen && processors >= nrCpuIds - 1 && apicId !== bootApicId) {
      reject(entry, "slotKeptForBootCpu", nrCpuIds - 1 + disabled++);
    } else if (processors >= nrCpuIds) reject(entry, "cpuLimit", nrCpuIds + disabled++);
    else if (apicId === bootApicId) bootSeen = true;
    else others.push(apicId);
  }

  const present = [bootApicId, ...others];
  const possible = prefillPossibleMap(present.length, disabled, nrCpuIds, options);
  return limited({ present, possible, rejected, hotplug }, options);
}

/** `prefill_possible_map`. */
function prefillPossibleMap(
  processors: number,
  disabled: number,
  nrCpuIds: number,
  { maxcpus, possibleCpus }: Options,
): number {
  const smpOff = maxcpus === 0;
  const wanted = possibleCpus ?? processors + (smpOff ? 0 : disabled);
  const possible = Math.min(wanted, nrCpuIds);
  return smpOff ? 1 : possible;
}

/** From 6.9 on: `topology_register_apic`, the boot CPU before all others. */
function registerTopology(input: RegistrationInput): Registration {
  const { machine: { cpus, kernel, firmware: { bootApicId } }, options, era } = input;
  const nrCpuIds = Math.min(
    options.maxcpus === 0 ? 1 : Infinity,
    options.possibleCpus ?? Infinity,
    options.nrCpus ?? Infinity,
    kernel.config.NR_CPUS,
  );
  const hasLapics = lapicsUsable(input);
  const packages = new Set([packageOf(bootApicId, input)]);
  const rejected: Rejected[] = [];
  const present = [bootApicId];
  const hotplug: number[] = [];
  const refusesHotplug = era.refusesHotplugInPresentPackage && input.native;

  for (const entry of cpus) {
    const { apicId, enabled } = entry;
    const because = ignoredEntry(entry, input, hasLapics) ??
      (apicId >= MAX_LOCAL_APIC ? "exceedsMaxLocalApic" : null) ??
      (apicId !== bootApicId && present.length >= nrCpuIds ? "cpuLimit" : null) ??
      (!enabled && refusesHotplug && packages.has(packageOf(apicId, input))
        ? "inPresentPackage"
        : null);
    if (because) rejected.push({ apicId, because, cpu: nrCpuIds, enabled });
    else if (!enabled) hotplug.push(apicId);
    else if (apicId !== bootApicId) {
      present.push(apicId);
      packages.add(packageOf(apicId, input));
    }
  }

  const possible = Math.min(present.length + hotplug.length, nrCpuIds);
  return limited({ present, possible, rejected, hotplug }, options);
}

/** Package of an ID; where the shift is not known every CPU counts as a package of its own. */
function packageOf(apicId: number, { machine }: RegistrationInput): number {
  return apicId >>> (machine.cpu.packageShift ?? 0);
}

/** `disable_smp` keeps the boot CPU alone; present CPUs beyond the possible ones are cut off. */
function limited(registration: Registration, { maxcpus }: Options): Registration {
  const possible = maxcpus === 0 ? 1 : registration.possible;
  if (registration.present.length <= possible) return registration;
  const because = maxcpus === 0 ? "smpOff" : "cpuLimit";
  const cut = registration.present.slice(possible)
    .map((apicId) => ({ apicId, because, cpu: -1, enabled: true } as const));
  return {
    ...registration,
    present: registration.present.slice(0, possible),
    possible,
    rejected: [...registration.rejected, ...cut],
  };
}
