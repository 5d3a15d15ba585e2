/** Source: Linux drivers/iommu/amd/init.c amd_iommu_prepare, init_iommu_one. */
import type { AmdRemapping, Machine, PciFunction } from "../machine/machine.ts";
import { pciAddress } from "../machine/pci_address.ts";
import type { Options } from "./cmdline.ts";
import type { Era } from "./eras.ts";
import type { Prepared, RemapInput } from "./irq_remapping.ts";
import { ioapicRequesterId } from "./select.ts";

export type AmdDeclined =
  | "noIvrs"
  | "amdIommuOff"
  | "ioapicNotInIvrs"
  | "noSouthbridgeIoapic";

export interface AmdNotes {
  /** I/O APICs without a special device entry, in order. */
  readonly unlisted: readonly number[];
  readonly southbridgeFound: boolean;
  /** The command line overrides the IVRS, so that what it lacks is no firmware's bug. */
  readonly overridden: boolean;
  /** IVHD blocks were read: units, and with them AMD-IR domains, exist. */
  readonly unitsFound: boolean;
}

/** Remapping is prepared when the IVRS knows the I/O APIC that the timer hangs on. */
export function amdIommuPrepare(
  { machine, era, options }: RemapInput,
): Prepared<AmdDeclined, AmdNotes> {
  const ivrs = ivrsOf(machine);
  if (!ivrs) return { kind: "declined", because: "noIvrs", notes: NOTHING_READ };
  if (options.amdIommuOff) return { kind: "declined", because: "amdIommuOff", notes: NOTHING_READ };
  const { ok, ...notes } = checkIoapicInformation(ivrs, machine, era, options);
  if (ok) return { kind: "prepared", mode: amdUnits(ivrs, era, options).mode, notes };
  const because = notes.southbridgeFound ? "ioapicNotInIvrs" : "noSouthbridgeIoapic";
  return { kind: "declined", because, notes };
}

const NOTHING_READ: AmdNotes = {
  unlisted: [],
  southbridgeFound: false,
  overridden: false,
  unitsFound: false,
};

/** The IVRS of a machine with at least one IVHD block. */
export function ivrsOf({ remapping }: Machine): AmdRemapping | null {
  return remapping?.vendor === "amd" && remapping.ivhdTypes.length > 0 ? remapping : null;
}

/**
 * `check_ioapic_information`. Its verdict is overwritten at each I/O APIC: a missing one before
 * the southbridge's is forgiven, one after it is not.
 */
function checkIoapicInformation(ivrs: AmdRemapping, machine: Machine, era: Era, options: Options) {
  let ok = false;
  let southbridgeFound = false;
  const unlisted: number[] = [];
  for (const { id } of machine.ioapics) {
    const requesterId = ioapicRequesterId(ivrs, options, id);
    if (requesterId === null) {
      unlisted.push(id);
      ok = false;
    } else if (isSouthbridge(requesterId, machine, era)) {
      southbridgeFound = true;
      ok = true;
    }
  }
  const overridden = options.ivrsIoapics.size + options.ivrsHpets.size > 0;
  return { ok, unlisted, southbridgeFound, overridden, unitsFound: true };
}

const SOUTHBRIDGE = 0x14 << 3;

/** Up to 7.1 the fixed place 00:14.0, later an SMBus controller or ISA bridge wherever it is. */
function isSouthbridge(requesterId: number, { devices }: Machine, era: Era): boolean {
  if (era.amdSouthbridge === "00:14.0") return requesterId === SOUTHBRIDGE;
  return devices.some((device) =>
    requesterIdOf(device) === requesterId && /^(0c05|0601)/i.test(device.class)
  );
}

/** Bus, device and function of a PCI function in segment 0; -1 elsewhere. */
function requesterIdOf({ bdf }: PciFunction): number {
  const { segment, bus, device, function: fn } = pciAddress(bdf);
  return segment === 0 ? bus << 8 | device << 3 | fn : -1;
}

export interface AmdUnits {
  /** Hardware and kernel agree on 32-bit destinations (`amd_iommu_xt_mode`). */
  readonly mode: "xapic" | "x2apic";
  readonly irteBits: 32 | 128;
}

const EFR_MSI_CAP_MMIO = 46n;

/** What the IVHD blocks make of the units; the blocks of the highest type are read. */
export function amdUnits(ivrs: AmdRemapping, era: Era, options: Options): AmdUnits {
  const irteBits = ivrs.ga && !options.amdLegacyIr ? 128 : 32;
  const highestType = Math.max(...ivrs.ivhdTypes.map(Number));
  const xt = highestType >= 0x11 && era.amdXtKnown && ivrs.ga && ivrs.xt;
  const registersInMmio = (BigInt(ivrs.efr ?? 0) >> EFR_MSI_CAP_MMIO & 1n) === 1n;
  const x2apic = xt && (!era.amdXtNeedsMsiCapMmio || registersInMmio);
  return { mode: x2apic ? "x2apic" : "xapic", irteBits };
}
