/**
 * What can be known about a machine before Linux boots on it, as its machine file says it; the
 * schema that reads one is `machine_schema.ts`.
 */

/** A machine before its kernel has run; Linux's decisions never read `name` or `delivery`. */
export interface Machine {
  /** Free text. */
  readonly name: string;
  /** What is booted. */
  readonly kernel: MachineKernel;
  /** Features of its processors, which are alike. */
  readonly cpu: MachineCpu;
  /** Who hosts it, as CPUID tells. */
  readonly hypervisor: MachineHypervisor;
  /** How firmware hands over. */
  readonly firmware: MachineFirmware;
  /** The MADT's processor entries in table order; enabled or not, the boot CPU among them. */
  readonly cpus: readonly MadtProcessor[];
  /** The MADT's I/O APICs in table order. */
  readonly ioapics: readonly MachineIoapic[];
  /** Null without one. */
  readonly hpet: MachineHpet | null;
  /** Null without remapping units. */
  readonly remapping: Remapping | null;
  /** What the hardware or hypervisor does with a message, whatever the kernel believes. */
  readonly delivery: MachineDelivery;
  /** Every PCI function. */
  readonly devices: readonly PciFunction[];
}

/** The kernel that is booted. */
export interface MachineKernel {
  /**
   * `major.minor`, such as `6.1`, which decides the era; or `mail`: the rule as the mail states it,
   * on top of 5.11.
   */
  readonly version: string;
  /** As `uname -r` prints it; its patch level decides which stable fixes are in. */
  readonly release: string;
  /** As /proc/cmdline shows it. */
  readonly cmdline: string;
  /** How it was configured. */
  readonly config: KernelConfig;
}

/** The kernel options that bear on interrupt routing: true for `=y`. */
export interface KernelConfig {
  /** x2APIC mode is known. */
  readonly X86_X2APIC: boolean;
  /** Interrupt remapping is known. */
  readonly IRQ_REMAP: boolean;
  /** VT-d is known. */
  readonly INTEL_IOMMU: boolean;
  /** VT-d remaps DMA unless the command line says off; interrupts do not depend on it. */
  readonly INTEL_IOMMU_DEFAULT_ON: boolean;
  /** AMD-Vi is known. */
  readonly AMD_IOMMU: boolean;
  /** Hyper-V's stub, which claims remapping for I/O APIC pins and remaps nothing. */
  readonly HYPERV_IOMMU: boolean;
  /** KVM is known, so it can vouch for x2APIC. */
  readonly KVM_GUEST: boolean;
  /** Xen is known, HVM and PV. */
  readonly XEN: boolean;
  /** ACRN is known. */
  readonly ACRN_GUEST: boolean;
  /** bhyve is known, from 6.18 on. */
  readonly BHYVE_GUEST: boolean;
  /** Jailhouse is known. */
  readonly JAILHOUSE_GUEST: boolean;
  /** Made for a Hyper-V trust level, whose I/O APIC reads 15 bits, from 6.6 on. Absent: no. */
  readonly HYPERV_VTL_MODE?: boolean | undefined;
  /** Most CPUs it runs, 1–8192. */
  readonly NR_CPUS: number;
}

/** Processor features, as CPUID and MSRs tell them. */
export interface MachineCpu {
  /** Vendor string of CPUID leaf 0, such as `GenuineIntel`. */
  readonly vendor: string;
  /** CPUID leaf 1 ECX bit 21. */
  readonly x2apic: boolean;
  /** CPUID leaf 6 EAX bit 2: the LAPIC timer never stops, so no HPET is asked to send messages. */
  readonly arat: boolean;
  /** IA32_XAPIC_DISABLE_STATUS bit 0: x2APIC mode cannot be left. Absent: it can. */
  readonly xapicLocked?: boolean | undefined;
  /** An APIC ID shifted right by so many bits is its package, 0–31; absent: not known. */
  readonly packageShift?: number | undefined;
  /** An SEV-SNP guest with Secure AVIC, which runs in x2APIC mode only. Absent: no. */
  readonly secureAvic?: boolean | undefined;
}

