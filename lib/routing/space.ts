/**
 * The space of configurations in which x86 Linux decides how interrupts are routed, as data: axes,
 * and on each axis one representative of every class of inputs that the decisions can tell apart.
 *
 * Why the classes cover the whole space: decisions read APIC IDs only by comparing them with 254,
 * 255, 32767 and the limits made of these, and logical destinations set the first eight IDs apart;
 * so one ID between each two stands for all. They read the number of CPUs only against 8; a
 * hypervisor enters by what it vouches for, by whether it offers 15 bits, and as Hyper-V or
 * Jailhouse by name; versions enter by the era alone; all other inputs are flags. A (device, CPU)
 * pair is judged by itself, so a machine with a CPU of every class stands for all machines with
 * some of them.
 */
import type { Machine } from "../machine/machine.ts";

/** What may differ, and how. The first choice is the plain one. */
export interface Axis {
  /** What differs, such as `platform`. */
  readonly name: string;
  /** At least one; sweeps go through them in this order. */
  readonly choices: readonly AxisChoice[];
}

/** One way in which machines differ on an axis. */
export interface AxisChoice {
  /** Such as `KVM, 15 bits`. */
  readonly name: string;
  /** The machine with this choice made. */
  readonly make: (machine: Machine) => Machine;
}

const BRIDGE = "0000:00:1f.0";
const DISK = "0000:00:1f.2";

/** A bare machine of nothing but small APIC IDs: every first choice. */
export const PLAIN: Machine = {
  name: "plain",
  kernel: {
    version: "6.1",
    release: "6.1.0",
    cmdline: "",
    config: {
      X86_X2APIC: true,
      IRQ_REMAP: true,
      INTEL_IOMMU: true,
      INTEL_IOMMU_DEFAULT_ON: true,
      AMD_IOMMU: true,
      HYPERV_IOMMU: true,
      KVM_GUEST: true,
      XEN: true,
      ACRN_GUEST: true,
      BHYVE_GUEST: true,
      JAILHOUSE_GUEST: true,
      NR_CPUS: 8192,
    },
  },
  cpu: { vendor: "GenuineIntel", x2apic: true, arat: true },
  hypervisor: { cpuidHypervisorBit: false, signature: null, base: null, leaves: {} },
  firmware: { x2apicEnabled: false, bootApicId: 0 },
  cpus: [],
  ioapics: [{ id: 0, address: "0xfec00000", gsiBase: 0, pins: 24 }],
  hpet: { id: 0, fsb: true, timers: 8 },
  remapping: null,
  delivery: { messageDestBits: 8, compatPassesRemapping: false },
  devices: [
    { bdf: BRIDGE, id: "8086:2918", class: "060100", msi: 0, msix: 0, uses: "none" },
    { bdf: DISK, id: "8086:2922", class: "010601", msi: 1, msix: 0, uses: "msi" },
  ],
};

function axis(name: string, choices: Readonly<Record<string, AxisChoice["make"]>>): Axis {
  return { name, choices: Object.entries(choices).map(([name, make]) => ({ name, make })) };
}

/** One version for each era of the table, the mail's among them. */
export const KERNEL: Axis = axis(
  "kernel",
  Object.fromEntries(
    ["6.1", "mail", "4.1", "4.3", "4.19", "5.4", "5.10", "6.2", "6.6", "6.12", "6.18", "7.3"]
      .map((version) => [version, withKernel(version)]),
  ),
);

function withKernel(version: string): AxisChoice["make"] {
  const release = version === "mail" ? "5.11.0-rc0" : `${version}.0`;
  return (machine) => ({ ...machine, kernel: { ...machine.kernel, version, release } });
}

/** How the CPUs stand when firmware hands over. */
export const FIRMWARE: Axis = axis("firmware", {
  "xAPIC": (machine) => machine,
  "x2APIC": (machine) => ({ ...machine, firmware: { ...machine.firmware, x2apicEnabled: true } }),
  "x2APIC locked": (machine) => ({
    ...machine,
    cpu: { ...machine.cpu, xapicLocked: true },
    firmware: { ...machine.firmware, x2apicEnabled: true },
  }),
  "CPU without x2APIC": (machine) => ({ ...machine, cpu: { ...machine.cpu, x2apic: false } }),
  "NumaConnect": (machine) => ({
    ...machine,
    firmware: { ...machine.firmware, oemId: "NUMASC", oemTableId: "NCONNECT" },
  }),
});

type Leaf = readonly [eax: number, ebx: number, ecx: number, edx: number];

/** A guest whose hypervisor promises 15 destination bits runs on a machine that reads them. */
function guest(
  signature: NonNullable<Machine["hypervisor"]["signature"]>,
  leaves: Readonly<Record<number, Leaf>>,
  delivery: Partial<Machine["delivery"]> = {},
): AxisChoice["make"] {
  const hypervisor = {
    cpuidHypervisorBit: true,
    signature,
    base: "0x40000000",
    leaves: Object.fromEntries(Object.entries(leaves).map(leafText)),
  } as const;
  return (machine) => ({
    ...machine,
    hypervisor,
    delivery: { ...machine.delivery, ...delivery },
  });
}

