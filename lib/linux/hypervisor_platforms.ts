/**
 * The hypervisors Linux knows, with the hooks each brings.
 * Source: Linux arch/x86/kernel/cpu/hypervisor.c and the `hypervisor_x86` of each platform.
 */
import type { HypervisorName } from "../firmware/hypervisor_leaves.ts";
import type { KernelConfig, Machine } from "../machine/machine.ts";
import type { Booting } from "./booting.ts";
import type { Era } from "./eras.ts";
import type { HandOver } from "./hand_over.ts";
import { BASES, eax, ebx, hasBit } from "./hypervisor_leaves.ts";

export type PlatformName = Exclude<HypervisorName, "tcg"> | "xenPv";

/** What the hooks of a platform see. */
export interface Guest extends Booting {
  /** CPUID leaf at which the platform's signature stands. */
  readonly base: number;
  readonly handOver: HandOver;
}

export interface Platform {
  readonly name: PlatformName;
  /** What `Hypervisor detected:` prints. */
  readonly title: string;
  /** Whose 12 characters its `detect` looks for. */
  readonly signature: HypervisorName;
  /** Smallest distance of the greatest leaf from the base. */
  readonly minLeaves: number;
  /** Its `detect` does without CPUID leaf 1 ECX bit 31. */
  readonly ignoresHypervisorBit?: boolean;
  readonly ignoresNopv?: boolean;
  /** Looks at 0x40000000 only. */
  readonly fixedBase?: boolean;
  /** Return value of `detect`: the greatest wins. */
  readonly priority: (base: number, maxLeaf: number) => number;
  built(config: KernelConfig, era: Era): boolean;
  accepts?(machine: Machine, base: number, era: Era): boolean;
  /** `x86_init.hyper.x2apic_available`. */
  x2apicAvailable(guest: Guest): boolean;
  /** `x86_init.hyper.msi_ext_dest_id`. */
  msiExtDestId(guest: Guest): boolean;
  /** Its init sets `x2apic_phys`. */
  forcesPhysical?(guest: Guest): boolean;
  /** Source: file of the hooks. */
  readonly source: string;
}

const atBase = (base: number) => base;

/** In the order of `hypervisors[]`: of equal priorities the first wins. */
export const PLATFORMS: readonly Platform[] = [
  {
    // A paravirtual domain has no local APIC: interrupts are event channels.
    name: "xenPv",
    title: "Xen PV",
    signature: "xen",
    minLeaves: 2,
    ignoresHypervisorBit: true,
    ignoresNopv: true,
    priority: atBase,
    built: (config) => config.XEN,
    accepts: ({ hypervisor }) => hypervisor.xenPv ?? false,
    x2apicAvailable: () => false,
    msiExtDestId: () => false,
    source: "arch/x86/xen/enlighten_pv.c xen_platform_pv",
  },
  {
    name: "xen",
    title: "Xen HVM",
    signature: "xen",
    minLeaves: 2,
    ignoresHypervisorBit: true,
    ignoresNopv: true,
    priority: atBase,
    built: (config) => config.XEN,
    x2apicAvailable: xenX2apicAvailable,
    msiExtDestId: ({ machine, era, base }) =>
      era.xenExtDestId && hasBit(eax(machine.hypervisor.leaves, base + 4), 5),
    source: "arch/x86/xen/enlighten_hvm.c",
  },
  {
    name: "vmware",
    title: "VMware",
    signature: "vmware",
    minLeaves: 0,
    fixedBase: true,
    priority: atBase,
    built: () => true,
    x2apicAvailable: ({ machine }) => machine.hypervisor.vmwareLegacyX2apic ?? false,
    msiExtDestId: () => false,
    source: "arch/x86/kernel/cpu/vmware.c vmware_legacy_x2apic_available",
  },
  {
    name: "hyperv",
    title: "Microsoft Hyper-V",
    signature: "hyperv",
    minLeaves: 5,
    fixedBase: true,
    priority: atBase,
    built: () => true,
    accepts: hypervMsrsAvailable,
    x2apicAvailable: ({ era, handOver }) => era.hypervVouches && handOver.feature,
    msiExtDestId: hypervMsiExtDestId,
    forcesPhysical: ({ handOver }) => handOver.feature,
    source: "arch/x86/kernel/cpu/mshyperv.c",
  },
  {
    name: "kvm",
    title: "KVM",
    signature: "kvm",
    minLeaves: 0,
    priority: atBase,
    built: (config) => config.KVM_GUEST,
    x2apicAvailable: () => true,
    msiExtDestId: ({ machine, era, base }) =>
      era.kvmExtDestId && hasBit(eax(machine.hypervisor.leaves, base + 1), 15),
    source: "arch/x86/kernel/kvm.c kvm_msi_ext_dest_id",
  },
  {
    name: "jailhouse",
    title: "Jailhouse",
    signature: "jailhouse",
    minLeaves: 0,
    ignoresNopv: true,
    priority: atBase,
    built: (config) => config.JAILHOUSE_GUEST,
    x2apicAvailable: ({ handOver }) => handOver.inHardware,
    msiExtDestId: () => false,
    forcesPhysical: ({ handOver }) => handOver.inHardware,
    source: "arch/x86/kernel/jailhouse.c jailhouse_x2apic_available",
  },
  {
    name: "acrn",
    title: "ACRN",
    signature: "acrn",
    minLeaves: 0,
    priority: atBase,
    built: (config) => config.ACRN_GUEST,
    x2apicAvailable: ({ handOver }) => handOver.feature,
    msiExtDestId: () => false,
    source: "arch/x86/kernel/cpu/acrn.c acrn_x2apic_available",
  },
  {
    name: "bhyve",
    title: "Bhyve",
    signature: "bhyve",
    minLeaves: 0,
    priority: (_base, maxLeaf) => maxLeaf,
    built: (config, era) => config.BHYVE_GUEST && era.bhyveGuest,
    x2apicAvailable: () => true,
    msiExtDestId: bhyveExtDestId,
    source: "arch/x86/kernel/cpu/bhyve.c bhyve_ext_dest_id",
  },
];

