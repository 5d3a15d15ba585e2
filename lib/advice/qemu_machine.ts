/**
 * The machine that stock QEMU makes of a machine: a q35 under KVM or software emulation. What a
 * test expects is asked of this one, and every difference from the machine meant is told.
 */
import { EXT_DEST_ID_PROMISES, isPromised } from "../firmware/hypervisor_leaves.ts";
import type { Machine, PciFunction } from "../machine/machine.ts";
import { type Packing, packingOf } from "./apic_id_packing.ts";

/** Who runs the guest's CPUs. */
export type Accelerator = "kvm" | "tcg";

/** What QEMU is asked for. */
export interface QemuPlan {
  readonly accelerator: Accelerator;
  readonly packing: Packing;
  /** The hypervisor promises 15-bit destinations. */
  readonly extDestId: boolean;
  /** The machine that comes of it. */
  readonly machine: Machine;
}

/** Why there is no such plan. */
export interface NoPlan {
  readonly impossible: string;
}

/** How QEMU would make this machine, or why it cannot. */
export function planOf(machine: Machine): QemuPlan | NoPlan {
  const { kernel, hypervisor: { signature } } = machine;
  if (kernel.version === "mail") return { impossible: "the mail's rule is no kernel that boots" };
  if (signature !== null && signature !== "kvm" && signature !== "tcg") {
    return { impossible: `stock QEMU is no ${signature}` };
  }
  const packing = packingFor(machine);
  const accelerator = signature === "kvm" ? "kvm" : "tcg";
  const plan = { accelerator, packing, extDestId: promises(machine) } as const;
  return { ...plan, machine: emulated(machine, plan) };
}

/** CPUs that no topology has are left out, the greatest IDs first. */
function packingFor({ cpus }: Machine): Packing {
  const listed = cpus.map(({ apicId }) => apicId);
  const enabled = cpus.filter((cpu) => cpu.enabled).map(({ apicId }) => apicId);
  const wanted = [...new Set([FIRST, ...enabled])].toSorted((a, b) => a - b);
  for (let count = wanted.length; count > 1; count--) {
    const packing = packingOf(wanted.slice(0, count), listed);
    if (packing) return packing;
  }
  return packingOf([FIRST])!;
}

/** The APIC ID of QEMU's first CPU, which is always there. */
const FIRST = 0;

function promises({ hypervisor: { signature, base, leaves } }: Machine): boolean {
  const promise = EXT_DEST_ID_PROMISES.find(({ hypervisor }) => hypervisor === signature);
  if (!promise || signature !== "kvm" || base === null) return false;
  const words = leaves[(Number(base) + promise.leaf).toString(16)];
  return words !== undefined && isPromised(promise, Number(words[0]));
}

type Choices = Omit<QemuPlan, "machine">;

function emulated(machine: Machine, choices: Choices): Machine {
  const { name, kernel, cpu: { vendor, x2apic, arat } } = machine;
  const present = new Set(choices.packing.present);
  const devices = devicesOf(machine);
  return {
    name,
    kernel: { ...kernel, cmdline: cmdlineOf(kernel.cmdline) },
    cpu: { vendor, x2apic, arat },
    hypervisor: hypervisorOf(machine, choices),
    firmware: { x2apicEnabled: x2apic && Math.max(...present) >= 0xff, bootApicId: 0 },
    cpus: choices.packing.slots.map((apicId) => ({
      apicId,
      entry: apicId < 0xff ? "lapic" : "x2apic",
      enabled: present.has(apicId),
    })),
    ioapics: [{ id: 0, address: "0xfec00000", gsiBase: 0, pins: 24 }],
    hpet: hpetOf(machine),
    remapping: remappingOf(machine, devices),
    delivery: { messageDestBits: choices.extDestId ? 15 : 8, compatPassesRemapping: true },
    devices,
  };
}

