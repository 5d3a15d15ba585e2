import type { Machine } from "../machine/machine.ts";
import { amdUnits, ivrsOf } from "./amd_iommu_prepare.ts";
import { decide, type Decided } from "./decide.ts";
import type { Decision } from "./decision.ts";
import type { DeviceDomain } from "./device_domain.ts";
import { deviceDomains } from "./device_domains.ts";
import { chipsOf, domainTree } from "./domain_tree.ts";
import type { EraName } from "./eras.ts";
import { isCatalogued } from "./log_catalogue.ts";
import { logLines } from "./log_lines.ts";
import { offlineCpus } from "./offline_cpus.ts";
import { panicText } from "./panic.ts";
import { traceOf } from "./trace.ts";

export type { EraName } from "./eras.ts";

/** What Linux made of a machine: everything the kernel decides, nothing the hardware does. */
export interface Boot {
  /** The stretch of releases whose rules were followed; `eraOf` yields the rules. */
  readonly era: EraName;
  /** The text of the panic or BUG, null when the kernel reaches user space. */
  readonly panic: string | null;
  /** Final `apic->name`. */
  readonly apicDriver: string;
  /** The CPUs run in x2APIC mode. */
  readonly x2apic: boolean;
  /** Greatest APIC ID that may come online, null when no limit is in force. */
  readonly maxApicId: number | null;
  /** Hyper-V's stub, which remaps nothing, counts as off. */
  readonly irqRemapping: "off" | "xapic" | "x2apic";
  /** In Linux CPU order. */
  readonly online: readonly OnlineCpu[];
  /** Every processor of the MADT that does not run, registered or not. */
  readonly offline: readonly OfflineCpu[];
  /** Present CPUs beyond `maxcpus=`, which may be brought online by hand. */
  readonly untried: readonly OnlineCpu[];
  /** As in sysfs, such as `0-3`. */
  readonly possible: string;
  /** CPUs there from the start, online or not, likewise. */
  readonly present: string;
  /** What /proc/interrupts names the chips of each class; empty when the kernel panics. */
  readonly chips: ChipNames;
  /** Domain name to its chain of parents, root last, as debugfs names them. */
  readonly domains: Readonly<Record<string, readonly string[]>>;
  /** `ioapic:0`, `hpet:0`, `iommu:0` or a PCI address to who parents it. */
  readonly parents: Readonly<Record<string, Parent>>;
  /** Kernel messages that tell the decisions apart, as `dmesg` shows them, in order. */
  readonly lines: readonly string[];
  /** Those and the further messages that this model knows. */
  readonly log: readonly string[];
  /** The decisions in their order, with reason and source; PCI functions of one fate share one. */
  readonly trace: readonly Decision[];
  /** The kernel state from which words are composed. */
  readonly apic: ApicState;
  /** Whether interrupts are remapped, by whom, and how wide. */
  readonly remapping: RemappingState;
}

/** A CPU that runs. */
export interface OnlineCpu {
  /** Linux CPU number. */
  readonly cpu: number;
  /** Its APIC ID, 32 bits. */
  readonly apicId: number;
}

/** A processor of the MADT that does not run. */
export interface OfflineCpu {
  /** Linux CPU number of one that is present: it may be brought online later. */
  readonly cpu?: number;
  /** As the MADT lists it, 32 bits. */
  readonly apicId: number;
  /** In words, such as "disabled in the MADT, may be added later". */
  readonly because: string;
}

/** irq_chip name stems of /proc/interrupts, sorted; a class without interrupts is absent. */
export interface ChipNames {
  /** `IO-APIC`, or `IR-IO-APIC` under any domain but VECTOR. */
  readonly ioapic?: readonly string[];
  /** `PCI-MSI`, from 6.2 on also `PCI-MSIX`, with `IR-` when remapped; `xen-pirq` in Xen PV. */
  readonly pciMsi?: readonly string[];
  /** `HPET-MSI` or `IR-HPET-MSI`; before 4.3 with an underscore, `HPET_MSI`. */
  readonly hpetMsi?: readonly string[];
  /** `DMAR-MSI`, before 4.3 `DMAR_MSI`; `IOMMU-MSI` of AMD's XT register from 5.11 on. */
  readonly iommuMsi?: readonly string[];
}

/** Who composes a device's messages. */
export interface Parent {
  /** The domain that composes, such as `VECTOR` or `INTEL-IR-0-13`; null for an orphan. */
  readonly domain: string | null;
  /** What kind of domain that is; null for an orphan. */
  readonly kind: ParentKind | null;
  /** Index of the remapping unit behind an `intelIr` or `amdIr` domain, else null. */
  readonly unit: number | null;
  /** The device's own domain below it, such as `IO-APIC-0` or `PCI-MSI-3`; null where none is. */
  readonly own: string | null;
  /** Those asked before, newest first, with their reason. */
  readonly declined: readonly DeclinedDomain[];
}

