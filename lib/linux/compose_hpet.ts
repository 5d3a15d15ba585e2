/**
 * The route register of an HPET timer that sends messages: data below, lower address above. The
 * upper address has no place, so an HPET without remapping reaches 15 bits of destination at most.
 *
 * Source: Linux 6.1 arch/x86/kernel/hpet.c hpet_msi_write.
 */
import { hpetRoute } from "../x86/hpet.ts";
import type { MessageWords } from "./compose_message.ts";

export function composeHpetRoute({ addressLow, data }: MessageWords): bigint {
  return hpetRoute.encode({ address: addressLow, data });
}
