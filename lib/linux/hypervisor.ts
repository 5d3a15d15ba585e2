/**
 * Which hypervisor Linux believes it runs on, and what that one promises about x2APIC and message
 * destinations. Source: Linux arch/x86/kernel/cpu/hypervisor.c detect_hypervisor_vendor, and the
 * `hypervisor_x86` of each platform.
 */
import type { KernelConfig, Machine } from "../machine/machine.ts";
import type { Booting } from "./booting.ts";
import type { Era } from "./eras.ts";
import type { HandOver } from "./hand_over.ts";

export type PlatformName =
  | "xenPv"
  | "xen"
  | "vmware"
  | "hyperv"
  | "kvm"
  | "jailhouse"
  | "acrn"
  | "bhyve";

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
  /** The 12 characters of EBX, ECX and EDX. */
  readonly signature: string;
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

type Leaves = Machine["hypervisor"]["leaves"];

const atBase = (base: number) => base;

/** In the order of `hypervisors[]`: of equal priorities the first wins. */
export const PLATFORMS: readonly Platform[] = [
  {
    // A paravirtual domain has no local APIC: interrupts are event channels.
    name: "xenPv",
    title: "Xen PV",
    signature: "XenVMMXenVMM",
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
    signature: "XenVMMXenVMM",
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
    signature: "VMwareVMware",
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
    signature: "Microsoft Hv",
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
    signature: "KVMKVMKVM\0\0\0",
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
    signature: "Jailhouse\0\0\0",
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
    signature: "ACRNACRNACRN",
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
    signature: "bhyve bhyve ",
    minLeaves: 0,
    priority: (_base, maxLeaf) => maxLeaf,
    built: (config, era) => config.BHYVE_GUEST && era.bhyveGuest,
    x2apicAvailable: () => true,
    msiExtDestId: bhyveExtDestId,
    source: "arch/x86/kernel/cpu/bhyve.c bhyve_ext_dest_id",
  },
];

/** The platform that was detected and where its leaves begin; null on bare metal. */
export interface Detection {
  readonly platform: Platform;
  readonly base: number;
}

/** What the platform, if any, promises about x2APIC and the destinations of messages. */
export interface HypervisorPromises {
  readonly hypervisor: Detection | null;
  /** x2APIC works without remapping. */
  readonly x2apicAvailable: boolean;
  /** Messages carry 15 destination bits. */
  readonly msiExtDestId: boolean;
  /** `x2apic_phys` is set by the platform's init. */
  readonly forcesPhysical: boolean;
  /** This is the partition that manages the others. */
  readonly hypervRoot: boolean;
}

const BARE_METAL: HypervisorPromises = {
  hypervisor: null,
  x2apicAvailable: false,
  msiExtDestId: false,
  forcesPhysical: false,
  hypervRoot: false,
};

/** `init_hypervisor_platform`: detects, and takes the platform's hooks over. */
export function initHypervisorPlatform(kernel: Booting, handOver: HandOver): HypervisorPromises {
  const hypervisor = detectHypervisorVendor(kernel);
  if (!hypervisor) return BARE_METAL;
  const { platform, base } = hypervisor;
  const guest = { ...kernel, base, handOver };
  return {
    hypervisor,
    x2apicAvailable: platform.x2apicAvailable(guest),
    msiExtDestId: platform.msiExtDestId(guest),
    forcesPhysical: platform.forcesPhysical?.(guest) ?? false,
    hypervRoot: platform.name === "hyperv" && isHypervRoot(guest),
  };
}

/** `detect_hypervisor_vendor`: of those that recognise themselves the greatest priority. */
export function detectHypervisorVendor({ machine, era, options }: Booting): Detection | null {
  let best: Detection | null = null;
  let bestPriority = 0;
  for (const platform of PLATFORMS) {
    if (options.nopv && !platform.ignoresNopv) continue;
    if (!platform.built(machine.kernel.config, era)) continue;
    const base = cpuidBase(platform, machine, era);
    if (base === null) continue;
    const priority = platform.priority(base, eax(machine.hypervisor.leaves, base));
    if (priority > bestPriority) [best, bestPriority] = [{ platform, base }, priority];
  }
  return best;
}

