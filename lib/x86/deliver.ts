/**
 * A message arrives at the LAPICs: who is named, who takes it, and if nobody does, why.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { deliver } from "./deliver.ts";
 * import { lapic } from "./lapic.ts";
 * import { lapicRules } from "./lapic_rules.ts";
 * import { fixedMessage } from "./interrupt_message.ts";
 *
 * const cpus = [1, 300].map((id) => lapic({ id, mode: "x2apic" }));
 * const { candidates } = deliver(fixedMessage({ dest: 300, vector: 0x31 }), cpus, lapicRules("arch"));
 * assert.deepEqual(candidates.map(({ id }) => id), [300]);
 * ```
 *
 * @module
 */
import type { Shorthand } from "./icr.ts";
import type { InterruptMessage } from "./interrupt_message.ts";
import type { Lapic } from "./lapic.ts";
import type { LapicRules, Names, Origin } from "./lapic_rules.ts";

/** Who sends: a device, or a LAPIC through its ICR. */
export type Sender =
  | { readonly kind: "device" }
  | { readonly kind: "ipi"; readonly id: number; readonly shorthand: Shorthand };

/** Why a message reaches nobody; there is no negative acknowledgement to any sender. */
export type LostBecause =
  | "nobodyNamed"
  | "softwareDisabled"
  | "illegalVector"
  | "deliveryModeDropped"
  | "arbitrationSync";

/** What becomes of a message. */
export interface Delivery {
  /** LAPICs the destination names, enabled by hardware. */
  readonly matched: readonly Lapic[];
  /** Those of them that would take it. */
  readonly candidates: readonly Lapic[];
  /** Every candidate takes it, exactly one does, or nobody. */
  readonly accept: "all" | "one-of" | "none";
  /** Who does take it: all candidates, or the one this implementation picks. */
  readonly takers: readonly Lapic[];
  /** Why nobody does, null when somebody does. */
  readonly lost: LostBecause | null;
}

/** The sender of MSIs, I/O APIC and HPET messages. */
export const DEVICE: Sender = { kind: "device" };

/**
 * Delivers a message to LAPICs under an implementation's rules.
 * Source: Intel SDM volume 3, 11.6.2 "Determining IPI Destination" and 11.11.
 */
export function deliver(
  message: InterruptMessage,
  lapics: readonly Lapic[],
  rules: LapicRules,
  sender: Sender = DEVICE,
): Delivery {
  const matched = namedLapics(message, lapics, rules, sender);
  const refused = refusal(message, rules, sender);
  if (refused) return lost(matched, refused);
  const candidates = needsSoftwareEnable(message) ? matched.filter(isSoftwareEnabled) : matched;
  if (candidates.length === 0) {
    return lost(matched, matched.length === 0 ? "nobodyNamed" : "softwareDisabled");
  }
  const arbitrated = candidates.length > 1 && rules.arbitrates(message);
  return {
    matched,
    candidates,
    accept: arbitrated ? "one-of" : "all",
    takers: arbitrated ? [rules.pick(candidates, message)] : candidates,
    lost: null,
  };
}

/** The LAPICs a destination or shorthand names, among those that hardware enables. */
export function namedLapics(
  message: InterruptMessage,
  lapics: readonly Lapic[],
  rules: LapicRules,
  sender: Sender = DEVICE,
): readonly Lapic[] {
  if (sender.kind === "ipi" && sender.shorthand !== "none") {
    return lapics.filter(bothOf(isHardwareEnabled, SHORTHANDS[sender.shorthand](sender.id)));
  }
  const { xapic, x2apic } = namesOf(message, lapics, rules, sender.kind);
  const named: Lapic[] = [];
  for (const lapic of lapics) {
    if (lapic.hardwareEnabled && (lapic.mode === "x2apic" ? x2apic(lapic) : xapic(lapic))) {
      named.push(lapic);
    }
  }
  return named;
}

function namesOf(
  { dest, destMode }: InterruptMessage,
  lapics: readonly Lapic[],
  { intake, match }: LapicRules,
  origin: Origin,
): { readonly xapic: Names; readonly x2apic: Names } {
  return {
    xapic: match.xapic[destMode](intake(dest, "xapic", origin), lapics),
    x2apic: match.x2apic[destMode](intake(dest, "x2apic", origin), lapics),
  };
}

const SHORTHANDS: Readonly<Record<Exclude<Shorthand, "none">, (self: number) => Names>> = {
  "self": (self) => ({ id }) => id === self,
  "all-incl": () => () => true,
  "all-excl": (self) => ({ id }) => id !== self,
};

function refusal(
  { deliveryMode, vector, trigger, level }: InterruptMessage,
  { dropsIllegalVectors, dropsFromDevices }: LapicRules,
  { kind }: Sender,
): LostBecause | undefined {
  const carriesVector = deliveryMode === "fixed" || deliveryMode === "lowest";
  if (carriesVector && vector < 16 && dropsIllegalVectors) return "illegalVector";
  if (kind === "device") {
    return dropsFromDevices.includes(deliveryMode) ? "deliveryModeDropped" : undefined;
  }
  if (deliveryMode === "extint" || deliveryMode === "reserved3") return "deliveryModeDropped";
  // INIT level de-assert only told Pentium-era LAPICs to agree on arbitration IDs.
  return deliveryMode === "init" && trigger === "level" && !level ? "arbitrationSync" : undefined;
}

/** NMI, SMI, INIT, start-up and ExtINT reach a LAPIC that software has not enabled. */
function needsSoftwareEnable({ deliveryMode }: InterruptMessage): boolean {
  return deliveryMode === "fixed" || deliveryMode === "lowest";
}

function isHardwareEnabled({ hardwareEnabled }: Lapic): boolean {
  return hardwareEnabled;
}

function isSoftwareEnabled({ softwareEnabled }: Lapic): boolean {
  return softwareEnabled;
}

function bothOf(a: Names, b: Names): Names {
  return (lapic) => a(lapic) && b(lapic);
}

function lost(matched: readonly Lapic[], because: LostBecause): Delivery {
  return { matched, candidates: [], accept: "none", takers: [], lost: because };
}
