/**
 * A whole machine from what a real machine's files tell: every field they leave open is filled by a
 * stated default, and said so.
 */
import type { Hints, MachineFields, MachineReading } from "../firmware/machine_fields.ts";
import {
  assumedConfig,
  assumedCpus,
  assumedDelivery,
  assumedDevices,
  assumedHypervisor,
  assumedIoapic,
  assumedKernel,
  assumedRemapping,
  type Guess,
  promisedLeaves,
} from "./assumptions.ts";
import type { Machine } from "./machine.ts";
import { parseMachine } from "./parse_machine.ts";

/** A field that no file tells, what it was taken to be, and on what ground. */
export interface Assumed {
  /** Its path in a machine file. */
  readonly field: string;
  readonly value: unknown;
  readonly because: string;
}

export interface CompleteMachine {
  readonly machine: Machine;
  /** In the order of a machine file's fields. */
  readonly assumed: readonly Assumed[];
}

/** What the machine is called, and a machine file that tells what its own files do not. */
export interface CompleteOptions {
  readonly name: string;
  readonly base?: Machine | undefined;
  readonly suppose?: Suppositions;
}

/** What no file tells and the boot may show. */
export interface Suppositions {
  /** The hypervisor promises 15-bit destinations. */
  readonly promise?: Guess<boolean>;
  /** The CPUs have x2APIC mode. */
  readonly x2apic?: Guess<boolean>;
}

/**
 * The machine of a reading.
 *
 * @throws {MachineError} when fields that the files tell contradict each other.
 */
export function completeMachine(
  { fields, hints }: MachineReading,
  { name, base, suppose = {} }: CompleteOptions,
): CompleteMachine {
  const gaps = new Gaps(base, { ...USUALLY, ...suppose });
  const machine = {
    name,
    kernel: kernelOf(fields, hints, gaps),
    cpu: cpuOf(fields, hints, gaps),
    ...restOf(fields, hints, gaps),
  };
  return { machine: parseMachine(machine, { file: name }), assumed: gaps.assumed };
}

const USUALLY: Required<Suppositions> = {
  promise: { value: false, because: "no file tells it, and nothing that happened shows it" },
  x2apic: { value: true, because: "no file tells it; CPUs have had x2APIC since 2008" },
};

/** Fills gaps, and keeps account of them. */
class Gaps {
  readonly assumed: Assumed[] = [];
  readonly suppose: Required<Suppositions>;
  readonly #base: CompleteOptions["base"];

  constructor(base: CompleteOptions["base"], suppose: Required<Suppositions>) {
    this.#base = base;
    this.suppose = suppose;
  }

  /** What is told, by the files or else by the machine file; else the guess. */
  fill<T>(field: string, told: T | undefined, guess: () => Guess<T>): T {
    const given = told === undefined ? this.#fromBase<T>(field) : told;
    if (given !== undefined) return given;
    const { value, because } = guess();
    this.assumed.push({ field, value, because });
    return value;
  }

  /** Optional members that only a machine file has. */
  extra<K extends "cpu" | "firmware">(section: K): Partial<Machine[K]> {
    return this.#base?.[section] ?? {};
  }

  #fromBase<T>(field: string): T | undefined {
    return field.split(/[.[\]]+/).filter(Boolean).reduce<unknown>(
      (inner, key) => (inner as Record<string, unknown> | null | undefined)?.[key],
      this.#base,
    ) as T | undefined;
  }
}

function kernelOf({ kernel }: MachineFields, { log }: Hints, gaps: Gaps) {
  const guess = assumedKernel();
  return {
    version: gaps.fill("kernel.version", kernel.version, () => guess.version),
    release: gaps.fill("kernel.release", kernel.release, () => guess.release),
    cmdline: gaps.fill("kernel.cmdline", kernel.cmdline, () => guess.cmdline),
    config: gaps.fill("kernel.config", kernel.config, () => assumedConfig(log)),
  };
}

