/**
 * Where a posted interrupt's notification goes.
 *
 * @module
 */
import { fixedMessage, type InterruptMessage } from "./interrupt_message.ts";
import type { LapicMode } from "./lapic.ts";
import type { PostedDescriptor } from "./vtd_irte.ts";

/**
 * The notification a descriptor asks for, or null when it is suppressed or one is under way.
 * The destination is physical: 32 bits in x2APIC mode, NDST 15:8 in xAPIC mode, so the reach of a
 * posted interrupt is that of EIME or of 8 bits.
 * Source: Intel VT-d 5.2.5 and 9.12.
 */
export function notification(
  descriptor: PostedDescriptor,
  { mode, urgent }: { readonly mode: LapicMode; readonly urgent: boolean },
): InterruptMessage | null {
  const { outstanding, suppress, notificationVector, notificationDest } = descriptor;
  if (outstanding || suppress && !urgent) return null;
  const dest = mode === "x2apic" ? notificationDest : notificationDest >>> 8 & 0xff;
  return fixedMessage({ dest, vector: notificationVector });
}

/** The descriptor after a vector is posted into it. */
export function posted(descriptor: PostedDescriptor, vector: number): PostedDescriptor {
  return { ...descriptor, requests: descriptor.requests | 1n << BigInt(vector) };
}
