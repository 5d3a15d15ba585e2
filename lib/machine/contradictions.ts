import { SIGNATURES } from "../firmware/hypervisor_leaves.ts";
import { MODELLED, parseKernelVersion } from "./kernel_version.ts";
import type { AmdRemapping, Machine, MadtProcessor } from "./machine.ts";

/** A field that cannot be true beside the others, and what mends it. */
export interface Contradiction {
  readonly field: string;
  readonly found: string;
  readonly mend: string;
}

type Check = (machine: Machine) => Contradiction | null;

/**
 * The first contradiction between fields that are each well formed, or null. Only what no firmware
 * and no processor could mean is refused; what Linux has an answer for is left to Linux: a DMAR
 * without units, an I/O APIC outside every scope, an ID above 32767.
 */
export function findContradiction(machine: Machine): Contradiction | null {
  for (const check of CHECKS) {
    const contradiction = check(machine);
    if (contradiction) return contradiction;
  }
  return null;
}

const CHECKS: readonly Check[] = [
  kernelVersionKnown,
  apicIdsDiffer,
  bootCpuListed,
  lapicEntriesFitOneByte,
  x2apicNeedsItsFeature,
  bootIdFitsItsMode,
  ioapicIdsDiffer,
  ioapicGsisDiffer,
  hypervisorLeafMatches,
  amdFeaturesMatch,
  pciAddressesDiffer,
];

function kernelVersionKnown({ kernel }: Machine): Contradiction | null {
  if (parseKernelVersion(kernel.version)) return null;
  return {
    field: "kernel.version",
    found: `"${kernel.version}", which is no kernel from 4.1 on`,
    mend: `give major.minor of a released kernel (${MODELLED} are modelled), such as 6.1, or mail`,
  };
}

/** Disabled slots and the broadcast IDs are placeholders that may repeat. */
function isPlaceholder({ apicId, entry, enabled }: MadtProcessor): boolean {
  return !enabled || (entry === "lapic" && apicId === 0xff) || apicId === 0xffff_ffff;
}

function apicIdsDiffer({ cpus }: Machine): Contradiction | null {
  const ids = cpus.map((cpu) => isPlaceholder(cpu) ? null : cpu.apicId);
  return repeated(ids, (first, again, id) => ({
    field: `cpus[${again}].apicId`,
    found: `${id}, the ID of cpus[${first}] too`,
    mend: "give every processor an ID of its own",
  }));
}

function bootCpuListed({ firmware, cpus }: Machine): Contradiction | null {
  if (cpus.some(({ apicId, enabled }) => enabled && apicId === firmware.bootApicId)) return null;
  return {
    field: "firmware.bootApicId",
    found: `${firmware.bootApicId}, which no enabled entry of cpus has`,
    mend: "list the boot processor in cpus or name one that is listed",
  };
}

function lapicEntriesFitOneByte({ cpus }: Machine): Contradiction | null {
  const at = cpus.findIndex(({ entry, apicId }) => entry === "lapic" && apicId > 0xff);
  if (at < 0) return null;
  return {
    field: `cpus[${at}].entry`,
    found: `"lapic" beside apicId ${cpus[at]!.apicId}, though that entry holds 8 bits`,
    mend: "use x2apic entries for IDs above 255",
  };
}

function x2apicNeedsItsFeature({ firmware, cpu }: Machine): Contradiction | null {
  if (!firmware.x2apicEnabled || cpu.x2apic) return null;
  return {
    field: "firmware.x2apicEnabled",
    found: "true beside cpu.x2apic false",
    mend: "a processor without the feature cannot be handed over in x2APIC mode: change one",
  };
}

function bootIdFitsItsMode({ firmware }: Machine): Contradiction | null {
  if (firmware.x2apicEnabled || firmware.bootApicId <= 0xff) return null;
  return {
    field: "firmware.bootApicId",
    found: `${firmware.bootApicId} beside firmware.x2apicEnabled false`,
    mend: "an xAPIC has an ID of 8 bits: hand over in x2APIC mode or lower the ID",
  };
}

function ioapicIdsDiffer({ ioapics }: Machine): Contradiction | null {
  return repeated(ioapics.map(({ id }) => id), (first, again, id) => ({
    field: `ioapics[${again}].id`,
    found: `${id}, the id of ioapics[${first}] too`,
    mend: "give every I/O APIC an id of its own",
  }));
}

function ioapicGsisDiffer({ ioapics }: Machine): Contradiction | null {
  const sorted = ioapics.map((ioapic, at) => ({ ...ioapic, at }))
    .toSorted((a, b) => a.gsiBase - b.gsiBase);
  const again = sorted.find(({ gsiBase }, i) => {
    const before = sorted[i - 1];
    return before !== undefined && gsiBase < before.gsiBase + before.pins;
  });
  if (!again) return null;
  return {
    field: `ioapics[${again.at}].gsiBase`,
    found: `${again.gsiBase}, inside another I/O APIC's range`,
    mend: "give ranges gsiBase … gsiBase + pins − 1 that do not overlap",
  };
}

function hypervisorLeafMatches({ hypervisor }: Machine): Contradiction | null {
  const { signature, base } = hypervisor;
  if (signature === null) return null;
  const spelt = Object.values(hypervisor.leaves).map((words) => SIGNATURES[signatureOf(words)]);
  if (spelt.includes(signature)) return null;
  return {
    field: "hypervisor.signature",
    found: `"${signature}", but hypervisor.leaves at base ${base} spell no such thing`,
    mend: "make signature, base and leaves agree",
  };
}

/** The 12 characters that EBX, ECX and EDX of a leaf spell. */
function signatureOf(words: Machine["hypervisor"]["leaves"][string]): string {
  return words.slice(1).map(charactersOf).join("");
}

function charactersOf(word: string): string {
  const bits = Number(word);
  return [0, 8, 16, 24].map((at) => String.fromCharCode(bits >>> at & 0xff)).join("");
}

/** EFR bits 7 (GASup) and 2 (XTSup) are what `ga` and `xt` say in words. Source: AMD IOMMU 3.4. */
function amdFeaturesMatch({ remapping }: Machine): Contradiction | null {
  if (remapping?.vendor !== "amd" || remapping.efr === null) return null;
  return amdBit(remapping, "ga", 7n) ?? amdBit(remapping, "xt", 2n);
}

function amdBit(remapping: AmdRemapping, field: "ga" | "xt", bit: bigint): Contradiction | null {
  const set = (BigInt(remapping.efr!) >> bit & 1n) === 1n;
  if (set === remapping[field]) return null;
  return {
    field: `remapping.${field}`,
    found: `${remapping[field]}, but bit ${bit} of remapping.efr ${remapping.efr} says ${set}`,
    mend: "make both say the same",
  };
}

function pciAddressesDiffer({ devices }: Machine): Contradiction | null {
  return repeated(devices.map(({ bdf }) => bdf), (first, again, bdf) => ({
    field: `devices[${again}].bdf`,
    found: `"${bdf}", the address of devices[${first}] too`,
    mend: "list every PCI function once",
  }));
}

/** Reports the first value met again; nulls never repeat. */
function repeated<T>(
  values: readonly (T | null)[],
  report: (first: number, again: number, value: T) => Contradiction,
): Contradiction | null {
  const places = new Map<T, number>();
  for (const [at, value] of values.entries()) {
    if (value === null) continue;
    const first = places.get(value);
    if (first !== undefined) return report(first, at, value);
    places.set(value, at);
  }
  return null;
}
