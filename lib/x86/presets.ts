/**
 * Platforms people run, as parameters of the model.
 *
 * @module
 */
import type { AmdFlavour } from "./amd_flavour.ts";
import { AMD_FLAVOURS } from "./amd_flavour.ts";
import type { Vmm } from "./extended_destination.ts";
import type { IoapicFlavour } from "./ioapic_message.ts";
import type { LapicMode } from "./lapic.ts";
import type { LapicFlavour, LapicOptions } from "./lapic_rules.ts";
import { VTD_FLAVOURS, type VtdFlavour } from "./vtd_flavour.ts";

/** The remapper of a platform. */
export type PresetRemapper =
  | { readonly kind: "none" }
  | {
    readonly kind: "vtd";
    readonly extendedInterruptMode: boolean;
    readonly flavour: VtdFlavour;
  }
  | {
    readonly kind: "amd";
    readonly guestApic: true;
    readonly xt: boolean;
    readonly flavour: AmdFlavour;
  };

/** How a guest or kernel learns what the platform can do. */
export type Advertisement =
  | "DMAR"
  | "DMAR ECAP.EIM"
  | "IVRS"
  | "IVRS EFR XTSup"
  | "KVM leaf 1 EAX 15"
  | "Hyper-V leaf 0x82 EAX 2"
  | "bhyve leaf 1 EAX 0"
  | "VMware hypercall bit 3";

/** A platform. */
export interface Preset {
  /** Whose LAPIC rules hold. */
  readonly lapic: LapicFlavour;
  /** What those rules leave open. */
  readonly lapicOptions?: LapicOptions;
  /** The mode LAPICs run in, where the platform implies one. */
  readonly mode?: LapicMode;
  /** KVM reads address 63:40 (KVM_X2APIC_API_USE_32BIT_IDS). */
  readonly kvm32BitIds?: boolean;
  /** Destination bits of MSIs that count. */
  readonly msiBits: 8 | 15 | 32 | "hypercall";
  /** Destination bits of I/O APIC pins that count. */
  readonly ioapicBits: 8 | 15 | 32;
  /** Destination bits of HPET messages that count; null where timers send none. */
  readonly hpetBits: 8 | 15 | 32 | null;
  /** HPET messages must be in a device scope, or they are blocked. */
  readonly hpetNeedsScope?: boolean;
  /** HPET messages go past the remapper. */
  readonly hpetUnremapped?: boolean;
  /** What lies between. */
  readonly remapper: PresetRemapper;
  /** Whose I/O APIC turns entries into messages. */
  readonly ioapic: IoapicFlavour;
  /** Who moves extended destination bits, where somebody does. */
  readonly vmm?: Vmm;
  /** What a kernel can learn of it. */
  readonly advertised: readonly Advertisement[];
  /** What of this is not verified. */
  readonly unverified?: string;
}

const NONE: PresetRemapper = { kind: "none" };
const METAL = { lapic: "arch", ioapic: "ich", remapper: NONE, advertised: [] } as const;
const KVM_8 = {
  lapic: "kvm",
  lapicOptions: { broadcastQuirk: true },
  msiBits: 8,
  ioapicBits: 8,
  hpetBits: null,
  remapper: NONE,
  ioapic: "kvm-in-kernel",
  advertised: [],
} as const;
const QEMU_SPLIT_32 = {
  lapic: "kvm",
  kvm32BitIds: true,
  mode: "x2apic",
  ioapic: "qemu",
  vmm: "qemu",
} as const;