function leafText([number, words]: readonly [string, Leaf]) {
  const hex = (word: number) => `0x${word.toString(16).padStart(8, "0")}`;
  return [Number(number).toString(16), words.map(hex)];
}

/** Twelve characters of a signature as EBX, ECX and EDX hold them. */
function signed(maxLeaf: number, text: string): Leaf {
  const word = (at: number) =>
    [0, 1, 2, 3].reduce((sum, i) => sum + text.charCodeAt(at + i) * 256 ** i, 0);
  return [maxLeaf, word(0), word(4), word(8)];
}

const NONE: Leaf = [0, 0, 0, 0];
const HYPERV = signed(0x4000_0082, "Microsoft Hv");
const HYPERV_MSRS: Leaf = [0x60, 0, 0, 0];
const HYPERV_ROOT: Leaf = [0x60, 1 << 12, 0, 0];
const HYPERV_STACK: Leaf = [0x3123_5356, 0, 0, 0];

/** What the platform vouches for. */
export const PLATFORM: Axis = axis("platform", {
  "bare metal": (machine) => machine,
  "KVM": guest("kvm", {
    0x4000_0000: signed(0x4000_0001, "KVMKVMKVM\0\0\0"),
    0x4000_0001: NONE,
  }),
  "KVM, 0xFF is everyone": guest("kvm", {
    0x4000_0000: signed(0x4000_0001, "KVMKVMKVM\0\0\0"),
    0x4000_0001: NONE,
  }, { apic: "kvm", kvmBroadcastQuirk: true }),
  "KVM, 15 bits": guest("kvm", {
    0x4000_0000: signed(0x4000_0001, "KVMKVMKVM\0\0\0"),
    0x4000_0001: [1 << 15, 0, 0, 0],
  }, { messageDestBits: 15 }),
  "Hyper-V": guest("hyperv", { 0x4000_0000: HYPERV, 0x4000_0003: HYPERV_MSRS }),
  "Hyper-V, 15 bits": guest("hyperv", {
    0x4000_0000: HYPERV,
    0x4000_0003: HYPERV_MSRS,
    0x4000_0081: HYPERV_STACK,
    0x4000_0082: [4, 0, 0, 0],
  }, { messageDestBits: 15 }),
  "Hyper-V root": guest("hyperv", { 0x4000_0000: HYPERV, 0x4000_0003: HYPERV_ROOT }),
  "VMware that does not vouch": guest("vmware", {
    0x4000_0000: signed(0x4000_0010, "VMwareVMware"),
  }),
  "Jailhouse": guest("jailhouse", { 0x4000_0000: signed(0x4000_0001, "Jailhouse\0\0\0") }),
});

/** The options that bear on the decision; each may stand beside each. */
export const CMDLINE: Axis = axis(
  "cmdline",
  Object.fromEntries(
    subsets(["nox2apic", "x2apic_phys", "noapic", "intremap=off"]).map((options) => {
      const cmdline = options.join(" ");
      const make: AxisChoice["make"] = (machine) => ({
        ...machine,
        kernel: { ...machine.kernel, cmdline },
      });
      return [cmdline || "no options", make];
    }),
  ),
);

function subsets<T>([first, ...rest]: readonly T[]): readonly (readonly T[])[] {
  if (first === undefined) return [[]];
  return subsets(rest).flatMap((subset) => [subset, [first, ...subset]]);
}

type Intel = Extract<NonNullable<Machine["remapping"]>, { vendor: "intel" }>;
type Amd = Extract<NonNullable<Machine["remapping"]>, { vendor: "amd" }>;

function intel(
  unit: Partial<Intel["units"][number]> = {},
  table: Partial<Intel> = {},
): AxisChoice["make"] {
  const whole: Intel["units"][number] = {
    address: "0xfed90000",
    segment: 0,
    includeAll: true,
    ioapics: [0],
    hpets: [],
    devices: [],
    ir: true,
    eim: true,
    ...unit,
  };
  const remapping: Intel = {
    vendor: "intel",
    intrRemapFlag: true,
    x2apicOptOut: false,
    units: [whole],
    ...table,
  };
  return (machine) => ({ ...machine, remapping });
}

/** Both places where eras look for the southbridge's I/O APIC: 00:14.0, and an ISA bridge. */
const IN_SOUTHBRIDGE = [{ id: 0, requesterId: "0x00a0" }] as const;
const XT = 1 << 2 | 1 << 7;
const MSI_CAP_MMIO = 2 ** 46;

function amd(table: Partial<Amd>): AxisChoice["make"] {
  const remapping: Amd = {
    vendor: "amd",
    ivhdTypes: ["0x10", "0x11"],
    efr: "0x80",
    ga: true,
    xt: false,
    ioapics: IN_SOUTHBRIDGE,
    hpets: [],
    ...table,
  };
  return (machine) => ({ ...machine, remapping, devices: withSouthbridge(machine.devices) });
}

