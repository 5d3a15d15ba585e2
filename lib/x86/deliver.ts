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
import { groupBy } from "../bits/group_by.ts";
import type { DestShorthand } from "./icr.ts";
import type { InterruptMessage } from "./interrupt_message.ts";
import type { Lapic, LapicMode } from "./lapic.ts";
import type { LapicRules, MessageOrigin } from "./lapic_rules.ts";
import { type LapicSelection, select } from "./selection.ts";

/** Who sends: a device, or a LAPIC through its ICR. */
export type MessageSender =
  | { readonly kind: "device" }
  | { readonly kind: "ipi"; readonly id: number; readonly shorthand: DestShorthand };

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
export const DEVICE: MessageSender = { kind: "device" };

/**
 * Delivers a message to LAPICs under an implementation's rules.
 * Source: Intel SDM volume 3, 11.6.2 "Determining IPI Destination" and 11.11.
 */
export function deliver(
  message: InterruptMessage,
  lapics: readonly Lapic[],
  rules: LapicRules,
  sender: MessageSender = DEVICE,
): Delivery {
  const matched = namedLapics(message, lapics, rules, sender);
  const refused = refusal(message, rules, sender);
  if (refused) return lost(matched, refused);
  const candidates = needsSoftwareEnable(message) ? listeners(matched) : matched;
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
  sender: MessageSender = DEVICE,
): readonly Lapic[] {
  const { listening, byMode } = census(lapics);
  if (sender.kind === "ipi" && sender.shorthand !== "none") {
    return SHORTHANDS[sender.shorthand](listening, sender.id);
  }
  const selected = MODES.map((mode) =>
    select(byMode[mode], selectionOf(message, lapics, rules, sender.kind, mode))
  );
  return merged(selected, listening);
}

interface Census {
  /** Those that hardware enables. */
  readonly listening: readonly Lapic[];
  /** The same by mode. */
  readonly byMode: Readonly<Record<LapicMode, readonly Lapic[]>>;
}

/** One pass that copies nothing in the common case: all enabled, all in one mode. */
function census(lapics: readonly Lapic[]): Census {
  let listening = 0, x2apics = 0;
  for (let i = 0; i < lapics.length; i++) {
    const lapic = lapics[i]!;
    if (lapic.hardwareEnabled) listening++;
    if (lapic.mode === "x2apic") x2apics++;
  }
  if (listening < lapics.length) return census(lapics.filter(isHardwareEnabled));
  if (x2apics === lapics.length) {
    return { listening: lapics, byMode: { xapic: [], x2apic: lapics } };
  }
  if (x2apics === 0) return { listening: lapics, byMode: { xapic: lapics, x2apic: [] } };
  const groups = groupBy(lapics, ({ mode }) => mode);
  const byMode = { xapic: groups.get("xapic") ?? [], x2apic: groups.get("x2apic") ?? [] };
  return { listening: lapics, byMode };
}

const MODES = ["xapic", "x2apic"] as const satisfies readonly LapicMode[];

function selectionOf(
  { dest, destMode }: InterruptMessage,
  lapics: readonly Lapic[],
  { intake, match }: LapicRules,
  origin: MessageOrigin,
  mode: LapicMode,
): LapicSelection {
  return match[mode][destMode](intake(dest, mode, origin), lapics);
}

/** In mixed machines the LAPICs of both modes, in their common order. */
function merged(parts: readonly (readonly Lapic[])[], all: readonly Lapic[]): readonly Lapic[] {
  const [some = [], ...more] = parts.filter(({ length }) => length > 0);
  if (more.length === 0) return some;
  const held = new Set(parts.flat());
  return all.filter((lapic) => held.has(lapic));
}

type Named = (lapics: readonly Lapic[], self: number) => readonly Lapic[];

const SHORTHANDS: Readonly<Record<Exclude<DestShorthand, "none">, Named>> = {
  "self": (lapics, self) => lapics.filter(({ id }) => id === self),
  "all-incl": (lapics) => lapics,
  "all-excl": (lapics, self) => lapics.filter(({ id }) => id !== self),
};

function refusal(
  { deliveryMode, vector, trigger, level }: InterruptMessage,
  { dropsIllegalVectors, dropsFromDevices }: LapicRules,
  { kind }: MessageSender,
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

function listeners(lapics: readonly Lapic[]): readonly Lapic[] {
  for (let i = 0; i < lapics.length; i++) {
    if (!lapics[i]!.softwareEnabled) return lapics.filter(isSoftwareEnabled);
  }
  return lapics;
}

function isHardwareEnabled({ hardwareEnabled }: Lapic): boolean {
  return hardwareEnabled;
}

function isSoftwareEnabled({ softwareEnabled }: Lapic): boolean {
  return softwareEnabled;
}

function lost(matched: readonly Lapic[], because: LostBecause): Delivery {
  return { matched, candidates: [], accept: "none", takers: [], lost: because };
}
