/** Place of a PCI function. */
export interface PciAddress {
  readonly segment: number;
  readonly bus: number;
  readonly device: number;
  readonly function: number;
}

/** What `ssss:bb:dd.f` names; segments of VMD domains have five digits. */
export function pciAddress(bdf: string): PciAddress {
  const [segment, bus, device, fn] = bdf.split(/[:.]/).map((digits) => Number.parseInt(digits, 16));
  return { segment: segment!, bus: bus!, device: device!, function: fn! };
}
