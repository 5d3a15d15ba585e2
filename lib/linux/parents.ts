/** The domains that may parent I/O APICs and HPETs, and who of them does. */
import type { Machine } from "../machine/machine.ts";
import type { ApicState } from "./boot.ts";
import type { Booting } from "./booting.ts";
import type { Options } from "./cmdline.ts";
import { drhdUnits } from "./drhd_units.ts";
import type { Era } from "./eras.ts";
import { hpetFwspec, ioapicFwspec } from "./fwspec.ts";
import { findMatchingFwspec, type Found, type IrqDomain } from "./irqdomain.ts";
import type { IrqRemapping } from "./irq_remapping.ts";
import {
  amdIrqRemappingSelect,
  hypervIrqRemappingSelect,
  intelIrqRemappingSelect,
  x86VectorSelect,
} from "./select.ts";

export interface ParentsInput extends Booting {
  readonly remapping: IrqRemapping;
  readonly apic: ApicState;
}

/** In order of creation: VECTOR first of all, then the domains of the vendor that was prepared. */
export function parentDomains(input: ParentsInput): readonly IrqDomain[] {
  return [
    vectorDomain(input),
    ...intelDomains(input),
    ...amdDomains(input),
    ...hypervDomains(input),
  ];
}

/**
 * Who parents an I/O APIC or an HPET. From 5.11 on the device looks its parent up by name; before
 * it asked the remapping driver and fell back to VECTOR whatever the APIC IDs were.
 */
export function findParent(
  device: { readonly kind: "ioapic" | "hpet"; readonly id: number },
  domains: readonly IrqDomain[],
  era: Era,
): Found {
  const fwspec = device.kind === "ioapic" ? ioapicFwspec(device.id) : hpetFwspec(device.id);
  const newestFirst = domains.toReversed();
  if (era.parentSearch === "fwspec") {
    return findMatchingFwspec(newestFirst, fwspec, era.lookupToken, era);
  }
  const found = findMatchingFwspec(newestFirst, fwspec, "ANY", { selectCalled: "withParameters" });
  return found.domain ? found : { domain: domains[0]!, declined: found.declined.slice(0, -1) };
}

/** Before 5.11 VECTOR had no `select`: it was nobody's choice but the last resort. */
function vectorDomain({ era, apic }: ParentsInput): IrqDomain {
  const select = era.parentSearch === "fwspec"
    ? (fwspec: Parameters<typeof x86VectorSelect>[0]) => x86VectorSelect(fwspec, apic)
    : null;
  return { name: "VECTOR", kind: "vector", unit: null, select };
}

function intelDomains({ machine, era, remapping }: ParentsInput): readonly IrqDomain[] {
  const dmar = machine.remapping;
  if (remapping.enabled?.vendor !== "intel" || dmar?.vendor !== "intel") return [];
  return drhdUnits(dmar).map((unit) => ({
    name: `INTEL-IR-${unit}${tokenSuffix(era, era.busTokens.dmar)}`,
    kind: "intelIr",
    unit,
    select: (fwspec) => intelIrqRemappingSelect(fwspec, dmar, unit),
  }));
}

/** A refused remapping leaves AMD's domain behind, though it selects nothing. */
function amdDomains({ machine, era, options, remapping }: ParentsInput): readonly IrqDomain[] {
  const ivrs = machine.remapping;
  if (ivrs?.vendor !== "amd" || !amdUnitsInitialised(machine, era, options, remapping)) return [];
  const enabled = remapping.enabled?.vendor === "amd";
  return [{
    name: `AMD-IR-0${tokenSuffix(era, era.busTokens.amdvi)}`,
    kind: "amdIr",
    unit: 0,
    select: (fwspec) => amdIrqRemappingSelect(fwspec, ivrs, options, { enabled }),
  }];
}

function amdUnitsInitialised(
  { kernel: { config }, remapping: table }: Machine,
  era: Era,
  options: Options,
  remapping: IrqRemapping,
): boolean {
  const asked = remapping.attempts.some(({ vendor, answer }) =>
    vendor === "amd" && answer.notes.unitsFound
  );
  if (asked || era.amdIrDomain === "whenWanted") return asked;
  return config.AMD_IOMMU && config.IRQ_REMAP && !options.amdIommuOff &&
    table?.vendor === "amd" && table.ivhdTypes.length > 0;
}

function hypervDomains({ remapping }: ParentsInput): readonly IrqDomain[] {
  const attempt = remapping.attempts.find(({ vendor }) => vendor === "hyperv");
  if (attempt?.vendor !== "hyperv" || attempt.answer.kind !== "prepared") return [];
  return [{
    name: attempt.answer.notes.root ? "HYPERV-ROOT-IR-0" : "HYPERV-IR-0",
    kind: "hypervIr",
    unit: null,
    select: hypervIrqRemappingSelect,
  }];
}

/** debugfs appends a domain's bus token from 6.2 on, when parents got tokens of their own. */
function tokenSuffix({ msiDomains }: Era, token: number): string {
  return msiDomains === "perDevice" ? `-${token}` : "";
}
