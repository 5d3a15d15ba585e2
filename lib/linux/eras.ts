/**
 * What each kernel release changed in how x86 routes external interrupts, as one table in
 * chronological order. A kernel's era is the fold of all rows up to its version: no decision
 * function ever asks for a version. Rows that open an era carry its name; the others are fixes
 * inside one, with the stable releases that took them where they did.
 *
 * Sources: Linux 4.1.18, 4.19.40, 5.10.44, 5.11.5, 5.15.100, 6.1.192, 6.5, 6.6.87, 6.12.117, 6.19
 * and 7.1.5, compared with each other, and recorded boots of 5.10.262, 6.1.176, 6.12.107, 7.3.4.
 */
import type { Machine } from "../machine/machine.ts";
import { NEWEST, parseKernelVersion } from "../machine/kernel_version.ts";

/** Names of the stretches between larger changes. */
export type EraName =
  | "E41"
  | "E43"
  | "E419"
  | "E510"
  | "E511"
  | "mail"
  | "E62"
  | "E66"
  | "E611"
  | "E619"
  | "E73";

/** Numbers of `enum irq_domain_bus_token`, which debugfs appends to domain names. */
export interface BusTokens {
  /** DOMAIN_BUS_PCI_MSI. */
  readonly pciMsi: number;
  /** DOMAIN_BUS_PCI_DEVICE_MSI; 0 before 6.2, when no domain bore it. */
  readonly pciDeviceMsi: number;
  /** DOMAIN_BUS_PCI_DEVICE_MSIX, likewise. */
  readonly pciDeviceMsix: number;
  /** DOMAIN_BUS_DMAR, of the domains INTEL-IR-n, likewise. */
  readonly dmar: number;
  /** DOMAIN_BUS_AMDVI, of the domains AMD-IR-n, likewise. */
  readonly amdvi: number;
}

