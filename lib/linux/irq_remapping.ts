/**
 * Whether interrupts get remapped, and by whom: each vendor's prepare in turn.
 * Source: Linux drivers/iommu/irq_remapping.c irq_remapping_prepare, irq_remapping_enable.
 */
import { amdIommuPrepare } from "./amd_iommu_prepare.ts";
import type { Booting } from "./booting.ts";
import type { HypervisorPromises } from "./hypervisor.ts";
import { hypervPrepareIrqRemapping } from "./hyperv_prepare_irq_remapping.ts";
import { intelPrepareIrqRemapping } from "./intel_prepare_irq_remapping.ts";

export interface RemapInput extends Booting, HypervisorPromises {
  /** `x2apic_supported()`: the CPU's bit, unless the command line or the build took it away. */
  readonly x2apicFeature: boolean;
}

export type RemapMode = "xapic" | "x2apic";

/** One vendor's answer to `prepare`. */
export type Prepared<D extends string, Notes> =
  | { readonly kind: "declined"; readonly because: D; readonly notes: Notes }
  | { readonly kind: "prepared"; readonly mode: RemapMode; readonly notes: Notes };

export type RemapAttempt =
  | { readonly vendor: "intel"; readonly answer: ReturnType<typeof intelPrepareIrqRemapping> }
  | { readonly vendor: "amd"; readonly answer: ReturnType<typeof amdIommuPrepare> }
  | { readonly vendor: "hyperv"; readonly answer: ReturnType<typeof hypervPrepareIrqRemapping> };

export interface IrqRemapping {
  /** Null: nobody was asked. */
  readonly off: "notBuilt" | "intremapOff" | null;
  readonly attempts: readonly RemapAttempt[];
  readonly enabled: { readonly vendor: RemapAttempt["vendor"]; readonly mode: RemapMode } | null;
}

const NOT_BUILT: IrqRemapping = { off: "notBuilt", attempts: [], enabled: null };
const INTREMAP_OFF: IrqRemapping = { off: "intremapOff", attempts: [], enabled: null };

/** `irq_remapping_prepare` and `irq_remapping_enable`: the first vendor that is ready. */
export function irqRemappingPrepare(input: RemapInput): IrqRemapping {
  const { machine: { kernel: { config } }, options } = input;
  if (!config.IRQ_REMAP) return NOT_BUILT;
  if (options.intremapOff) return INTREMAP_OFF;
  const attempts: RemapAttempt[] = [];
  for (const attempt of VENDORS) {
    const made = attempt(input);
    if (!made) continue;
    attempts.push(made);
    if (made.answer.kind === "prepared") {
      const enabled = { vendor: made.vendor, mode: made.answer.mode };
      return { off: null, attempts, enabled };
    }
  }
  return { off: null, attempts, enabled: null };
}

/** In the order they are asked; null where the kernel was built without. */
const VENDORS: readonly ((input: RemapInput) => RemapAttempt | null)[] = [
  (input) =>
    input.machine.kernel.config.INTEL_IOMMU
      ? { vendor: "intel", answer: intelPrepareIrqRemapping(input) }
      : null,
  (input) =>
    input.machine.kernel.config.AMD_IOMMU
      ? { vendor: "amd", answer: amdIommuPrepare(input) }
      : null,
  (input) =>
    input.machine.kernel.config.HYPERV_IOMMU
      ? { vendor: "hyperv", answer: hypervPrepareIrqRemapping(input) }
      : null,
];
