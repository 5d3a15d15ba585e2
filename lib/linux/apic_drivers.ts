/**
 * The APIC drivers of 64-bit kernels in link order, each with the two questions it is asked.
 * Source: Linux arch/x86/kernel/apic/Makefile and each driver's file.
 */
import type { Era } from "./eras.ts";

export type DriverName =
  | "NumaConnect system"
  | "NumaConnect2 system"
  | "UV large system"
  | "secure avic x2apic"
  | "physical x2apic"
  | "cluster x2apic"
  | "physical flat"
  | "flat"
  | "Xen PV"
  | "noop";

export interface ApicDriver {
  /** `apic->name`. */
  readonly name: DriverName;
  readonly destMode: "physical" | "logical";
  /** What `calc_dest_apicid` writes: `1 << cpu`, the APIC ID, or the logical x2APIC ID. */
  readonly destId: "cpuBit" | "apicId" | "cluster";
  /** Its registers are MSRs. */
  readonly x2apic: boolean;
  /** Greatest valid APIC ID by itself; null when any ID is valid. */
  readonly ownMaxApicId: number | null;
  /** Takes the limit of `x2apic_set_max_apicid` over. */
  readonly takesLimit: boolean;
  /** Stage A, while the MADT's header is read. */
  oemCheck(stage: StageA): boolean;
  /** Stage B, once remapping and x2APIC are settled. */
  probe(stage: StageB): boolean;
  /** Under arch/x86/kernel/apic where no folder is named. */
  readonly file: string;
}

/** What a driver sees at `acpi_madt_oem_check`. */
export interface StageA {
  readonly era: Era;
  readonly oemId: string;
  readonly oemTableId: string;
  readonly x2apicInHardware: boolean;
  readonly x2apicConfig: boolean;
  /** `x2apic_phys` on the command line or set by the hypervisor's init. */
  readonly x2apicPhys: boolean;
  /** FADT from revision 3 on says APIC_PHYSICAL. */
  readonly fadtPhysical: boolean;
  readonly secureAvic: boolean;
}

/** What a driver sees at `probe`. */
export interface StageB extends StageA {
  readonly current: DriverName;
  /** Software runs the APIC by MSRs. */
  readonly x2apicMode: boolean;
  readonly possibleCpus: number;
  readonly jailhouse: boolean;
}

const xapic = { x2apic: false, ownMaxApicId: 0xfe, takesLimit: false } as const;
const x2apic = { x2apic: true, ownMaxApicId: null, takesLimit: true } as const;
const anyId = { x2apic: false, ownMaxApicId: null, takesLimit: false } as const;
const physical = { destMode: "physical", destId: "apicId" } as const;

const prefers = (stage: StageA) => stage.x2apicPhys || stage.fadtPhysical;

/** First come, first asked. */
export const DRIVERS: readonly ApicDriver[] = [
  {
    name: "NumaConnect system",
    ...physical,
    ...anyId,
    oemCheck: ({ oemId, oemTableId }) => isNumachip(oemId, oemTableId, "NCONNECT"),
    probe: ({ current }) => current === "NumaConnect system",
    file: "apic_numachip.c",
  },
  {
    name: "NumaConnect2 system",
    ...physical,
    ...anyId,
    oemCheck: ({ oemId, oemTableId }) => isNumachip(oemId, oemTableId, "NCONECT2"),
    probe: ({ current }) => current === "NumaConnect2 system",
    file: "apic_numachip.c",
  },
  {
    // From 5.11 on its OEM check only takes notes, so it never becomes the current driver.
    name: "UV large system",
    ...physical,
    ...anyId,
    oemCheck: () => false,
    probe: ({ current }) => current === "UV large system",
    file: "x2apic_uv_x.c",
  },
  {
    name: "secure avic x2apic",
    ...physical,
    ...x2apic,
    oemCheck: (stage) => stage.era.secureAvic && stage.secureAvic && stage.x2apicInHardware,
    probe: (stage) => stage.era.secureAvic && stage.secureAvic,
    file: "x2apic_savic.c",
  },
  {
    name: "physical x2apic",
    ...physical,
    ...x2apic,
    oemCheck: (stage) => stage.x2apicConfig && stage.x2apicInHardware && prefers(stage),
    probe: x2apicPhysProbe,
    file: "x2apic_phys.c",
  },
  {
    name: "cluster x2apic",
    destMode: "logical",
    destId: "cluster",
    ...x2apic,
    oemCheck: (stage) => stage.x2apicConfig && stage.x2apicInHardware,
    probe: (stage) => stage.x2apicConfig && stage.x2apicMode,
    file: "x2apic_cluster.c",
  },
  {
    name: "physical flat",
    ...physical,
    ...xapic,
    oemCheck: physflatOemCheck,
    probe: physflatProbe,
    file: "apic_flat_64.c",
  },
  {
    name: "flat",
    destMode: "logical",
    destId: "cpuBit",
    ...xapic,
    oemCheck: () => true,
    probe: () => true,
    file: "apic_flat_64.c",
  },
];

/** What is left of the APIC after `apic_disable`. */
const NOOP: ApicDriver = {
  name: "noop",
  destMode: "logical",
  destId: "cpuBit",
  ...xapic,
  oemCheck: () => false,
  probe: () => false,
  file: "apic_noop.c",
};

/** Installed by Xen's own late probe; its destinations are never used. */
const XEN_PV: ApicDriver = { ...NOOP, ...anyId, name: "Xen PV", file: "arch/x86/xen/apic.c" };

const UNPROBED: readonly ApicDriver[] = [NOOP, XEN_PV];

export function driverNamed(name: DriverName): ApicDriver {
  return [...DRIVERS, ...UNPROBED].find((driver) => driver.name === name)!;
}

/** `apic` as it is compiled in. */
export function initialDriver({ xapicDrivers }: Era): DriverName {
  return xapicDrivers === "physicalOnly" ? "physical flat" : "flat";
}

/** `default_acpi_madt_oem_check`: the first driver that recognises the machine. */
export function defaultAcpiMadtOemCheck(stage: StageA): DriverName {
  return DRIVERS.find((driver) => driver.oemCheck(stage))!.name;
}

/** `default_setup_apic_routing`, later `x86_64_probe_apic`: the first driver that wants it. */
export function defaultSetupApicRouting(stage: StageB): DriverName {
  return DRIVERS.find((driver) => driver.probe(stage))!.name;
}

function isNumachip(oemId: string, oemTableId: string, table: string): boolean {
  return oemId.startsWith("NUMASC") && oemTableId.startsWith(table);
}

/** Source: Linux 6.6 x2apic_phys.c x2apic_phys_probe; older kernels were content to be current. */
function x2apicPhysProbe(stage: StageB): boolean {
  if (!stage.x2apicConfig) return false;
  const current = stage.current === "physical x2apic";
  if (!stage.x2apicMode) return stage.era.physReselectsItself && current;
  return prefers(stage) || current;
}

function physflatOemCheck({ era, fadtPhysical, oemId, oemTableId }: StageA): boolean {
  if (era.xapicDrivers === "physicalOnly" || fadtPhysical) return true;
  return oemId.startsWith("IBM") && oemTableId.startsWith("EXA");
}

/** Flat logical destinations have a bit for each of 8 CPUs. */
function physflatProbe({ era, current, possibleCpus, jailhouse }: StageB): boolean {
  if (era.xapicDrivers === "physicalOnly") return true;
  return current === "physical flat" || possibleCpus > 8 || jailhouse;
}
