import type { ChipNames } from "./boot.ts";
import type { Decided } from "./decide.ts";
import type { DeviceDomain } from "./device_domain.ts";

/** Domain name to its chain of parents, root last, as /sys/kernel/debug/irq/domains names them. */
export function domainTree(
  { era, domains, apicOff }: Decided,
  devices: readonly DeviceDomain[],
): Readonly<Record<string, readonly string[]>> {
  if (!era.hierarchicalDomains) return {};
  const tree: Record<string, readonly string[]> = {};
  for (const { name, kind } of domains) tree[name] = kind === "vector" ? [] : ["VECTOR"];
  const globalMsi = era.msiDomains === "global" && !apicOff;
  if (globalMsi) tree[`PCI-MSI-${era.busTokens.pciMsi}`] = ["VECTOR"];
  for (const { parent, between } of devices) {
    if (parent.own === null || parent.domain === null) continue;
    const above = [...between, parent.domain];
    above.forEach((name, at) => tree[name] ??= chain(above.slice(at + 1)));
    tree[parent.own] = chain(above);
  }
  return tree;
}

/** VECTOR is the root of every chain. */
function chain(names: readonly string[]): readonly string[] {
  return names.at(-1) === "VECTOR" ? names : [...names, "VECTOR"];
}

/** Chip name stems by class, sorted; classes without interrupts are absent. */
export function chipsOf(devices: readonly DeviceDomain[]): ChipNames {
  const chips: Record<string, string[]> = {};
  for (const { class: kind, chip } of devices) {
    if (chip === null) continue;
    const stems = chips[kind] ??= [];
    if (!stems.includes(chip)) stems.push(chip);
  }
  for (const stems of Object.values(chips)) stems.sort();
  return chips;
}
