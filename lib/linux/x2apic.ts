/**
 * The x2APIC state machine, one function for each of the kernel's.
 * Source: Linux arch/x86/kernel/apic/apic.c setup_nox2apic, check_x2apic, x2apic_disable,
 * try_to_enable_x2apic.
 */
import type { Era } from "./eras.ts";

/** `x2apic_state`. */
export type X2apicState = "off" | "disabled" | "on" | "onLocked";

export type Nox2apic =
  | { readonly kind: "notAsked" }
  | { readonly kind: "ignored"; readonly because: "bootIdNeedsX2apic" | "x2apicLocked" }
  | { readonly kind: "enforced"; readonly because: "x2apicWasOn" | "x2apicWasOff" };

/** `early_param("nox2apic")`, before anything else looks at the APIC. */
export function setupNox2apic(
  { asked, inHardware, bootApicId, locked }: {
    readonly asked: boolean;
    readonly inHardware: boolean;
    readonly bootApicId: number;
    readonly locked: boolean;
  },
): Nox2apic {
  if (!asked) return { kind: "notAsked" };
  if (!inHardware) return { kind: "enforced", because: "x2apicWasOff" };
  if (bootApicId >= 255) return { kind: "ignored", because: "bootIdNeedsX2apic" };
  if (locked) return { kind: "ignored", because: "x2apicLocked" };
  return { kind: "enforced", because: "x2apicWasOn" };
}

/** `check_x2apic`: the state that firmware and CPU leave behind. */
export function checkX2apic(
  { feature, inHardware, locked }: {
    readonly feature: boolean;
    readonly inHardware: boolean;
    readonly locked: boolean;
  },
): X2apicState {
  if (inHardware) return locked ? "onLocked" : "on";
  return feature ? "off" : "disabled";
}

/** What came of switching x2APIC off. */
export type X2apicDisable =
  | { readonly kind: "wasOff" }
  | { readonly kind: "disabled" }
  | { readonly kind: "panic"; readonly because: "bootIdNeedsX2apic" }
  | { readonly kind: "kept"; readonly because: "x2apicLocked" }
  /** Up to 6.5 a locked x2APIC stayed on in hardware while software forgot it. */
  | { readonly kind: "modeLost"; readonly because: "x2apicLocked" };

export function x2apicDisable(
  { state, bootApicId, era }: {
    readonly state: X2apicState;
    readonly bootApicId: number;
    readonly era: Era;
  },
): X2apicDisable {
  if (state === "off" || state === "disabled") return { kind: "wasOff" };
  if (state === "onLocked" && era.lockedX2apic === "modeLost") {
    return { kind: "modeLost", because: "x2apicLocked" };
  }
  if (bootApicId >= 255) return { kind: "panic", because: "bootIdNeedsX2apic" };
  if (state === "onLocked") return { kind: "kept", because: "x2apicLocked" };
  return { kind: "disabled" };
}

type UntouchedBecause = "ioapicSkipped" | "noFeatureNoRemapping" | "nosmpLeavesRoutingOut";

export type X2apicDecision =
  | { readonly kind: "untouched"; readonly because: UntouchedBecause }
  | { readonly kind: "stateDisabled"; readonly because: "x2apicStateDisabled" }
  | {
    readonly kind: "enabled";
    readonly because: "remappingReachesAll" | "hypervisorVouches";
    /** Limit set on APIC IDs; null when none was. */
    readonly maxApicId: number | null;
    /** `virt_ext_dest_id`. */
    readonly extDestId: boolean;
    /** `x2apic_phys` was forced. */
    readonly physical: boolean;
    /** The hardware was switched now, not by the firmware. */
    readonly switched: boolean;
  }
  | {
    readonly kind: "refused";
    readonly because: "nobodyVouches" | "apicIdsAbove255";
    readonly disable: X2apicDisable;
  };

export interface X2apicInput {
  readonly era: Era;
  readonly state: X2apicState;
  readonly bootApicId: number;
  /** Mode of interrupt remapping, null when it is off. */
  readonly remapMode: "xapic" | "x2apic" | null;
  readonly x2apicAvailable: boolean;
  readonly msiExtDestId: boolean;
  /** Greatest APIC ID that was registered. */
  readonly maxPhysicalApicId: number;
}

/** `try_to_enable_x2apic`. */
export function tryToEnableX2apic(input: X2apicInput): X2apicDecision {
  const { state, remapMode } = input;
  if (state === "disabled") return { kind: "stateDisabled", because: "x2apicStateDisabled" };
  const switched = state === "off";
  if (remapMode === "x2apic") {
    return {
      kind: "enabled",
      because: "remappingReachesAll",
      maxApicId: null,
      extDestId: false,
      physical: false,
      switched,
    };
  }
  const refusal = refusedWithoutRemapping(input);
  if (refusal) return { kind: "refused", because: refusal, disable: x2apicDisable(input) };
  const limit = limitWithoutRemapping(input);
  return { kind: "enabled", because: "hypervisorVouches", ...limit, physical: true, switched };
}

/** Bare metal has no x2APIC without remapping; a guest has when its hypervisor says so. */
function refusedWithoutRemapping(
  { era, x2apicAvailable, maxPhysicalApicId }: X2apicInput,
): "nobodyVouches" | "apicIdsAbove255" | null {
  if (!x2apicAvailable) return "nobodyVouches";
  const tooLarge = era.withoutRemapping === "refusedAbove255" && maxPhysicalApicId > 255;
  return tooLarge ? "apicIdsAbove255" : null;
}

/** How far the words that nobody remaps reach: 8 bits, or 15 where the hypervisor reads them. */
function limitWithoutRemapping({ era, msiExtDestId }: X2apicInput) {
  switch (era.withoutRemapping) {
    case "refusedAbove255":
      return { maxApicId: null, extDestId: false };
    case "upTo255":
      return { maxApicId: 255, extDestId: false };
    case "upTo255Or32767":
      return { maxApicId: msiExtDestId ? 32767 : 255, extDestId: msiExtDestId };
  }
}
