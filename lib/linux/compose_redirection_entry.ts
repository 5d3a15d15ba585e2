/**
 * An I/O APIC pin is a message with other furniture: what the parent domain composes as an MSI,
 * moved into the places a redirection entry has for it.
 *
 * ```text
 * address 19:5 → entry 63:49   destination 7:0 and 14:8, or the remapping index 14:0
 * address 4    → entry 48      interrupt format
 * address 2    → entry 11      destination mode, or the index's bit 15
 * data 10:0    → entry 10:0    delivery mode and vector, or AMD's index, or VT-d's pin
 * ```
 *
 * The subhandle-valid bit, the upper address and the rest of the data have no place. Kernels up to
 * 5.10 wrote the entry field by field in mp_setup_entry and the remapping drivers; the words are
 * the same, their 8-bit destination included.
 *
 * Source: Linux 6.1 arch/x86/kernel/apic/io_apic.c ioapic_setup_msg_from_msi.
 */
import type { MessageWords } from "./compose_message.ts";
import { redirectionTableEntry } from "../x86/redirection_table_entry.ts";

/** What an entry says besides where its interrupt goes. */
export interface PinTraits {
  /** Trigger mode, entry bit 15. */
  readonly trigger: "edge" | "level";
  /** Polarity, entry bit 13. */
  readonly activeLow: boolean;
  /** Level pins are masked until their driver starts them. */
  readonly masked?: boolean;
}

/** The 64-bit entry of a pin whose parent domain composed `message`. */
export function composeRedirectionEntry(
  { addressLow, data }: Pick<MessageWords, "addressLow" | "data">,
  { trigger, activeLow, masked = false }: PinTraits,
): bigint {
  const moved = BigInt(addressLow >>> 4 & 0xffff) << 48n |
    BigInt(addressLow >>> 2 & 1) << 11n |
    BigInt(data & 0x7ff);
  return moved | redirectionTableEntry.encode({ trigger, activeLow, masked });
}
