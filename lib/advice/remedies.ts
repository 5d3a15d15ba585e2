/**
 * What can be changed about a machine so that more of its CPUs can be interrupted. Costs count
 * effort: 1 is a word on the command line, 2 an option of the hypervisor or the firmware, 3 another
 * kernel or a new device, 4 a mended firmware table.
 */
import { eraOf } from "../linux/eras.ts";
import type { Machine } from "../machine/machine.ts";
import { withKernel } from "../machine/with_kernel.ts";
import {
  intelOf,
  intoScope,
  isGuest,
  type MachineEdit,
  withExtDestId,
  withOption,
  withoutGaps,
  withoutOptions,
  withRemappingOn,
  withUnits,
  withVtd,
  withWholeConfig,
  withXt,
} from "./edits.ts";

/** A change that somebody can make to a machine. */
export interface Remedy {
  /** What to do, such as "turn EIM on (QEMU: -device intel-iommu,eim=on)". */
  readonly change: string;
  /** Whose part of the machine it changes. */
  readonly where: "kernel command line" | "kernel" | "hypervisor" | "firmware";
  /**
   * Effort: a word on the command line, an option of hypervisor or firmware, another kernel or a
   * new device, a mended firmware table.
   */
  readonly cost: 1 | 2 | 3 | 4;
  /** The machine after the change; null where there is nothing of the kind to change. */
  readonly apply: MachineEdit;
}

const NEWER_KERNEL = "6.12";

/** Every change this model knows. */
export const REMEDIES: readonly Remedy[] = [
  ...[
    ["nox2apic"],
    ["x2apic_phys"],
    ["intremap=off", "nointremap"],
    ["noapic"],
    ["nolapic", "disableapic"],
    ["nopv"],
    ["nosmp", "maxcpus", "nr_cpus", "possible_cpus"],
    ["disable_cpu_apicid"],
    ["amd_iommu=off"],
  ].map((names) => onCmdline(`take ${names.join(", ")} away`, withoutOptions(names))),
  onCmdline(
    "add intremap=no_x2apic_optout",
    withOption("intremap=no_x2apic_optout", (machine) => intelOf(machine)?.x2apicOptOut === true),
  ),
  onCmdline(
    "add hpet=disable",
    withOption("hpet=disable", ({ hpet, cpu }) => hpet?.fsb === true && !cpu.arat),
  ),
  byHypervisor(
    2,
    "offer 15-bit destinations (QEMU: kernel-irqchip=split, KVM bit 15)",
    withExtDestId,
  ),
  byHypervisor(3, "add a VT-d unit (QEMU: -device intel-iommu,intremap=on,eim=on)", withVtd),
  byHypervisor(
    2,
    "turn EIM on (QEMU: -device intel-iommu,eim=on)",
    withUnits(({ eim }) => eim !== true, { eim: true }),
  ),
  byHypervisor(2, "turn remapping on (QEMU: -device intel-iommu,intremap=on)", withRemappingOn),
  byHypervisor(2, "turn XT on (QEMU: -device amd-iommu,xtsup=on)", withXt),
  byHypervisor(2, "take the remapping unit away", withoutRemapping),
  byHypervisor(2, "show a CPU with x2APIC (QEMU: -cpu …,+x2apic)", withX2apic),
  byHypervisor(2, "choose a topology whose APIC IDs have no gaps", withoutGaps),
  byHypervisor(
    2,
    "take 0xFF for an ID (KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK)",
    withoutBroadcastQuirk,
  ),
  byHypervisor(2, "let the I/O APIC read entry bits 55:49", withWideIoapic),
  { change: "hand over in x2APIC mode", where: "firmware", cost: 2, apply: startedInX2apic },
  {
    change: "put every I/O APIC and HPET into the scope of a VT-d unit",
    where: "firmware",
    cost: 4,
    apply: intoScope,
  },
  { change: `use Linux ${NEWER_KERNEL}`, where: "kernel", cost: 3, apply: withNewerKernel },
  {
    change: "build in X86_X2APIC, IRQ_REMAP, the IOMMU drivers, KVM_GUEST, enough NR_CPUS",
    where: "kernel",
    cost: 3,
    apply: withWholeConfig,
  },
];

function onCmdline(change: string, apply: MachineEdit): Remedy {
  return { change, where: "kernel command line", cost: 1, apply };
}

/** Only guests have one to ask. */
function byHypervisor(cost: 2 | 3, change: string, edit: MachineEdit): Remedy {
  const apply: MachineEdit = (machine) => isGuest(machine) ? edit(machine) : null;
  return { change, where: "hypervisor", cost, apply };
}

function withoutRemapping(machine: Machine): Machine | null {
  return machine.remapping && { ...machine, remapping: null };
}

function withX2apic(machine: Machine): Machine | null {
  return machine.cpu.x2apic ? null : { ...machine, cpu: { ...machine.cpu, x2apic: true } };
}

function withoutBroadcastQuirk({ delivery, ...machine }: Machine): Machine | null {
  if (!delivery.kvmBroadcastQuirk) return null;
  return { ...machine, delivery: { ...delivery, kvmBroadcastQuirk: false } };
}

function withWideIoapic({ delivery, ...machine }: Machine): Machine | null {
  const { ioapicDestBits = delivery.messageDestBits, ...rest } = delivery;
  return ioapicDestBits < rest.messageDestBits ? { ...machine, delivery: rest } : null;
}

function startedInX2apic({ firmware, cpu, ...machine }: Machine): Machine | null {
  if (firmware.x2apicEnabled || !cpu.x2apic) return null;
  return { ...machine, cpu, firmware: { ...firmware, x2apicEnabled: true } };
}

function withNewerKernel(machine: Machine): Machine | null {
  const isOlder = eraOf(machine.kernel).lookupToken === "ANY";
  return isOlder ? withKernel(machine, NEWER_KERNEL) : null;
}
