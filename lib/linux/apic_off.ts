import type { Booting } from "./booting.ts";
import { type HandOver, isUnsupported } from "./hand_over.ts";
import type { HypervisorPromises } from "./hypervisor.ts";

/** Why interrupts do not come through a local APIC at all, if they do not. */
export type ApicOff = "nolapic" | "noX2apicConfig" | "xenPv";

export function whyApicOff(
  { era, options }: Booting,
  handOver: HandOver,
  { hypervisor }: HypervisorPromises,
): ApicOff | null {
  if (hypervisor?.platform.name === "xenPv") return "xenPv";
  if (options.nolapic) return "nolapic";
  const refused = isUnsupported(handOver) && era.withoutX2apicConfig === "apicDisabled";
  return refused ? "noX2apicConfig" : null;
}