/** The hypervisor as its guest sees it; feature bits are read from the leaves. */
export interface MachineHypervisor {
  /** CPUID leaf 1 ECX bit 31. */
  readonly cpuidHypervisorBit: boolean;
  /** Whose signature stands at `base`; null on bare metal. `tcg` is QEMU's emulation. */
  readonly signature:
    | "kvm"
    | "hyperv"
    | "vmware"
    | "xen"
    | "bhyve"
    | "acrn"
    | "jailhouse"
    | "tcg"
    | null;
  /** The signature's leaf, such as `0x40000000`; null without a signature. */
  readonly base: string | null;
  /** Every non-zero leaf by its 8 hex digits: EAX, EBX, ECX and EDX, such as `0x00008000`. */
  readonly leaves: Readonly<Record<string, readonly [string, string, string, string]>>;
  /** VMware's answer to GETVCPU_INFO: LEGACY_X2APIC without VCPU_RESERVED. Absent: no. */
  readonly vmwareLegacyX2apic?: boolean | undefined;
  /** A paravirtual Xen guest, which uses no local APIC. Absent: no. */
  readonly xenPv?: boolean | undefined;
}

/** What firmware leaves behind. */
export interface MachineFirmware {
  /** IA32_APIC_BASE.EXTD is set: the CPUs are handed over in x2APIC mode. */
  readonly x2apicEnabled: boolean;
  /** APIC ID of the CPU that boots, 32 bits. */
  readonly bootApicId: number;
  /** FADT flag FORCE_APIC_PHYSICAL_DESTINATION_MODE. Absent: clear. */
  readonly fadtPhysical?: boolean | undefined;
  /** Revision of the FADT, 0–255. */
  readonly fadtRevision?: number | undefined;
  /** Its minor revision; from 6.3 on `onlineCapable` means something. Absent: not known. */
  readonly fadtMinorRevision?: number | undefined;
  /** The MADT's OEM id, by which some APIC drivers know their machines. Absent: empty. */
  readonly oemId?: string | undefined;
  /** The MADT's OEM table id, likewise. */
  readonly oemTableId?: string | undefined;
  /** There is a MultiProcessor table beside the MADT; absent: judged by the APIC IDs. */
  readonly mpTable?: boolean | undefined;
}

/** A processor entry of the MADT. */
export interface MadtProcessor {
  /** 8 bits in a `lapic` entry, 32 in an `x2apic` one. */
  readonly apicId: number;
  /** Entry type 0, or type 9. */
  readonly entry: "lapic" | "x2apic";
  /** Flags bit 0. */
  readonly enabled: boolean;
  /** Flags bit 1: not enabled, but may be brought online at run time. Absent: clear. */
  readonly onlineCapable?: boolean | undefined;
}

/** An I/O APIC. */
export interface MachineIoapic {
  /** MADT id, 0–255: the device `ioapic:ID`. */
  readonly id: number;
  /** Physical address of its registers, such as `0xfec00000`. */
  readonly address: string;
  /** The GSI of its pin 0. */
  readonly gsiBase: number;
  /** 1–240. */
  readonly pins: number;
}

/** The HPET. */
export interface MachineHpet {
  /** Its number in the ACPI table, 0–255: the device `hpet:ID`. */
  readonly id: number;
  /** Tn_FSB_INT_DEL_CAP: its timers can send messages. */
  readonly fsb: boolean;
  /** Comparators, 0–32. */
  readonly timers: number;
}

/** The remapping units and their tables. */
export type Remapping = IntelRemapping | AmdRemapping;

/** VT-d, as the DMAR and the units' registers tell. Source: Intel VT-d 8. */
export interface IntelRemapping {
  /** Tells VT-d from AMD-Vi. */
  readonly vendor: "intel";
  /** DMAR flags bit 0, INTR_REMAP. */
  readonly intrRemapFlag: boolean;
  /** DMAR flags bit 1, X2APIC_OPT_OUT: firmware asks that x2APIC mode stay off. */
  readonly x2apicOptOut: boolean;
  /** In the table's order. */
  readonly units: readonly DmarUnit[];
}