/** Every way in which kernels differ here. */
export interface EraTraits {
  /** `irq_domain` trees for interrupts; before them each chip composed for itself. */
  readonly hierarchicalDomains: boolean;
  /** How a vector is found: CPU by CPU, or by the matrix of all CPUs, which levels them out. */
  readonly vectorAllocator: "search" | "matrix";
  /** Devices get vectors from 0x20 up to this one, which it bears itself. */
  readonly firstSystemVector: number;
  /** Vector 0x20 carries the clean-up IPI after a move; later a timer does that work. */
  readonly moveCleanupVector: boolean;
  /** What a write to smp_affinity of an interrupt that user space must not move answers. */
  readonly immovable: "EIO" | "EPERM";
  /** Messages set data bit 14, though edge interrupts have no use for it. */
  readonly levelAsserted: boolean;
  /** Whose messages carry destination 31:8 in the upper address word. */
  readonly upperAddress: "everyMessage" | "dmarOnly";
  /** VT-d subhandles reach the data word. */
  readonly subhandleWritten: boolean;
  /** Delivery mode of the drivers with logical destinations. */
  readonly logicalDelivery: "lowestPriority" | "fixed";
  /** What x2APIC without x2APIC-mode remapping may address when the hypervisor vouches. */
  readonly withoutRemapping: "refusedAbove255" | "upTo255" | "upTo255Or32767";
  /** `noapic` skips the whole of `enable_IR_x2apic`. */
  readonly noapicSkipsRemapping: boolean;
  /** With `nosmp` stage B runs too; before, the driver of stage A stayed as it was. */
  readonly nosmpProbesDrivers: boolean;
  /** How I/O APIC and HPET find a parent. */
  readonly parentSearch: "remappingElseVector" | "fwspec";
  /** The bus token I/O APIC and HPET ask with. */
  readonly lookupToken: "ANY" | "GENERIC_MSI";
  /** When a domain's `select` is called at all. */
  readonly selectCalled: "withParameters" | "unlessTokenAny";
  /** A boot-time I/O APIC without parent: BUG, or as the mail has it. */
  readonly orphanIoapic: "bug" | "failsToInitialise";
  /** One domain for the PCI functions of a parent, or one for each function. */
  readonly msiDomains: "global" | "perDevice";
  /** Bus tokens as numbered then. */
  readonly busTokens: BusTokens;
  /** An I/O APIC's domain is named by its place in the MADT, or by its MADT id. */
  readonly ioapicDomain: "byIndex" | "byId";
  /** The log says `Setting APIC routing to …`, or `APIC: Switched APIC routing to: …`. */
  readonly routingLines: "settingSwitched" | "installDriver";
  /** Drivers of xAPIC mode: flat for up to 8 CPUs and physical flat, or physical flat alone. */
  readonly xapicDrivers: "flatAndPhysical" | "physicalOnly";
  /** `x2apic_phys_probe` keeps the driver of stage A although x2APIC was switched off. */
  readonly physReselectsItself: boolean;
  /**
   * What becomes of x2APIC mode that is to be left and is locked: nobody knows of locks; software
   * forgets that the mode is on; or it stays on, without a limit.
   */
  readonly lockedX2apic: "unknown" | "modeLost" | "kept";
  /** Without X86_X2APIC, when firmware hands over in x2APIC mode. */
  readonly withoutX2apicConfig: "panic" | "apicDisabled";
  /** The function that takes the MADT's processors in. */
  readonly enumeration: "generic_processor_info" | "topology_register_apic";
  /** Which disabled MADT entries count as possible CPUs. */
  readonly disabledEntries: "all" | "onlineCapable" | "onlineCapableOrGuest";
  /** On bare metal a disabled entry is no possible CPU in a package that has present ones. */
  readonly refusesHotplugInPresentPackage: boolean;
  /** Type 9 entries with IDs 0–254 do not count beside usable type 0 entries. */
  readonly ignoresX2apicEntriesBelow255: boolean;
  /** What the log says of a CPU whose APIC ID is above the limit, by function or in words. */
  readonly badCpuLine: "native_cpu_up" | "native_kick_ap" | "invalidApicId";
  /** What `maxcpus=` counts: CPUs that came online, or attempts. */
  readonly maxcpusCounts: "online" | "attempts";
  /** XT mode also needs EFR bit 46: MSI capability registers in MMIO. */
  readonly amdXtNeedsMsiCapMmio: boolean;
  /** 32-bit destinations in AMD entries are known. */
  readonly amdXtKnown: boolean;
  /** Where the IVRS must place the I/O APIC of the timer. */
  readonly amdSouthbridge: "00:14.0" | "pciClass";
  /** The AMD unit's own interrupt in XT mode. */
  readonly amdOwnInterrupt: "pciMsi" | "intcapxt";
  /** AMD-IR-n exists as soon as a unit is found, or only while remapping is wanted. */
  readonly amdIrDomain: "always" | "whenWanted";
  /** Hyper-V vouches for x2APIC without remapping. */
  readonly hypervVouches: boolean;
  /** When leaf 0x40000082 EAX bit 2 counts as a promise of 15 destination bits. */
  readonly hypervExtDestId: "never" | "withVs1Signature" | "propertiesOnly";
  /** Hyper-V counts only with the hypercall and VP index MSRs, leaf 0x40000003 EAX bits 5 and 6. */
  readonly hypervNeedsMsrs: boolean;
  /** Hyper-V's stub prepares remapping only where the CPU's x2APIC is to be used, or always. */
  readonly hypervStub: "withX2apicOnly" | "always";
  /** A root partition is told from a guest, by leaf 0x40000003 EBX bit 12. */
  readonly hypervRoot: boolean;
  /** Kernels built for a Hyper-V trust level know that its I/O APIC reads 15 bits. */
  readonly hypervVtl: boolean;
  /** What a move of a pin out of the reach of Hyper-V's stub answers: nothing, or an error. */
  readonly refusedIoapicMove: "ignored" | "EINVAL";
  /** Xen HVM vouches for x2APIC where it needs the local APIC, or wherever the CPU has it. */
  readonly xenVouches: "needsLapic" | "x2apicFeature";
  /** Xen's promise of 15 destination bits is known: leaf base + 4 EAX bit 5. */
  readonly xenExtDestId: boolean;
  /** KVM's promise of 15 destination bits is known: leaf base + 1 EAX bit 15. */
  readonly kvmExtDestId: boolean;
  /** bhyve is known: it vouches for x2APIC and may promise 15 destination bits. */
  readonly bhyveGuest: boolean;
  /** The driver of Secure AVIC is known. */
  readonly secureAvic: boolean;
}

