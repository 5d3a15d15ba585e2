/** Machines QEMU can be: for each the options that make it and the machine file that tells it. */
import { kernelConfigIn } from "../../lib/firmware/kernel_texts.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { parseMachine } from "../../lib/machine/parse_machine.ts";
import type { GuestFiles } from "./debian.ts";

export interface Emulated {
  readonly title: string;
  readonly qemu: readonly string[];
  readonly machine: Machine;
}

export const cmdline = "console=ttyS0 quiet panic=-1 no_timer_check";

/** The kernel that will boot: its release and its configuration as text. */
export type GuestKernel = Pick<GuestFiles, "release" | "config">;

/** The machines under that kernel. */
export function emulatedMachines(kernel: GuestKernel): readonly Emulated[] {
  return [
    {
      title: "three CPUs",
      qemu: ["-smp", "3"],
      machine: machine(kernel, { cpus: present([0, 1, 2]) }),
    },
    {
      title: "two sockets of 127 cores, one core each present: APIC IDs 0 and 254",
      qemu: ["-smp", "1,maxcpus=254,sockets=2,cores=127", "-device", lastCore],
      machine: machine(kernel, { cpus: sparse }),
    },
    {
      title: "a VT-d unit without extended interrupt mode",
      qemu: ["-smp", "3", "-device", "intel-iommu,intremap=on,eim=off"],
      machine: machine(kernel, { cpus: present([0, 1, 2]), remapping: vtd }),
    },
  ];
}

/** A processor that cannot do x2APIC, as all of them under emulation before QEMU 9; with ARAT. */
export const processor = "Nehalem,-x2apic,+arat";
const lastCore = "Nehalem-x86_64-cpu,x2apic=off,arat=on,socket-id=1,core-id=126,thread-id=0";

function present(ids: readonly number[]) {
  return ids.map((apicId) => ({ apicId, entry: "lapic", enabled: true }));
}

/** A socket of 127 cores takes 128 APIC IDs; QEMU lists every core, present or not. */
const sparse = [0, 128].flatMap((socket) =>
  Array.from({ length: 127 }, (_, core) => {
    const apicId = socket + core;
    return { apicId, entry: "lapic", enabled: apicId === 0 || apicId === 254 };
  })
);

const functions = [
  { bdf: "0000:00:00.0", id: "8086:29c0", class: "060000", uses: "none" },
  { bdf: "0000:00:01.0", id: "1b36:000c", class: "060400", msix: 1, uses: "msix" },
  { bdf: "0000:00:1f.0", id: "8086:2918", class: "060100", uses: "none" },
  { bdf: "0000:00:1f.2", id: "8086:2922", class: "010601", msi: 1, uses: "none" },
  { bdf: "0000:00:1f.3", id: "8086:2930", class: "0c0500", uses: "none" },
].map((device) => ({ msi: 0, msix: 0, ...device }));

const vtd = {
  vendor: "intel",
  intrRemapFlag: true,
  x2apicOptOut: false,
  units: [{
    address: "0xfed90000",
    segment: 0,
    includeAll: false,
    ioapics: [0],
    hpets: [],
    devices: functions.map(({ bdf }) => bdf),
    ir: true,
    eim: false,
  }],
};

/** QEMU's q35 with a root port, under Debian's kernel. */
function machine(
  { release, config }: GuestKernel,
  { cpus, remapping = null }: { readonly cpus: unknown; readonly remapping?: unknown },
): Machine {
  return parseMachine({
    name: "emulated",
    kernel: {
      version: release.match(/^\d+\.\d+/)?.[0],
      release,
      cmdline,
      config: kernelConfigIn(config),
    },
    cpu: { vendor: "GenuineIntel", x2apic: false, arat: true },
    hypervisor: tcg,
    firmware: { x2apicEnabled: false, bootApicId: 0 },
    cpus,
    ioapics: [{ id: 0, address: "0xfec00000", gsiBase: 0, pins: 24 }],
    hpet: { id: 0, fsb: false, timers: 3 },
    remapping,
    delivery: { messageDestBits: 8, compatPassesRemapping: true },
    devices: functions,
  });
}

/** "TCGTCGTCGTCG" in leaf 0x40000000. */
const tcg = {
  cpuidHypervisorBit: true,
  signature: "tcg",
  base: "0x40000000",
  leaves: { "40000000": ["0x40000001", "0x54474354", "0x43544743", "0x47435447"] },
};
