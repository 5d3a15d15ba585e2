/** Source: Linux drivers/iommu/hyperv-iommu.c hyperv_prepare_irq_remapping. */
import type { Prepared, RemapInput } from "./irq_remapping.ts";

export type HypervDeclined = "notHyperv" | "extendedDestinations" | "noX2apicFeature";

/**
 * Hyper-V's stub remaps nothing: it claims x2APIC mode so that all CPUs come online, and keeps
 * the I/O APIC's pins to APIC IDs below 256. Where the I/O APIC reads 15 bits it is not needed.
 */
export function hypervPrepareIrqRemapping(
  { era, hypervisor, hypervRoot, msiExtDestId, x2apicFeature }: RemapInput,
): Prepared<HypervDeclined, { readonly root: boolean }> {
  const notes = { root: hypervRoot };
  if (hypervisor?.platform.name !== "hyperv") {
    return { kind: "declined", because: "notHyperv", notes };
  }
  if (msiExtDestId) return { kind: "declined", because: "extendedDestinations", notes };
  if (!x2apicFeature && era.hypervStub === "withX2apicOnly") {
    return { kind: "declined", because: "noX2apicFeature", notes };
  }
  return { kind: "prepared", mode: x2apicFeature ? "x2apic" : "xapic", notes };
}