/** What one kernel release does, folded from all changes up to it. */
export interface Era extends EraTraits {
  /** The stretch of releases it lies in. */
  readonly name: EraName;
  /** Version the rows were folded for, such as `6.12`, or `mail`. */
  readonly version: string;
  /** A release newer than any row: the newest era is taken. */
  readonly future: boolean;
}

/** One change, and what it sets. */
export interface EraChange {
  /** First mainline release with the change. */
  readonly from: string;
  /** Opens an era of this name. */
  readonly era?: EraName;
  /** Stable series that took it, with the first patch level. */
  readonly stable?: Readonly<Record<string, number>>;
  /** The change in words. */
  readonly what: string;
  /** The rules that differ from then on. */
  readonly set: Partial<EraTraits>;
}

const OLDEST: EraTraits = {
  hierarchicalDomains: false,
  vectorAllocator: "search",
  firstSystemVector: 0xec,
  moveCleanupVector: true,
  immovable: "EIO",
  levelAsserted: true,
  upperAddress: "everyMessage",
  subhandleWritten: true,
  logicalDelivery: "lowestPriority",
  withoutRemapping: "refusedAbove255",
  noapicSkipsRemapping: false,
  nosmpProbesDrivers: false,
  parentSearch: "remappingElseVector",
  lookupToken: "ANY",
  selectCalled: "withParameters",
  orphanIoapic: "bug",
  msiDomains: "global",
  busTokens: { pciMsi: 2, pciDeviceMsi: 0, pciDeviceMsix: 0, dmar: 0, amdvi: 0 },
  ioapicDomain: "byIndex",
  routingLines: "settingSwitched",
  xapicDrivers: "flatAndPhysical",
  physReselectsItself: true,
  lockedX2apic: "unknown",
  withoutX2apicConfig: "panic",
  enumeration: "generic_processor_info",
  disabledEntries: "all",
  refusesHotplugInPresentPackage: false,
  ignoresX2apicEntriesBelow255: false,
  badCpuLine: "native_cpu_up",
  maxcpusCounts: "online",
  amdXtNeedsMsiCapMmio: false,
  amdXtKnown: false,
  amdSouthbridge: "00:14.0",
  amdOwnInterrupt: "pciMsi",
  amdIrDomain: "always",
  hypervVouches: false,
  hypervExtDestId: "never",
  hypervNeedsMsrs: false,
  hypervStub: "withX2apicOnly",
  hypervRoot: false,
  hypervVtl: false,
  refusedIoapicMove: "ignored",
  xenVouches: "needsLapic",
  xenExtDestId: false,
  kvmExtDestId: false,
  bhyveGuest: false,
  secureAvic: false,
};

