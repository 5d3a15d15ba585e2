/** Small edits of a machine; each yields null where there is nothing of the kind to edit. */
import type { DmarUnit, IntelRemapping, Machine } from "../machine/machine.ts";

/** The machine after one change; null where there is nothing of the kind to change. */
export type MachineEdit = (machine: Machine) => Machine | null;

export function isGuest({ hypervisor }: Machine): boolean {
  return hypervisor.signature !== null;
}

/** Takes words off the command line: exact ones, or whole options by their name. */
export function withoutOptions(names: readonly string[]): MachineEdit {
  return (machine) => {
    const words = machine.kernel.cmdline.split(/\s+/);
    const kept = words.filter((word) => !names.includes(word) && !names.includes(nameOf(word)));
    return kept.length === words.length ? null : withCmdline(machine, kept.join(" "));
  };
}

function nameOf(word: string): string {
  return word.split("=", 1)[0]!;
}

export function withOption(option: string, applies: (machine: Machine) => boolean): MachineEdit {
  return (machine) => {
    const { cmdline } = machine.kernel;
    return applies(machine) ? withCmdline(machine, `${cmdline} ${option}`.trim()) : null;
  };
}

function withCmdline(machine: Machine, cmdline: string): Machine {
  return { ...machine, kernel: { ...machine.kernel, cmdline } };
}

export function intelOf({ remapping }: Machine): IntelRemapping | undefined {
  return remapping?.vendor === "intel" ? remapping : undefined;
}

/** Changes the units that need it. */
export function withUnits(
  needs: (unit: DmarUnit) => boolean,
  parts: Partial<DmarUnit>,
): MachineEdit {
  return (machine) => {
    const remapping = intelOf(machine);
    if (!remapping?.units.some(needs)) return null;
    const units = remapping.units.map((unit) => ({ ...unit, ...parts }));
    return { ...machine, remapping: { ...remapping, units } };
  };
}

export const withRemappingOn: MachineEdit = (machine) => {
  const remapping = intelOf(machine);
  if (!remapping) return null;
  const off = !remapping.intrRemapFlag || remapping.units.some(({ ir }) => ir === false);
  if (!off) return null;
  const units = remapping.units.map((unit) => ({ ...unit, ir: true }));
  return { ...machine, remapping: { ...remapping, intrRemapFlag: true, units } };
};

/** One unit for everything, as QEMU's intel-iommu makes it. */
export const withVtd: MachineEdit = (machine) => {
  if (machine.remapping !== null) return null;
  const unit: DmarUnit = {
    address: "0xfed90000",
    segment: 0,
    includeAll: true,
    ioapics: machine.ioapics.map(({ id }) => id),
    hpets: [],
    devices: [],
    ir: true,
    eim: true,
  };
  const remapping = { vendor: "intel", intrRemapFlag: true, x2apicOptOut: false } as const;
  return { ...machine, remapping: { ...remapping, units: [unit] } };
};

/** EFR bit 7 GASup, bit 2 XTSup, and bit 46, which Linux 5.4 to 5.10 wants to see too. */
const XT_FEATURES = 1n << 7n | 1n << 2n | 1n << 46n;

export const withXt: MachineEdit = (machine) => {
  const { remapping } = machine;
  if (remapping?.vendor !== "amd" || remapping.xt) return null;
  const efr = BigInt(remapping.efr ?? 0) | XT_FEATURES;
  const ivhdTypes = [...new Set([...remapping.ivhdTypes, "0x11"])];
  const features = { ga: true, xt: true, efr: `0x${efr.toString(16)}`, ivhdTypes };
  return { ...machine, remapping: { ...remapping, ...features } };
};

/** Every I/O APIC and HPET that no unit names goes to the first unit. */
export const intoScope: MachineEdit = (machine) => {
  const remapping = intelOf(machine);
  const [first, ...others] = remapping?.units ?? [];
  if (!remapping || !first) return null;
  const named = remapping.units.flatMap(({ ioapics }) => ioapics);
  const timed = remapping.units.flatMap(({ hpets }) => hpets);
  const ioapics = machine.ioapics.map(({ id }) => id).filter((id) => !named.includes(id));
  const hpets = machine.hpet && !timed.includes(machine.hpet.id) ? [machine.hpet.id] : [];
  if (ioapics.length + hpets.length === 0) return null;
  const whole = {
    ...first,
    ioapics: [...first.ioapics, ...ioapics],
    hpets: [...first.hpets, ...hpets],
  };
  return { ...machine, remapping: { ...remapping, units: [whole, ...others] } };
};

/** Where each hypervisor says that it reads 15 destination bits. */
const PROMISES: Readonly<
  Partial<Record<string, readonly (readonly [offset: number, bit: number])[]>>
> = {
  kvm: [[1, 15]],
  xen: [[4, 5]],
  bhyve: [[1, 0]],
  hyperv: [[0x82, 2]],
};

/** Hyper-V's further leaves count only behind this one, up to Linux 6.14. */
const VS_SIGNATURE = ["0x31235356", "0x00000000", "0x00000000", "0x00000000"] as const;

export const withExtDestId: MachineEdit = (machine) => {
  const { hypervisor, delivery } = machine;
  const promises = PROMISES[hypervisor.signature ?? ""];
  if (!promises || delivery.messageDestBits === 15) return null;
  const base = Number(hypervisor.base ?? 0x4000_0000);
  const leaves = promises.reduce((all, [offset, bit]) => withBit(all, base + offset, bit), {
    ...hypervisor.leaves,
    ...hypervisor.signature === "hyperv" ? { "40000081": VS_SIGNATURE } : {},
  });
  return {
    ...machine,
    hypervisor: { ...hypervisor, leaves },
    delivery: { ...delivery, messageDestBits: 15 },
  };
};

type Leaves = Machine["hypervisor"]["leaves"];

function withBit(leaves: Leaves, leaf: number, bit: number): Leaves {
  const name = leaf.toString(16).padStart(8, "0");
  const key = `0x${name}` in leaves ? `0x${name}` : name;
  const [eax, ebx, ecx, edx] = leaves[key] ?? ["0x0", "0x0", "0x0", "0x0"];
  const set = BigInt(eax) | 1n << BigInt(bit);
  return { ...leaves, [key]: [`0x${set.toString(16)}`, ebx, ecx, edx] };
}

/** IDs 0, 1, 2 … in table order; the boot CPU stays the same entry. */
export const withoutGaps: MachineEdit = (machine) => {
  const { cpus, firmware } = machine;
  if (cpus.every(({ apicId }) => apicId < cpus.length)) return null;
  const bootApicId = Math.max(0, cpus.findIndex(({ apicId }) => apicId === firmware.bootApicId));
  return {
    ...machine,
    cpus: cpus.map((cpu, id) => ({ ...cpu, apicId: id, entry: id < 255 ? "lapic" : "x2apic" })),
    firmware: { ...firmware, bootApicId },
  };
};

const WANTED = ["X86_X2APIC", "IRQ_REMAP", "INTEL_IOMMU", "AMD_IOMMU", "KVM_GUEST"] as const;

export const withWholeConfig: MachineEdit = (machine) => {
  const { config } = machine.kernel;
  const enough = WANTED.every((option) => config[option]) && config.NR_CPUS >= machine.cpus.length;
  if (enough) return null;
  const on = Object.fromEntries(WANTED.map((option) => [option, true]));
  const NR_CPUS = Math.max(config.NR_CPUS, machine.cpus.length);
  return { ...machine, kernel: { ...machine.kernel, config: { ...config, ...on, NR_CPUS } } };
};