/** One VT-d unit, a DRHD. */
export interface DmarUnit {
  /** Physical address of its registers, such as `0xfed90000`. */
  readonly address: string;
  /** PCI segment, 0–65535. */
  readonly segment: number;
  /** INCLUDE_PCI_ALL: it takes all of the segment that no other unit names. */
  readonly includeAll: boolean;
  /** Enumeration ids of the I/O APICs in scope: their MADT ids. */
  readonly ioapics: readonly number[];
  /** Enumeration ids of the HPETs in scope: their ACPI numbers. */
  readonly hpets: readonly number[];
  /** Endpoints and bridges in scope: `ssss:bb:dd.f`, and `/dd.f` for each step below a bridge. */
  readonly devices: readonly string[];
  /** ECAP bit 3: it can remap interrupts; null when unknown. */
  readonly ir: boolean | null;
  /** ECAP bit 4: with 32-bit destinations; null when unknown. */
  readonly eim: boolean | null;
}

/** AMD-Vi, as the IVRS tells. Source: AMD IOMMU specification, IVRS. */
export interface AmdRemapping {
  /** Tells AMD-Vi from VT-d. */
  readonly vendor: "amd";
  /** The IVHD types present, such as `0x11`; without any, Linux finds no unit. */
  readonly ivhdTypes: readonly string[];
  /** The extended feature register as types 11h and 40h picture it; null with type 10h alone. */
  readonly efr: string | null;
  /** GASup, EFR bit 7, of every unit: interrupt entries have 128 bits instead of 32. */
  readonly ga: boolean;
  /** XTSup, EFR bit 2: destinations have 32 bits instead of 8. */
  readonly xt: boolean;
  /** The I/O APICs with a special device entry. */
  readonly ioapics: readonly IvrsSpecial[];
  /** The HPETs with a special device entry. */
  readonly hpets: readonly IvrsSpecial[];
}

/** A special device entry of the IVRS. */
export interface IvrsSpecial {
  /** MADT id of the I/O APIC, or number of the HPET. */
  readonly id: number;
  /** The requester id under which its messages arrive, such as `0x00a0`. */
  readonly requesterId: string;
}

/** What the platform does with a message that a device sends. */
export interface MachineDelivery {
  /** Destination bits of an MSI that count: 8, or 15 where address bits 11:5 are read too. */
  readonly messageDestBits: 8 | 15;
  /** A compatibility-format message arrives although remapping is on (QEMU). Absent: blocked. */
  readonly compatPassesRemapping?: boolean | undefined;
  /** Destination bits of an I/O APIC entry that count; absent: as of an MSI. */
  readonly ioapicDestBits?: 8 | 15 | undefined;
  /** Whose matching rules the LAPICs follow, whatever the signature; absent: the architecture's. */
  readonly apic?: "arch" | "kvm" | "qemu-tcg" | "xen" | undefined;
  /** KVM without KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK: 0xFF is everyone. Absent: it is an ID. */
  readonly kvmBroadcastQuirk?: boolean | undefined;
}

/** One PCI function. */
export interface PciFunction {
  /** Its address `ssss:bb:dd.f`: the device's name. */
  readonly bdf: string;
  /** `vendor:device`, four hex digits each. */
  readonly id: string;
  /** Revision id, 0–255; absent: not known. */
  readonly revision?: number | undefined;
  /** Class code as 6 hex digits: class, subclass, interface. */
  readonly class: string;
  /** Messages its MSI capability offers, 0–32; 0 without one. */
  readonly msi: number;
  /** Messages its MSI-X table offers, 0–2048; 0 without one. */
  readonly msix: number;
  /** What its driver takes. */
  readonly uses: "msi" | "msix" | "none";
}
