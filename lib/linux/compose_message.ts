/**
 * The words of an interrupt message as Linux composes them.
 *
 * One function of the vector domain serves every device: it knows the CPU's destination and writes
 * its lower 8 bits where they have always been. What it does with the others decides how far the
 * device reaches: 15 bits where a hypervisor promised to read them, 32 where the message goes into
 * a DMAR unit's own registers, and else they are lost.
 */
import { msiAddressHigh, msiAddressLow, remappableAddressLow } from "../x86/msi_address.ts";
import { amdRemappableData, msiData, remappableData } from "../x86/msi_data.ts";
import type { ApicState } from "./boot.ts";
import type { Era } from "./eras.ts";

/** The three 32-bit words of a message. */
export interface MessageWords {
  /** Address 31:0: 0xFEE, then destination or remapping index. */
  readonly addressLow: number;
  /** Address 63:32: destination 31:8 in bits 31:8, or zero. */
  readonly addressHigh: number;
  /** Vector and delivery mode, or what a remapping unit wants. */
  readonly data: number;
}

/** Where an interrupt shall arrive: `dest` is `irq_cfg.dest_apicid`, `vector` is 0–255. */
export interface Route {
  /** What names the CPU, 32 bits wide; `destinationOf` computes it. */
  readonly dest: number;
  /** The CPU's interrupt vector. */
  readonly vector: number;
}

/** What the vector domain composes with. */
export interface Composer {
  /** How the kernel addresses CPUs. */
  readonly apic: ApicState;
  /** A PCI device with a non-zero upper address word writes to memory above 4 GiB. */
  readonly era: Pick<Era, "levelAsserted" | "upperAddress" | "subhandleWritten">;
}

const EXT_DEST_ID_LIMIT = 0x8000;

/**
 * The message of a PCI device, an HPET or an I/O APIC pin that the vector domain parents.
 * Destination bits without a place in it are dropped; `droppedBits` tells which.
 *
 * Source: Linux 6.1 arch/x86/kernel/apic/apic.c __irq_msi_compose_msg.
 */
export function composeMessage({ apic, era }: Composer, route: Route): MessageWords {
  const upper = era.upperAddress === "everyMessage" && apic.mode === "x2apic";
  return {
    addressLow: addressLowOf(apic, route),
    addressHigh: upper ? addressHighOf(route) : 0,
    data: dataOf({ apic, era }, route),
  };
}

/**
 * The message a DMAR unit sends for itself: never remapped, but with room for 32 bits.
 *
 * Source: Linux 6.1 arch/x86/kernel/apic/msi.c dmar_msi_compose_msg.
 */
export function composeDmarMessage(composer: Composer, route: Route): MessageWords {
  const { apic, era } = composer;
  const upper = era.upperAddress === "dmarOnly" || apic.mode === "x2apic";
  return {
    addressLow: addressLowOf({ ...apic, extDestId: false }, route),
    addressHigh: upper ? addressHighOf(route) : 0,
    data: dataOf(composer, route),
  };
}

/**
 * The remappable message of a device behind VT-d: which entry, never which CPU.
 *
 * Source: Linux 6.1 drivers/iommu/intel/irq_remapping.c fill_msi_msg.
 */
export function composeVtdMessage(
  { era: { subhandleWritten } }: Pick<Composer, "era">,
  { index, subhandle = 0 }: { readonly index: number; readonly subhandle?: number },
): MessageWords {
  return {
    addressLow: remappableAddressLow.encode({
      subhandleValid: true,
      handle0to14: index & 0x7fff,
      handle15: index >> 15,
    }),
    addressHigh: 0,
    data: remappableData.encode({ subhandle: subhandleWritten ? subhandle : 0 }),
  };
}

/**
 * The message of a device behind AMD-Vi: its address names nobody, its data the entry.
 *
 * Source: Linux 6.1 drivers/iommu/amd/iommu.c fill_msi_msg.
 */
export function composeAmdMessage({ index }: { readonly index: number }): MessageWords {
  return {
    addressLow: msiAddressLow.encode({}),
    addressHigh: 0,
    data: amdRemappableData.encode({ index }),
  };
}

/** Destination bits that `composeMessage` leaves out of the lower address word. */
export function droppedBits({ extDestId }: ApicState, { dest }: Route): number {
  const kept = extDestId && dest < EXT_DEST_ID_LIMIT ? 0x7fff : 0xff;
  return (dest & ~kept) >>> 0;
}

function addressLowOf(apic: ApicState, { dest }: Route): number {
  const extended = apic.extDestId && dest < EXT_DEST_ID_LIMIT;
  return msiAddressLow.encode({
    destMode: apic.destMode,
    redirectionHint: apic.deliveryMode === "lowestPriority",
    destId0to7: dest & 0xff,
    destId8to14: extended ? dest >> 8 : 0,
  });
}

function addressHighOf({ dest }: Route): number {
  return msiAddressHigh.encode({ destId8to31: dest >>> 8 });
}

function dataOf({ apic, era }: Composer, { vector }: Route): number {
  return msiData.encode({
    vector,
    deliveryMode: apic.deliveryMode === "lowestPriority" ? "lowest" : "fixed",
    level: era.levelAsserted ? 1 : 0,
  });
}