/** Up to 5.19 Xen vouched only where it left the local APIC in charge of interrupts. */
function xenX2apicAvailable({ era, options, handOver }: Guest): boolean {
  if (options.nopv) return false;
  return era.xenVouches === "x2apicFeature" && handOver.feature;
}

/** `ms_hyperv_platform`: newer kernels refuse a Hyper-V without the two mandatory MSRs. */
function hypervMsrsAvailable({ hypervisor }: Machine, base: number, era: Era): boolean {
  const features = eax(hypervisor.leaves, base + 3);
  return !era.hypervNeedsMsrs || (hasBit(features, 5) && hasBit(features, 6));
}

const VS_INTERFACE = 0x4000_0081;
const VS_PROPERTIES = 0x4000_0082;
/** "VS#1" */
const VS_SIGNATURE = 0x3123_5356;

/** The virtualization stack's promise to read all 15 bits of a redirection entry's destination. */
function hypervMsiExtDestId(guest: Guest): boolean {
  const { era, machine: { kernel: { config }, hypervisor: { leaves } } } = guest;
  if (config.HYPERV_VTL_MODE && era.hypervVtl) return true;
  if (era.hypervExtDestId === "never" || isHypervRoot(guest)) return false;
  if (era.hypervExtDestId === "withVs1Signature" && eax(leaves, VS_INTERFACE) !== VS_SIGNATURE) {
    return false;
  }
  return hasBit(eax(leaves, VS_PROPERTIES), 2);
}

/**
 * A root partition manages CPUs (leaf 3 EBX bit 12) and partitions (bit 0).
 * Source: Linux 5.15 arch/x86/kernel/cpu/mshyperv.c ms_hyperv_init_platform.
 */
export function isHypervRoot({ machine, era }: Booting): boolean {
  const privileges = ebx(machine.hypervisor.leaves, BASES.first + 3);
  return era.hypervRoot && hasBit(privileges, 12);
}

/** Bit 0 of the feature leaf, if the greatest leaf reaches it. */
function bhyveExtDestId({ machine, base }: Guest): boolean {
  const leaf = (base | 0x4000_0001) >>> 0;
  if (eax(machine.hypervisor.leaves, base) < leaf) return false;
  return hasBit(eax(machine.hypervisor.leaves, leaf), 0);
}
