/**
 * Where "every online CPU is reachable by every parented device" breaks: each known situation by
 * name, what it does, and how to tell it.
 */
import { eraOf } from "../linux/eras.ts";
import { type Booted, type DeviceClass, devicesOf } from "./interrupt.ts";
import type { InterruptPath } from "./path.ts";
import { takes255AsBroadcast } from "./reach.ts";

/** One device that cannot interrupt one online CPU. */
export interface LostRoute extends Booted {
  /** The class of the device. */
  readonly of: DeviceClass;
  /** Its key in `boot.parents`. */
  readonly device: string;
  /** The way its interrupts take. */
  readonly path: InterruptPath;
  /** APIC ID of the CPU, which is online. */
  readonly apicId: number;
}

/** A known way in which machines lose interrupts. */
export interface Hazard {
  /** Its number. */
  readonly id: HazardId;
  /** What has to be the case. */
  readonly situation: string;
  /** What comes of it. */
  readonly effect: string;
  /** Kernel file and function, or manual and section. */
  readonly source: string;
  /** Whether this loss is the hazard's doing; absent where it loses no interrupt. */
  readonly explains?: (lost: LostRoute) => boolean;
  /** Whether a boot is in the situation, where that is more than a loss that it explains. */
  readonly meets?: (booted: Booted) => boolean;
}

/** A hazard's number, `H1` to `H14`. */
export type HazardId = `H${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14}`;

const MAX_LOCAL_APIC = 0x8000;

/** In the order of asking: of two that explain a loss the first names it. */
export const HAZARDS: readonly Hazard[] = [
  {
    id: "H2",
    situation: "x2APIC is locked on, without remapping and so without a limit",
    effect: "the vector domain declines and the I/O APIC finds no parent",
    source: "Linux 6.6 arch/x86/kernel/apic/apic.c x2apic_disable",
    explains: (lost) => isOrphanIoapic(lost) && isLockedOn(lost),
    meets: (booted) => isLockedOn(booted) && hasOrphanIoapic(booted),
  },
  {
    id: "H5",
    situation: "NumaConnect or UV, whose drivers know no invalid APIC ID",
    effect: "the vector domain declines, no limit keeps CPUs offline that no message can name",
    source: "Linux 6.1 arch/x86/kernel/apic/apic_numachip.c numachip_apic_id_valid",
    explains: hasAlwaysValidIds,
    meets: (booted) => hasAlwaysValidIds(booted) && hasOrphanIoapic(booted),
  },
  {
    id: "H14",
    situation: "up to 6.3 x2apic_phys, and x2APIC refused after firmware had it on",
    effect: "the driver of x2APIC stays without a limit, the vector domain declines",
    source: "Linux 5.11 arch/x86/kernel/apic/x2apic_phys.c x2apic_phys_probe, mended in 6.4",
    explains: (lost) => isOrphanIoapic(lost) && keepsX2apicDriver(lost),
    meets: (booted) => keepsX2apicDriver(booted) && hasOrphanIoapic(booted),
  },
  {
    id: "H4",
    situation: "VT-d remaps, the HPET is in no unit's scope and the vector domain parents it",
    effect: "the unit blocks its compatibility-format messages",
    source: "Intel VT-d 5.1.4, CFIS clear",
    explains: ({ path }) => path.kind === "closed" && path.because.kind === "blocked",
  },
  {
    id: "H6",
    situation: "the boot CPU's APIC ID is above the limit; nobody checks it",
    effect: "it is online and no message can name it",
    source: "Linux 6.1 arch/x86/kernel/smpboot.c native_cpu_up",
    explains: ({ machine, boot, apicId }) =>
      apicId === machine.firmware.bootApicId && apicId > (boot.maxApicId ?? Infinity),
  },
  {
    id: "H7",
    situation: "APIC ID 255 under the limit of 255, where receivers take 0xFF as broadcast",
    effect: "a message for it goes to everyone",
    source: "Linux arch/x86/kvm/lapic.c kvm_apic_mda, KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK",
    explains: ({ path, apicId, ...booted }) =>
      path.kind === "open" && apicId === 255 && takes255AsBroadcast(booted),
  },
  {
    id: "H3",
    situation: "remapping runs in xAPIC mode while CPUs above 255 come online",
    effect: "entries hold 8 destination bits: a remapped device cannot name those CPUs",
    source: "Linux 6.1 drivers/iommu/intel/irq_remapping.c IRTE_DEST; Intel VT-d 9.10",
    explains: ({ path, boot }) => isRemapped(path) && irqRemappingMode({ boot }) === "xapic",
  },
  {
    id: "H8",
    situation: "up to 5.10 x2APIC is on and the destination needs more than 8 bits",
    effect: "the upper address word is not zero, pins and timers lose the upper bits",
    source: "Linux 5.10 arch/x86/kernel/apic/msi.c __irq_msi_compose_msg",
    explains: ({ machine, path }) =>
      isComposedByVector(path) && eraOf(machine.kernel).upperAddress === "everyMessage",
  },
  {
    id: "H13",
    situation: "Hyper-V's stub claims remapping, so there is no limit, and remaps nothing",
    effect: "emulated PCI functions stay in the vector domain, which drops the upper bits",
    source: "Linux 6.1 drivers/iommu/hyperv-iommu.c hyperv_enable_irq_remapping",
    explains: ({ path, boot }) => isComposedByVector(path) && boot.remapping.kind === "hyperv",
  },
  {
    id: "H1",
    situation: "noapic skips the decision: firmware's x2APIC stays on, without a limit",
    effect: "PCI messages carry logical IDs of which only cluster 0 fits",
    source: "Linux 6.1 arch/x86/kernel/apic/apic.c enable_IR_x2apic",
    explains: ({ path, boot }) => isComposedByVector(path) && boot.maxApicId === null,
  },
  {
    id: "H9",
    situation: "5.11 to 5.18, VT-d remapping, a function with several MSI messages",
    effect: "the subhandle is lost: every message uses the first one's entry",
    source: "Linux 5.11 arch/x86/include/asm/msi.h struct x86_msi_data",
    meets: losesSubhandles,
  },
  {
    id: "H10",
    situation: "VT-d remapping, a PCI function that no unit covers",
    effect: "it has no MSI domain and enabling MSI fails",
    source: "Linux 6.1 drivers/iommu/intel/irq_remapping.c map_dev_to_ir",
    meets: ({ machine, boot }) =>
      boot.remapping.kind === "intel" &&
      devicesOf({ machine, boot }, "msi").some((device) => boot.parents[device]?.kind === null),
  },
  {
    id: "H11",
    situation: "an APIC ID of 32768 or more",
    effect: "the CPU is never registered: even without a limit IDs end at 32767",
    source: "Linux 6.1 arch/x86/include/asm/apicdef.h MAX_LOCAL_APIC",
    meets: ({ machine }) =>
      machine.cpus.some(({ apicId, enabled }) => enabled && apicId >= MAX_LOCAL_APIC),
  },
  {
    id: "H12",
    situation: "up to 5.10, AMD XT mode",
    effect: "the unit's own XT register is derived from its MSI, upper address word included",
    source: "Linux 5.10 drivers/iommu/amd/init.c iommu_update_intcapxt",
    meets: ({ machine, boot: { remapping } }) =>
      remapping.kind === "amd" && remapping.mode === "x2apic" &&
      eraOf(machine.kernel).upperAddress === "everyMessage",
  },
];