/** The table. */
export const CHANGES: readonly EraChange[] = [
  { from: "4.1", era: "E41", what: "Each chip composes its own messages", set: {} },
  {
    from: "4.3",
    era: "E43",
    what: "Interrupts live in trees of irqdomains",
    set: { hierarchicalDomains: true, noapicSkipsRemapping: true },
  },
  {
    from: "4.15",
    era: "E419",
    what: "Matrix vector allocator, one target CPU, fixed delivery",
    set: { vectorAllocator: "matrix", logicalDelivery: "fixed" },
  },
  { from: "4.19", what: "AMD XT: 32-bit destinations in IRTEs", set: { amdXtKnown: true } },
  {
    from: "5.4",
    what: "AMD XT also needs MSI capability registers in MMIO, EFR bit 46",
    set: { amdXtNeedsMsiCapMmio: true },
  },
  {
    from: "5.10",
    era: "E510",
    what: "IDs above 255 no longer refuse x2APIC, they stay offline; GENERIC_MSI token",
    set: {
      withoutRemapping: "upTo255",
      busTokens: { pciMsi: 3, pciDeviceMsi: 0, pciDeviceMsix: 0, dmar: 0, amdvi: 0 },
    },
  },
  {
    from: "5.11",
    era: "E511",
    what: "15-bit destinations, parents chosen by select, entries built from messages",
    set: {
      withoutRemapping: "upTo255Or32767",
      parentSearch: "fwspec",
      levelAsserted: false,
      upperAddress: "dmarOnly",
      subhandleWritten: false,
      ioapicDomain: "byId",
      amdXtNeedsMsiCapMmio: false,
      amdOwnInterrupt: "intcapxt",
      amdIrDomain: "whenWanted",
      hypervVouches: true,
      hypervExtDestId: "withVs1Signature",
      kvmExtDestId: true,
    },
  },
  {
    from: "5.15",
    what: "Hyper-V guests need the hypercall and VP index MSRs; root partitions",
    set: { hypervNeedsMsrs: true, hypervRoot: true },
  },
  {
    from: "5.18",
    stable: { "5.15": 34, "5.16": 20, "5.17": 3 },
    what: "The struct member of VT-d's subhandle lies over the data word again, not behind it",
    set: { subhandleWritten: true },
  },
  {
    from: "5.19",
    what: "The online-capable flag of the MADT is honoured from FADT 6.3 on; nosmp probes drivers",
    set: { disabledEntries: "onlineCapable", nosmpProbesDrivers: true },
  },
  {
    from: "6.1",
    what: "A locked x2APIC is known; Xen vouches by the CPU's feature and knows 15-bit IDs",
    set: { lockedX2apic: "modeLost", xenVouches: "x2apicFeature", xenExtDestId: true },
  },
  {
    from: "6.2",
    stable: { "6.1": 0 },
    what: "Without X86_X2APIC the APIC is switched off instead of a panic",
    set: { withoutX2apicConfig: "apicDisabled" },
  },
  {
    from: "6.2",
    era: "E62",
    what: "Each PCI device gets an MSI domain of its own",
    set: {
      msiDomains: "perDevice",
      busTokens: { pciMsi: 3, pciDeviceMsi: 11, pciDeviceMsix: 12, dmar: 13, amdvi: 14 },
    },
  },
  {
    from: "6.4",
    stable: { "4.19": 288, "5.4": 249, "5.10": 186, "5.15": 119, "6.1": 36, "6.3": 10 },
    what: "x2apic_phys_probe steps back when x2APIC is off",
    set: { physReselectsItself: false },
  },
  {
    from: "6.5",
    what: "CPUs start in parallel",
    set: { badCpuLine: "native_kick_ap", maxcpusCounts: "attempts" },
  },
  {
    from: "6.6",
    era: "E66",
    what: "max_apic_id is a field, drivers are installed; vector 0x20 is free",
    set: {
      routingLines: "installDriver",
      lockedX2apic: "kept",
      hypervStub: "always",
      hypervVtl: true,
      moveCleanupVector: false,
    },
  },
  {
    from: "6.9",
    era: "E611",
    what: "Topology code rewritten; select is asked only with a bus token",
    set: {
      enumeration: "topology_register_apic",
      refusesHotplugInPresentPackage: true,
      ignoresX2apicEntriesBelow255: true,
      badCpuLine: "invalidApicId",
      lookupToken: "GENERIC_MSI",
      selectCalled: "unlessTokenAny",
    },
  },
  {
    from: "6.10",
    what: "Vector 0xeb notifies of posted MSIs, configured or not",
    set: { firstSystemVector: 0xeb },
  },
  {
    from: "6.11",
    what: "64-bit kernels address physically in xAPIC mode; a pinned interrupt's move is EPERM",
    set: { xapicDrivers: "physicalOnly", immovable: "EPERM" },
  },
  {
    from: "6.14",
    what: "Remapped pins move at once, so a refused move is an error instead of a later nothing",
    set: { refusedIoapicMove: "EINVAL" },
  },
  {
    from: "6.15",
    stable: { "6.12": 24 },
    what: "On bare metal disabled MADT entries are no possible CPUs",
    set: { disabledEntries: "onlineCapableOrGuest" },
  },
  {
    from: "6.15",
    era: "E619",
    what: "Hyper-V's 15-bit answer no longer needs the VS#1 signature; bigsmp gone",
    set: { hypervExtDestId: "propertiesOnly" },
  },
  { from: "6.18", what: "bhyve guests; Secure AVIC", set: { bhyveGuest: true, secureAvic: true } },
  {
    from: "7.0",
    era: "E73",
    what: "Hot-pluggable IDs in a present package are possible CPUs again",
    set: { refusesHotplugInPresentPackage: false },
  },
  {
    // Not yet in 7.1.5, seen in 7.3.4; 7.2 was not read.
    from: "7.3",
    what: "Bus tokens renumbered; AMD's southbridge is found by its PCI class",
    set: {
      busTokens: { pciMsi: 3, pciDeviceMsi: 10, pciDeviceMsix: 11, dmar: 12, amdvi: 13 },
      amdSouthbridge: "pciClass",
    },
  },
];

