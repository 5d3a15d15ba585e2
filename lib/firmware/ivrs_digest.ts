/**
 * What an IVRS means for interrupts: the `remapping` of a machine file.
 *
 * @module
 */
import { amdFeatures } from "../x86/amd_registers.ts";
import { hex } from "./hex.ts";
import { ivhdFeatures, type Ivrs, type IvrsEntry } from "./ivrs.ts";

/** What the IVRS tells of interrupt remapping. */
export interface AmdRemappingDigest {
  /** Whose units they are. */
  readonly vendor: "amd";
  /** The IVHD types present, in the table's order. */
  readonly ivhdTypes: readonly string[];
  /** The extended feature register as types 11h and 40h picture it; null with type 10h alone. */
  readonly efr: string | null;
  /** All units have 128-bit interrupt entries. */
  readonly ga: boolean;
  /** A unit remaps to 32-bit APIC IDs. */
  readonly xt: boolean;
  /** The I/O APICs with a requester id. */
  readonly ioapics: readonly IvrsSpecial[];
  /** The HPETs with a requester id. */
  readonly hpets: readonly IvrsSpecial[];
}

/** An I/O APIC or HPET and the id under which its messages arrive. */
export interface IvrsSpecial {
  /** MADT id of the I/O APIC, or number of the HPET. */
  readonly id: number;
  /** The requester id. */
  readonly requesterId: string;
}

/**
 * What an IVRS's blocks mean. A unit is described once per type; the type that the first unit is
 * described by last is read, as Linux does.
 * Source: Linux 6.12 drivers/iommu/amd/init.c get_highest_supported_ivhd_type, init_iommu_one.
 */
export function digestIvrs({ entries }: Ivrs): AmdRemappingDigest {
  const ivhds = entries.filter(isIvhd);
  const first = ivhds[0]?.requesterId;
  const read = ivhds.findLast((ivhd) => ivhd.requesterId === first)?.kind;
  const units = ivhds.filter((ivhd) => ivhd.kind === read);
  const features = units.map(featuresOf);
  return {
    vendor: "amd",
    ivhdTypes: [...new Set(ivhds.map((ivhd) => TYPE[ivhd.kind]))],
    efr: efrOf(units),
    ga: features.length > 0 && features.every(({ ga }) => ga),
    xt: features.some(({ xt }) => xt),
    ioapics: specials(units, VARIETY.ioapic),
    hpets: specials(units, VARIETY.hpet),
  };
}

type Ivhd = Extract<IvrsEntry, { readonly kind: "ivhd10" | "ivhd11" | "ivhd40" }>;
const TYPE = { ivhd10: "0x10", ivhd11: "0x11", ivhd40: "0x40" } as const;
const VARIETY = { ioapic: 1, hpet: 2 } as const;

function isIvhd(entry: IvrsEntry): entry is Ivhd {
  return entry.kind in TYPE;
}

function featuresOf(ivhd: Ivhd): { readonly ga: boolean; readonly xt: boolean } {
  if (ivhd.kind === "ivhd10") {
    const { gaSup, xtSup } = ivhdFeatures.decode(ivhd.featureReporting);
    return { ga: gaSup, xt: xtSup };
  }
  const { guestApic, xt } = amdFeatures.decode(ivhd.efrImage);
  return { ga: guestApic, xt };
}

function efrOf([unit]: readonly Ivhd[]): string | null {
  return unit === undefined || unit.kind === "ivhd10" ? null : hex(unit.efrImage);
}

function specials(units: readonly Ivhd[], variety: number): IvrsSpecial[] {
  return units.flatMap(({ devices }) => devices).flatMap((device) =>
    device.kind === "special" && device.variety === variety
      ? [{ id: device.handle, requesterId: hex(device.requesterId, 4) }]
      : []
  );
}
