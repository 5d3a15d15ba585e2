/**
 * The interrupts a remapping unit raises itself: never remapped, so their reach is their register's.
 *
 * @module
 */
import { amdInterruptControl } from "./amd_registers.ts";
import { fixedMessage, type InterruptMessage } from "./interrupt_message.ts";
import { messageFromMsi } from "./msi_message.ts";

/** FEADDR, FEUADDR and FEDATA, or their like for invalidation and page requests. */
export interface VtdEventRegisters {
  /** Message address 31:2. */
  readonly address: number;
  /** Destination 31:8 in bits 31:8. */
  readonly upperAddress: number;
  /** Message data. */
  readonly data: number;
}

/**
 * The message of a VT-d unit's own event. Without EIM the upper address register may be reserved
 * (in QEMU it is hardwired to zero), and the destination has 8 bits.
 * Source: Intel VT-d 11.4.8.5; Linux drivers/iommu/intel/dmar.c dmar_msi_write.
 */
export function vtdEventMessage(
  { address, upperAddress, data }: VtdEventRegisters,
  { extendedInterruptCapable }: { readonly extendedInterruptCapable: boolean },
): InterruptMessage {
  const upper = extendedInterruptCapable ? BigInt(upperAddress) << 32n : 0n;
  return messageFromMsi({ address: upper | BigInt(address), data }, "kvm32");
}

/** The message of an AMD unit's XT interrupt register. Source: AMD IOMMU specification 3.4.15. */
export function amdEventMessage(raw: bigint): InterruptMessage {
  const { destMode, destId0to23, destId24to31, vector, deliveryMode } = amdInterruptControl.decode(
    raw,
  );
  const dest = destId24to31 * 2 ** 24 + destId0to23;
  return fixedMessage({ dest, destMode, vector, deliveryMode });
}