/** What the mail changes on top of 5.11: a child without parent fails to initialise. */
const MAIL: Partial<EraTraits> = { orphanIoapic: "failsToInitialise" };

const folded = new Map<string, Era>();

/**
 * The era of a kernel. Releases newer than the table take its newest era and say so in `future`.
 *
 * @throws {RangeError} for a version that is neither `major.minor` of a release nor `mail`.
 */
export function eraOf(kernel: Pick<Machine["kernel"], "version" | "release">): Era {
  const key = `${kernel.version} ${kernel.release}`;
  const known = folded.get(key);
  if (known) return known;
  const era = foldEra(kernel.version, patchLevel(kernel));
  if (folded.size < 10_000) folded.set(key, era);
  return era;
}

function foldEra(version: string, patch: number): Era {
  const parsed = parseKernelVersion(version);
  if (!parsed) {
    throw new RangeError(`Cannot find an era: no kernel is "${version}"; give one such as 6.1`);
  }
  const { major, minor } = parsed.kind === "mail" ? { major: 5, minor: 11 } : parsed;
  const rows = CHANGES.filter((row) => holds(row, major, minor, patch));
  const name = rows.findLast((row) => row.era !== undefined)!.era!;
  const traits = Object.assign({}, OLDEST, ...rows.map((row) => row.set)) as EraTraits;
  if (parsed.kind === "mail") {
    return { ...traits, ...MAIL, name: "mail", version: "mail", future: false };
  }
  return { ...traits, name, version, future: isAfter({ major, minor }, NEWEST) };
}

function holds(row: EraChange, major: number, minor: number, patch: number): boolean {
  const from = parseKernelVersion(row.from)!;
  if (from.kind === "release" && !isAfter(from, { major, minor })) return true;
  const backported = row.stable?.[`${major}.${minor}`];
  return backported !== undefined && patch >= backported;
}

function isAfter(
  a: { readonly major: number; readonly minor: number },
  b: { readonly major: number; readonly minor: number },
): boolean {
  return a.major > b.major || (a.major === b.major && a.minor > b.minor);
}

/**
 * The stable patch level that `uname -r` tells, such as 107 of `6.12.107+deb13-amd64`. Debian's
 * older releases (`6.1.0-50-amd64`) hide it behind an ABI number: they count as the newest.
 */
function patchLevel({ version, release }: { version: string; release: string }): number {
  const match = /^(\d+\.\d+)\.(\d+)(-\d+-)?/.exec(release);
  if (!match || match[1] !== version) return Infinity;
  return match[3] && match[2] === "0" ? Infinity : Number(match[2]);
}