/** What composes: VECTOR, a unit's domain, Hyper-V's stub, or Xen's event channels. */
export type ParentKind = "vector" | "intelIr" | "amdIr" | "hypervIr" | "xenMsi";

/** A domain that was asked and said no. */
export interface DeclinedDomain {
  /** Its name, such as `VECTOR`. */
  readonly domain: string;
  /** A {@linkcode DeclinedBecause}, or of PCI functions `pciNomsi`, `noUnitCoversDevice`. */
  readonly because: string;
}

/** How the kernel addresses CPUs once its driver is chosen. */
export interface ApicState {
  /** `apic->name`. */
  readonly driver: string;
  /** How software runs the local APICs: by memory, by MSRs, or not at all. */
  readonly mode: "xapic" | "x2apic" | "pic";
  /** `apic->dest_mode_logical`: how the destinations it writes name CPUs. */
  readonly destMode: "physical" | "logical";
  /** `apic->delivery_mode`: lowest priority only of logical drivers before 4.15. */
  readonly deliveryMode: "fixed" | "lowestPriority";
  /** How `calc_dest_apicid` names a CPU. */
  readonly destId: "cpuBit" | "apicId" | "cluster";
  /** Greatest APIC ID in force, null when none. */
  readonly maxApicId: number | null;
  /** Linux's `virt_ext_dest_id`: address bits 11:5 carry destination bits 14:8. */
  readonly extDestId: boolean;
}

/** Interrupt remapping as Linux runs it: with 32 destination bits in x2apic mode, else with 8. */
export type RemappingState =
  | { readonly kind: "off" }
  /** Entries refuse other requesters than their device's, unless `intremap=nosid`. */
  | { readonly kind: "intel"; readonly mode: "xapic" | "x2apic"; readonly sidChecked: boolean }
  /** Entries of 128 bits need guest APIC mode. */
  | { readonly kind: "amd"; readonly mode: "xapic" | "x2apic"; readonly irteBits: 32 | 128 }
  /** Hyper-V's stub: remaps nothing, keeps I/O APIC pins to APIC IDs below 256. */
  | { readonly kind: "hyperv"; readonly mode: "xapic" | "x2apic" };

/**
 * What this kernel makes of this machine. Whether interrupts then arrive is asked of the hardware,
 * not of the kernel.
 */
export function boot(machine: Machine): Boot {
  const decided = decide(machine);
  const devices = deviceDomains(decided);
  const log = logLines(decided);
  return {
    ...factsOf(decided, devices),
    offline: offlineCpus(decided),
    domains: domainTree(decided, devices),
    lines: log.filter(isCatalogued),
    log,
    trace: traceOf(decided, devices),
  };
}

/** A boot without its words for people: what a sweep over very many machines works on. */
export type BootFacts = Omit<Boot, "offline" | "domains" | "lines" | "log" | "trace">;

/** The same decisions as {@link boot}, and nothing told about them. */
export function bootFacts(machine: Machine): BootFacts {
  const decided = decide(machine);
  return factsOf(decided, deviceDomains(decided));
}

function factsOf(decided: Decided, devices: readonly DeviceDomain[]): BootFacts {
  const { apic, bringUp, era, panic, registration, stageB, x2apicMode } = decided;
  return {
    era: era.name,
    panic: panic && panicText(panic),
    apicDriver: stageB.name,
    x2apic: x2apicMode,
    maxApicId: apic.maxApicId,
    irqRemapping: remappingMode(decided),
    online: bringUp.online,
    untried: bringUp.untried,
    possible: cpuList(registration.possible),
    present: cpuList(registration.present.length),
    chips: panic ? {} : chipsOf(devices),
    parents: Object.fromEntries(devices.map(({ device, parent }) => [device, parent])),
    apic,
    remapping: remappingState(decided),
  };
}

/** Hyper-V's stub remaps nothing and counts as off. */
function remappingMode({ remapping: { enabled } }: Decided): Boot["irqRemapping"] {
  return enabled && enabled.vendor !== "hyperv" ? enabled.mode : "off";
}

function remappingState({ machine, era, options, remapping }: Decided): RemappingState {
  const { enabled } = remapping;
  if (!enabled) return { kind: "off" };
  const { mode } = enabled;
  switch (enabled.vendor) {
    case "intel":
      return { kind: "intel", mode, sidChecked: !options.nosid };
    case "amd":
      return { kind: "amd", mode, irteBits: amdUnits(ivrsOf(machine)!, era, options).irteBits };
    case "hyperv":
      return { kind: "hyperv", mode };
  }
}

/** CPU numbers 0 … count − 1 as sysfs lists them. */
function cpuList(count: number): string {
  return count === 1 ? "0" : `0-${count - 1}`;
}