/** What a serial line needs to be read. */
function cmdlineOf(cmdline: string): string {
  return /\bconsole=ttyS0\b/.test(cmdline) ? cmdline : `${cmdline} console=ttyS0`.trim();
}

/** Source: QEMU target/i386/cpu.c cpu_x86_cpuid, kvm/kvm.c kvm_arch_init_vcpu. */
function hypervisorOf(
  { hypervisor: { cpuidHypervisorBit, signature } }: Machine,
  { extDestId }: Choices,
): Machine["hypervisor"] {
  if (signature === null) return { cpuidHypervisorBit, signature, base: null, leaves: {} };
  const zero = "0x00000000";
  const leaves: Machine["hypervisor"]["leaves"] = signature === "tcg"
    ? { "40000000": ["0x40000001", "0x54474354", "0x43544743", "0x47435447"] }
    : {
      "40000000": ["0x40000001", "0x4b4d564b", "0x564b4d56", "0x0000004d"],
      ...(extDestId && { "40000001": ["0x00008000", zero, zero, zero] }),
    };
  return { cpuidHypervisorBit, signature, base: "0x40000000", leaves };
}

/** Source: QEMU hw/timer/hpet.c, 3 to 32 timers. */
function hpetOf({ hpet }: Machine): Machine["hpet"] {
  return hpet && { id: 0, fsb: hpet.fsb, timers: Math.min(32, Math.max(3, hpet.timers)) };
}

const NONE = { msi: 0, msix: 0, uses: "none" } as const;
const HOST_BRIDGE: PciFunction = { ...NONE, bdf: "0000:00:00.0", id: "8086:29c0", class: "060000" };
const AMD_UNIT = {
  bdf: "0000:00:01.0",
  id: "1022:1419",
  class: "080600",
  msi: 1,
  msix: 0,
} as const;
const ROOT_PORT: PciFunction = {
  bdf: "0000:00:03.0",
  id: "1b36:000c",
  class: "060400",
  msi: 0,
  msix: 1,
  uses: "msix",
};
const SOUTHBRIDGE: readonly PciFunction[] = [
  { ...NONE, bdf: "0000:00:1f.0", id: "8086:2918", class: "060100" },
  { ...NONE, bdf: "0000:00:1f.2", id: "8086:2922", class: "010601", msi: 1 },
  { ...NONE, bdf: "0000:00:1f.3", id: "8086:2930", class: "0c0500" },
];

/** A root port, whose driver every kernel has built in, sends the messages of all PCI functions. */
function devicesOf({ remapping }: Machine): PciFunction[] {
  const unit = remapping?.vendor !== "amd"
    ? []
    : [{ ...AMD_UNIT, uses: remapping.xt ? "none" as const : "msi" as const }];
  return [HOST_BRIDGE, ...unit, ROOT_PORT, ...SOUTHBRIDGE];
}

/** Source: QEMU hw/i386/acpi-build.c build_dmar_q35, build_amd_iommu. */
function remappingOf(
  { remapping }: Machine,
  devices: readonly PciFunction[],
): Machine["remapping"] {
  if (remapping?.vendor === "amd") {
    const { xt, ioapics } = remapping;
    return {
      vendor: "amd",
      ivhdTypes: ["0x10", "0x11"],
      efr: xt ? "0x29d7" : "0x29d3",
      ga: true,
      xt,
      ioapics: ioapics.length > 0 ? [{ id: 0, requesterId: "0x00a0" }] : [],
      hpets: [],
    };
  }
  if (remapping?.vendor !== "intel") return null;
  const ir = remapping.intrRemapFlag && remapping.units.some((unit) => unit.ir !== false);
  return {
    vendor: "intel",
    intrRemapFlag: ir,
    x2apicOptOut: false,
    units: [{
      address: "0xfed90000",
      segment: 0,
      includeAll: false,
      ioapics: [0],
      hpets: [],
      devices: devices.map(({ bdf }) => bdf),
      ir,
      eim: ir && remapping.units.every(({ eim }) => eim !== false),
    }],
  };
}