function cpuOf({ cpu, remapping }: MachineFields, { log }: Hints, gaps: Gaps) {
  const { packageShift } = cpu;
  const amd = remapping?.vendor === "amd" || log.remapping.efr !== undefined;
  return {
    ...gaps.extra("cpu"),
    vendor: gaps.fill("cpu.vendor", cpu.vendor, () => ({
      value: amd ? "AuthenticAMD" : "GenuineIntel",
      because: amd ? "the remapping units are AMD's" : "no file tells it; most are",
    })),
    x2apic: gaps.fill("cpu.x2apic", cpu.x2apic, () => gaps.suppose.x2apic),
    arat: gaps.fill("cpu.arat", cpu.arat, () => ({
      value: true,
      because: "no file tells it, and the log does not give HPET timers to the CPUs",
    })),
    ...(packageShift !== undefined && { packageShift }),
  };
}

function restOf(fields: MachineFields, hints: Hints, gaps: Gaps) {
  const hypervisor = hypervisorOf(fields, hints, gaps);
  const cpus = gaps.fill("cpus", fields.cpus, () => assumedCpus(hints));
  return {
    hypervisor,
    firmware: firmwareOf(fields, cpus, gaps),
    cpus,
    ioapics: gaps.fill("ioapics", fields.ioapics, () => assumedIoapic()).map((ioapic, i) => ({
      ...ioapic,
      pins: gaps.fill(`ioapics[${i}].pins`, ioapic.pins, () => ({
        value: 24,
        because: "the log does not print them; most have 24",
      })),
    })),
    hpet: hpetOf(fields, gaps),
    remapping: gaps.fill("remapping", fields.remapping, () => assumedRemapping(hints.log)),
    delivery: gaps.fill("delivery", undefined, () => assumedDelivery(hypervisor, hints)),
    devices: gaps.fill("devices", fields.devices, () => assumedDevices(hints)),
  };
}

function hypervisorOf(fields: MachineFields, hints: Hints, gaps: Gaps): Machine["hypervisor"] {
  const told = withBit(fields, gaps) ??
    gaps.fill("hypervisor", undefined, () => assumedHypervisor(hints));
  if (!hints.promiseUntold) return told;
  const leaves = promisedLeaves(told);
  const { value, because } = gaps.suppose.promise;
  const added = Object.entries(leaves).flatMap(([leaf, words]) => {
    const field = `hypervisor.leaves.${leaf}`;
    const guess = { value: value ? words : null, because };
    const filled = gaps.fill<typeof words | null>(field, told.leaves[leaf], () => guess);
    return filled ? [[leaf, filled] as const] : [];
  });
  return { ...told, leaves: { ...told.leaves, ...Object.fromEntries(added) } };
}

function withBit({ hypervisor }: MachineFields, gaps: Gaps): Machine["hypervisor"] | undefined {
  if (!hypervisor) return undefined;
  const { signature, base, leaves, cpuidHypervisorBit } = hypervisor;
  const guess = { value: signature !== null, because: "CPUID leaf 1 was not asked for" };
  return {
    cpuidHypervisorBit: gaps.fill(
      "hypervisor.cpuidHypervisorBit",
      cpuidHypervisorBit,
      () => guess,
    ),
    signature,
    base,
    leaves: Object.fromEntries(
      Object.entries(leaves).map(([leaf, [eax, ebx, ecx, edx]]) => [leaf, [eax, ebx, ecx, edx]]),
    ),
  };
}

function firmwareOf(
  { firmware }: MachineFields,
  cpus: Machine["cpus"],
  gaps: Gaps,
): Machine["firmware"] {
  const first = cpus.find(({ enabled }) => enabled)?.apicId ?? 0;
  const bootApicId = gaps.fill("firmware.bootApicId", firmware.bootApicId, () => ({
    value: first,
    because: "it is the first processor that is enabled",
  }));
  const x2apicEnabled = gaps.fill("firmware.x2apicEnabled", firmware.x2apicEnabled, () => ({
    value: bootApicId > 0xff,
    because: bootApicId > 0xff
      ? "an xAPIC could not hold the boot processor's ID"
      : "no log tells it; most firmware leaves xAPIC mode",
  }));
  return { ...gaps.extra("firmware"), ...firmware, bootApicId, x2apicEnabled };
}

function hpetOf({ hpet }: MachineFields, gaps: Gaps): Machine["hpet"] {
  const found = gaps.fill("hpet", hpet, () => ({ value: null, because: "no file tells of one" }));
  if (!found) return null;
  const fsb = gaps.fill("hpet.fsb", found.fsb, () => ({
    value: false,
    because: "its registers are not given, and the log does not give its timers to the CPUs",
  }));
  return { ...found, fsb };
}