/** Whether an era loses VT-d subhandles on a machine that uses some. */
export function losesSubhandles(booted: Booted): boolean {
  return booted.machine.devices.some(({ bdf }) => losesSubhandle(booted, bdf));
}

/** Whether a function's second and later messages are lost. */
export function losesSubhandle({ machine, boot }: Booted, device: string): boolean {
  if (eraOf(machine.kernel).subhandleWritten) return false;
  const found = machine.devices.find(({ bdf }) => bdf === device);
  return found?.uses === "msi" && found.msi > 1 && boot.parents[device]?.kind === "intelIr";
}

function isLockedOn({ machine, boot }: Booted): boolean {
  return machine.cpu.xapicLocked === true && boot.apic.mode === "x2apic";
}

function keepsX2apicDriver({ boot: { apic } }: Booted): boolean {
  return apic.driver === "physical x2apic" && apic.mode === "xapic";
}

const ALWAYS_VALID = ["NumaConnect system", "NumaConnect2 system", "UV large system"];

function hasAlwaysValidIds({ boot }: Booted): boolean {
  return ALWAYS_VALID.includes(boot.apicDriver);
}

function isOrphanIoapic({ of, path }: LostRoute): boolean {
  return of === "ioapic" && path.kind === "closed" && path.because.kind === "orphan";
}

function hasOrphanIoapic({ machine, boot }: Booted): boolean {
  return devicesOf({ machine, boot }, "ioapic").some((device) =>
    boot.parents[device]?.kind === null
  );
}

function isRemapped({ parent }: InterruptPath): boolean {
  return parent.kind === "intelIr" || parent.kind === "amdIr";
}

function irqRemappingMode({ boot: { remapping } }: Pick<Booted, "boot">) {
  return remapping.kind === "off" ? "off" : remapping.mode;
}

function isComposedByVector(path: InterruptPath): boolean {
  return path.kind === "open" && path.parent.kind === "vector";
}
