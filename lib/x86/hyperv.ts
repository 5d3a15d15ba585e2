/**
 * Hyper-V's side of interrupt routing: one I/O APIC, no HPET, and devices whose vectors are
 * retargeted by a hypercall that names virtual processors.
 *
 * @module
 */
import { type Decoded, flag, ignored, Register } from "../bits/register.ts";
import type { MessageFormat } from "./reach.ts";

/** Leaf 0x40000082 EAX, present where leaf 0x40000081 EAX reads {@link VS_INTERFACE}. */
export const virtualizationStackProperties = new Register({
  name: "VirtualizationStackProperties",
  width: 32,
  source: "Linux arch/x86/include/asm/hyperv-tlfs.h HYPERV_VS_PROPERTIES_EAX_*; OpenVMM cpuid",
  fields: {
    ignored0to1: ignored(2),
    extendedIoapicRte: flag("Redirection entries and messages carry 15 destination bits"),
    confidentialVmbus: flag("Confidential VMBus"),
    ignored4to31: ignored(28),
  },
});
/** Fields of {@link virtualizationStackProperties}. */
export type VirtualizationStackProperties = Decoded<typeof virtualizationStackProperties>;

/** "VS#1", what leaf 0x40000081 EAX reads where leaf 0x40000082 counts. */
export const VS_INTERFACE = 0x3123_5356;

/** Leaf 0x40000004 EAX: what Hyper-V recommends. */
export const hypervRecommendations = new Register({
  name: "HypervRecommendations",
  width: 32,
  source: "Microsoft Hypervisor TLFS, CPUID leaf 0x40000004",
  fields: {
    ignored0to2: ignored(3),
    apicMsrs: flag("APIC access by MSR"),
    ignored4to6: ignored(3),
    interruptRemapping: flag("Interrupt remapping"),
    x2apicMsrs: flag("x2APIC MSRs"),
    autoEoiDeprecated: flag("AutoEOI is deprecated"),
    clusterIpi: flag("Cluster IPI hypercall"),
    extendedProcessorMasks: flag("Extended processor masks"),
    ignored12to31: ignored(20),
  },
});
/** Fields of {@link hypervRecommendations}. */
export type HypervRecommendations = Decoded<typeof hypervRecommendations>;

/** The message format of a Hyper-V guest, from its virtualization stack leaves. */
export function hypervFormat(
  leaves: { readonly interfaceEax: number; readonly propertiesEax: number },
): Extract<MessageFormat, `hyperv-${string}`> {
  const { extendedIoapicRte } = virtualizationStackProperties.decode(leaves.propertiesEax);
  return leaves.interfaceEax === VS_INTERFACE && extendedIoapicRte ? "hyperv-ext" : "hyperv-no-ext";
}