function withSouthbridge(devices: Machine["devices"]): Machine["devices"] {
  const smbus = { bdf: "0000:00:14.0", id: "1022:790b", class: "0c0500" } as const;
  return [...devices, { ...smbus, msi: 0, msix: 0, uses: "none" }];
}

/** The tables of the remapping hardware and what they allow. */
export const REMAPPING: Axis = axis("remapping", {
  "none": (machine) => machine,
  "VT-d with EIM": intel(),
  "VT-d with EIM, HPET in scope": intel({ hpets: [0] }),
  "VT-d without EIM": intel({ eim: false }),
  "VT-d without EIM, HPET in scope": intel({ eim: false, hpets: [0] }),
  "VT-d opted out": intel({}, { x2apicOptOut: true }),
  "VT-d flag clear": intel({}, { intrRemapFlag: false }),
  "VT-d, unit cannot remap": intel({ ir: false }),
  "VT-d, I/O APIC in no scope": intel({ ioapics: [] }),
  "VT-d with EIM, disk in no scope": intel({ includeAll: false, devices: [BRIDGE] }),
  "VT-d with EIM, disk of two messages": (machine) => ({
    ...intel()(machine),
    devices: machine.devices.map((device) => device.bdf === DISK ? { ...device, msi: 2 } : device),
  }),
  "AMD with XT": amd({ xt: true, efr: `0x${(XT + MSI_CAP_MMIO).toString(16)}` }),
  "AMD with XT, HPET listed": amd({
    xt: true,
    efr: `0x${(XT + MSI_CAP_MMIO).toString(16)}`,
    hpets: [{ id: 0, requesterId: "0x00a0" }],
  }),
  "AMD without XT": amd({}),
  "AMD, 32-bit entries": amd({ ga: false, efr: "0x0" }),
  "AMD, no southbridge": amd({ ioapics: [{ id: 0, requesterId: "0x0030" }] }),
  "AMD, I/O APIC not listed": amd({ ioapics: [] }),
});

/** Who gives the CPUs their timers: they themselves, or the HPET by messages. */
export const TIMERS: Axis = axis("timers", {
  "ARAT": (machine) => machine,
  "HPET messages": (machine) => ({ ...machine, cpu: { ...machine.cpu, arat: false } }),
});

/** One APIC ID of every class; the boot CPU's first. */
const OF_EVERY_CLASS = [0, 1, 254, 255, 300, 40_000] as const;

function cpus(ids: readonly number[]): AxisChoice["make"] {
  const entries = ids.map((apicId) => ({
    apicId,
    entry: apicId < 255 ? "lapic" : "x2apic",
    enabled: true,
  } as const));
  return (machine) => ({
    ...machine,
    cpus: entries,
    ...startsOn(machine, ids[0]!),
  });
}

/** A boot CPU above 254 can only run in x2APIC mode. */
function startsOn({ cpu, firmware }: Machine, bootApicId: number) {
  if (bootApicId < 255) return { firmware: { ...firmware, bootApicId } };
  return {
    cpu: { ...cpu, x2apic: true },
    firmware: { ...firmware, bootApicId, x2apicEnabled: true },
  };
}

/** Which APIC IDs there are. */
export const CPUS: Axis = axis("CPUs", {
  "IDs 0 and 1": cpus([0, 1]),
  "nine small IDs": cpus([0, 1, 2, 3, 4, 5, 6, 7, 8]),
  "IDs up to 255": cpus([0, 1, 254, 255]),
  "IDs of every class": cpus(OF_EVERY_CLASS),
  "boot CPU 255 in x2APIC mode, IDs of every class": cpus([255, 0, 1, 254, 300, 40_000]),
  "boot CPU 300 in x2APIC mode, IDs of every class": cpus([300, 0, 1, 254, 255, 40_000]),
});

/** The whole space: {@link sizeOf} tells how many configurations. */
export const SPACE: readonly Axis[] = [
  KERNEL,
  FIRMWARE,
  PLATFORM,
  CMDLINE,
  REMAPPING,
  TIMERS,
  CPUS,
];

/** How many configurations a space has. */
export function sizeOf(axes: readonly Axis[]): number {
  return axes.reduce((product, { choices }) => product * choices.length, 1);
}

/**
 * The machine of some choices, the others plain: `machineWith({ platform: "KVM, 15 bits" })`.
 *
 * @throws {RangeError} for an axis or a choice that the space does not have.
 */
export function machineWith(choices: Readonly<Record<string, string>>): Machine {
  const unknown = Object.keys(choices).find((name) => !SPACE.some((axis) => axis.name === name));
  if (unknown !== undefined) {
    const known = SPACE.map(({ name }) => name).join(", ");
    throw new RangeError(`Cannot choose "${unknown}": the axes are ${known}`);
  }
  return SPACE.reduce((machine, axis) => chosen(axis, choices[axis.name]).make(machine), PLAIN);
}

function chosen({ name, choices }: Axis, wanted: string | undefined): AxisChoice {
  const found = wanted === undefined ? choices[0] : choices.find((each) => each.name === wanted);
  if (found) return found;
  const known = choices.map((each) => each.name).join("; ");
  throw new RangeError(`Cannot choose ${name} "${wanted}": there are ${known}`);
}
