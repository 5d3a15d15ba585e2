/** Source: Linux drivers/iommu/intel/dmar.c dmar_find_matched_drhd_unit. */
import type { IntelRemapping, Machine, PciFunction } from "../machine/machine.ts";
import { drhdUnits } from "./drhd_units.ts";
import { pciAddress } from "../machine/pci_address.ts";

/**
 * The unit that lists a function, else the one that covers the rest of its segment, else one that
 * lists a bridge above it. A machine file does not tell which buses lie behind a bridge: a
 * function off the listed buses counts as behind the first bridge with a smaller bus number.
 */
export function drhdUnitOf(
  dmar: IntelRemapping,
  { devices }: Machine,
): (device: PciFunction) => number | null {
  const { units } = dmar;
  const listed = new Map<string, number>();
  for (const at of drhdUnits(dmar)) {
    for (const device of units[at]!.devices) if (!listed.has(device)) listed.set(device, at);
  }
  const bridges = devices.filter((d) => PCI_BRIDGE.test(d.class) && listed.has(d.bdf));
  return ({ bdf }) => {
    const own = listed.get(bdf);
    if (own !== undefined) return own;
    const { segment } = pciAddress(bdf);
    const rest = units.findIndex((unit) => unit.includeAll && unit.segment === segment);
    if (rest >= 0) return rest;
    const above = bridges.find((bridge) => isBehind(bdf, bridge.bdf));
    return above ? listed.get(above.bdf)! : null;
  };
}

const PCI_BRIDGE = /^0604/;

/** On a later bus of the same segment. */
function isBehind(bdf: string, bridge: string): boolean {
  const [below, above] = [pciAddress(bdf), pciAddress(bridge)];
  return below.segment === above.segment && below.bus > above.bus;
}