/** The platforms by name. */
export const PRESETS = {
  "bare metal": { ...METAL, mode: "xapic", msiBits: 8, ioapicBits: 8, hpetBits: 8 },
  "bare metal VT-d xAPIC": {
    ...METAL,
    mode: "xapic",
    msiBits: 8,
    ioapicBits: 8,
    hpetBits: 8,
    hpetNeedsScope: true,
    remapper: { kind: "vtd", extendedInterruptMode: false, flavour: VTD_FLAVOURS.spec },
    advertised: ["DMAR"],
  },
  "bare metal VT-d x2APIC": {
    ...METAL,
    mode: "x2apic",
    msiBits: 32,
    ioapicBits: 32,
    hpetBits: 32,
    hpetNeedsScope: true,
    remapper: { kind: "vtd", extendedInterruptMode: true, flavour: VTD_FLAVOURS.spec },
    advertised: ["DMAR", "DMAR ECAP.EIM"],
  },
  "bare metal AMD GA": {
    ...METAL,
    mode: "xapic",
    msiBits: 8,
    ioapicBits: 8,
    hpetBits: 8,
    remapper: { kind: "amd", guestApic: true, xt: false, flavour: AMD_FLAVOURS.spec },
    advertised: ["IVRS"],
  },
  "bare metal AMD XT": {
    ...METAL,
    mode: "x2apic",
    msiBits: 32,
    ioapicBits: 32,
    hpetBits: 32,
    remapper: { kind: "amd", guestApic: true, xt: true, flavour: AMD_FLAVOURS.spec },
    advertised: ["IVRS", "IVRS EFR XTSup"],
  },
  "QEMU KVM full irqchip": { ...KVM_8, hpetBits: 8 },
  "QEMU KVM split, IDs to 255": {
    ...KVM_8,
    hpetBits: 8,
    ioapic: "qemu",
    vmm: "qemu",
    advertised: ["KVM leaf 1 EAX 15"],
  },
  "QEMU KVM split, IDs above 255": {
    ...QEMU_SPLIT_32,
    msiBits: 15,
    ioapicBits: 15,
    hpetBits: 15,
    remapper: NONE,
    advertised: ["KVM leaf 1 EAX 15"],
  },
  "QEMU KVM split intel-iommu eim": {
    ...QEMU_SPLIT_32,
    msiBits: 32,
    ioapicBits: 32,
    hpetBits: 15,
    hpetUnremapped: true,
    remapper: { kind: "vtd", extendedInterruptMode: true, flavour: VTD_FLAVOURS.qemu },
    advertised: ["KVM leaf 1 EAX 15", "DMAR", "DMAR ECAP.EIM"],
  },
  "QEMU KVM split amd-iommu xtsup": {
    ...QEMU_SPLIT_32,
    msiBits: 32,
    ioapicBits: 32,
    hpetBits: 15,
    hpetUnremapped: true,
    remapper: { kind: "amd", guestApic: true, xt: true, flavour: AMD_FLAVOURS.qemu },
    advertised: ["KVM leaf 1 EAX 15", "IVRS", "IVRS EFR XTSup"],
  },
  "QEMU TCG": {
    lapic: "qemu-tcg",
    msiBits: 8,
    ioapicBits: 8,
    hpetBits: 8,
    remapper: NONE,
    ioapic: "qemu",
    advertised: [],
  },
  "cloud-hypervisor above 254": {
    lapic: "kvm",
    kvm32BitIds: true,
    mode: "x2apic",
    msiBits: 15,
    ioapicBits: 8,
    hpetBits: null,
    remapper: NONE,
    ioapic: "cloud-hypervisor",
    vmm: "cloud-hypervisor",
    advertised: ["KVM leaf 1 EAX 15"],
  },
  "Firecracker": { ...KVM_8, vmm: "firecracker" },
  "crosvm": { ...KVM_8, ioapic: "crosvm", vmm: "crosvm" },
  "Xen HVM": {
    lapic: "xen",
    msiBits: 8,
    ioapicBits: 8,
    hpetBits: 8,
    remapper: NONE,
    ioapic: "xen",
    advertised: [],
  },
  "Hyper-V Gen 2": {
    ...METAL,
    mode: "x2apic",
    msiBits: "hypercall",
    ioapicBits: 15,
    hpetBits: null,
    advertised: ["Hyper-V leaf 0x82 EAX 2"],
    unverified: "LAPIC rules are taken for the architecture's",
  },
  "Hyper-V Gen 1": { ...METAL, msiBits: "hypercall", ioapicBits: 8, hpetBits: null },
  "bhyve FreeBSD 15": {
    ...METAL,
    msiBits: 15,
    ioapicBits: 15,
    hpetBits: 15,
    ioapic: "openvmm",
    advertised: ["bhyve leaf 1 EAX 0"],
    unverified: "LAPIC rules and the HPET's width are assumed",
  },
  "VMware": {
    ...METAL,
    msiBits: 8,
    ioapicBits: 8,
    hpetBits: 8,
    advertised: ["VMware hypercall bit 3"],
    unverified: "LAPIC rules are taken for the architecture's",
  },
} as const satisfies Readonly<Record<string, Preset>>;

/** The name of a platform. */
export type PresetName = keyof typeof PRESETS;

/** A platform's parameters by name. */
export function preset(name: PresetName): Preset {
  return PRESETS[name];
}
