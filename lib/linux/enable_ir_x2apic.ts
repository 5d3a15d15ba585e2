/** Source: Linux arch/x86/kernel/apic/apic.c enable_IR_x2apic. */
import type { ApicOff } from "./apic_off.ts";
import { type Booting, leavesRoutingOut } from "./booting.ts";
import type { HandOver } from "./hand_over.ts";
import type { HypervisorPromises } from "./hypervisor.ts";
import { type IrqRemapping, irqRemappingPrepare } from "./irq_remapping.ts";
import type { Registration } from "./registration.ts";
import { tryToEnableX2apic, type X2apicDecision, type X2apicDisable } from "./x2apic.ts";

export interface X2apicMode {
  readonly x2apic: X2apicDecision;
  /** `x2apic_mode`: software runs the APIC by MSRs. */
  readonly x2apicMode: boolean;
}

export interface IrX2apic extends X2apicMode {
  readonly remapping: IrqRemapping;
}

const NOBODY_ASKED: IrqRemapping = { off: null, attempts: [], enabled: null };
const SKIPPED: X2apicDecision = { kind: "untouched", because: "ioapicSkipped" };
const NOT_PROBED: X2apicDecision = { kind: "untouched", because: "nosmpLeavesRoutingOut" };
const NO_FEATURE: X2apicDecision = { kind: "untouched", because: "noFeatureNoRemapping" };

/** Remapping first, for on it hangs what x2APIC may address. */
export function enableIrX2apic(
  kernel: Booting,
  handOver: HandOver,
  promises: HypervisorPromises,
  { apicOff, registration }: {
    readonly apicOff: ApicOff | null;
    readonly registration: Registration;
  },
): IrX2apic {
  const before = handOver.inHardware && handOver.configured;
  if (leavesRoutingOut(kernel)) {
    return { remapping: NOBODY_ASKED, x2apic: NOT_PROBED, x2apicMode: before };
  }
  if (apicOff || (kernel.options.noapic && kernel.era.noapicSkipsRemapping)) {
    return { remapping: NOBODY_ASKED, x2apic: SKIPPED, x2apicMode: before };
  }
  const x2apicFeature = handOver.feature && handOver.configured;
  const remapping = irqRemappingPrepare({ ...kernel, ...promises, x2apicFeature });
  if (!remapping.enabled && !x2apicFeature) {
    return { remapping, x2apic: NO_FEATURE, x2apicMode: before };
  }
  const x2apic = tryToEnableX2apic({
    era: kernel.era,
    state: handOver.configured ? handOver.state : "disabled",
    bootApicId: kernel.machine.firmware.bootApicId,
    remapMode: remapping.enabled?.mode ?? null,
    x2apicAvailable: promises.x2apicAvailable,
    msiExtDestId: promises.msiExtDestId,
    maxPhysicalApicId: greatest(registration.present),
  });
  return { remapping, x2apic, x2apicMode: modeAfter(x2apic, before) };
}

/** A kernel that panics over x2APIC has not switched it off. */
const STAYS_ON: ReadonlySet<X2apicDisable["kind"]> = new Set(["kept", "panic"]);

function modeAfter(x2apic: X2apicDecision, before: boolean): boolean {
  switch (x2apic.kind) {
    case "enabled":
      return true;
    case "refused":
      return STAYS_ON.has(x2apic.disable.kind);
    case "untouched":
    case "stateDisabled":
      return before;
  }
}

function greatest(ids: readonly number[]): number {
  return ids.reduce((max, id) => Math.max(max, id), 0);
}