const BASES = { first: 0x4000_0000, last: 0x4001_0000, step: 0x100 };

/** `cpuid_base_hypervisor`: the first of 0x40000000, 0x40000100 … with the signature. */
function cpuidBase(platform: Platform, machine: Machine, era: Era): number | null {
  const { hypervisor } = machine;
  if (!hypervisor.cpuidHypervisorBit && !platform.ignoresHypervisorBit) return null;
  for (const base of platform.fixedBase ? [BASES.first] : presentBases(hypervisor.leaves)) {
    if (!signatureStands(hypervisor.leaves, base, platform)) continue;
    if (platform.accepts && !platform.accepts(machine, base, era)) continue;
    return base;
  }
  return null;
}

/** Bases where a leaf is listed, ascending; the others read as zero and match nothing. */
function presentBases(leaves: Leaves): readonly number[] {
  return cpuidOf(leaves).bases;
}

function signatureStands(leaves: Leaves, base: number, platform: Platform): boolean {
  const words = cpuidOf(leaves).leaves.get(base);
  if (!words) return false;
  const [ebx, ecx, edx] = signatureWords(platform.signature);
  if (words[1] !== ebx || words[2] !== ecx || words[3] !== edx) return false;
  return platform.minLeaves === 0 || words[0]! - base >= platform.minLeaves;
}

/** Twelve characters as the three little-endian words CPUID returns. */
function signatureWords(signature: string): readonly [number, number, number] {
  const known = wordsOf.get(signature);
  if (known) return known;
  const word = (at: number) =>
    [0, 1, 2, 3].reduce((bits, i) => bits + signature.charCodeAt(at + i) * 2 ** (8 * i), 0);
  const words = [word(0), word(4), word(8)] as const;
  wordsOf.set(signature, words);
  return words;
}

const wordsOf = new Map<string, readonly [number, number, number]>();

/** The listed leaves as numbers. */
interface Cpuid {
  readonly leaves: ReadonlyMap<number, readonly number[]>;
  readonly bases: readonly number[];
}

const cpuids = new WeakMap<Leaves, Cpuid>();

function cpuidOf(listed: Leaves): Cpuid {
  const known = cpuids.get(listed);
  if (known) return known;
  const leaves = new Map(
    Object.entries(listed).map((
      [name, words],
    ) => [Number.parseInt(name.replace(/^0x/i, ""), 16), words.map(Number)]),
  );
  const bases = [...leaves.keys()]
    .filter((leaf) => leaf >= BASES.first && leaf < BASES.last && leaf % BASES.step === 0)
    .sort((a, b) => a - b);
  const cpuid = { leaves, bases };
  cpuids.set(listed, cpuid);
  return cpuid;
}

/** EAX of a leaf; a leaf that is not listed reads as zero. */
function eax(leaves: Leaves, leaf: number): number {
  return cpuidOf(leaves).leaves.get(leaf)?.[0] ?? 0;
}

function hasBit(word: number, bit: number): boolean {
  return (word >>> bit & 1) === 1;
}

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
function isHypervRoot({ machine, era }: Booting): boolean {
  const privileges = cpuidOf(machine.hypervisor.leaves).leaves.get(BASES.first + 3)?.[1] ?? 0;
  return era.hypervRoot && hasBit(privileges, 12);
}

/** Bit 0 of the feature leaf, if the greatest leaf reaches it. */
function bhyveExtDestId({ machine, base }: Guest): boolean {
  const leaf = (base | 0x4000_0001) >>> 0;
  if (eax(machine.hypervisor.leaves, base) < leaf) return false;
  return hasBit(eax(machine.hypervisor.leaves, leaf), 0);
}
