/**
 * The interrupt command register: interprocessor interrupts, which no IOMMU ever sees.
 *
 * @module
 */
import { type Decoded, flag, oneOf, Register, reserved, uint } from "../bits/register.ts";
import {
  DELIVERY_MODES,
  DEST_MODES,
  fixedMessage,
  type InterruptMessage,
  TRIGGERS,
} from "./interrupt_message.ts";
import type { LapicMode } from "./lapic.ts";

/** The four destination shorthands, code 0 first. */
export const DEST_SHORTHANDS = ["none", "self", "all-incl", "all-excl"] as const;

/** A destination that needs no number. */
export type DestShorthand = typeof DEST_SHORTHANDS[number];

const COMMAND_FIELDS = {
  vector: uint(8, "Vector"),
  deliveryMode: oneOf(DELIVERY_MODES, "Delivery mode"),
  destMode: oneOf(DEST_MODES, "How the destination names LAPICs"),
  sendPending: flag("Delivery status, xAPIC only, read only"),
  reserved13: reserved(1),
  level: flag("Assert"),
  trigger: oneOf(TRIGGERS, "Trigger mode"),
  reserved16to17: reserved(2),
  shorthand: oneOf(DEST_SHORTHANDS, "Destination shorthand; overrides the destination"),
} as const;

/** The two 32-bit halves of an xAPIC (0x300, 0x310) as one word; writing the low half sends. */
export const icrXapic = new Register({
  name: "IcrXapic",
  width: 64,
  source: "Intel SDM volume 3, 11.6.1",
  fields: { ...COMMAND_FIELDS, reserved20to55: reserved(36), dest: uint(8, "Destination") },
});
/** Fields of {@link icrXapic}. */
export type IcrXapic = Decoded<typeof icrXapic>;

/** MSR 0x830; one WRMSR sends. */
export const icrX2apic = new Register({
  name: "IcrX2apic",
  width: 64,
  source: "Intel SDM volume 3, 11.12.9",
  fields: { ...COMMAND_FIELDS, reserved20to31: reserved(12), dest: uint(32, "Destination") },
});
/** Fields of {@link icrX2apic}. */
export type IcrX2apic = Decoded<typeof icrX2apic>;

/** Reads an ICR in the mode its LAPIC runs in. */
export function readIcr(raw: bigint, mode: LapicMode): IcrXapic | IcrX2apic {
  return mode === "x2apic" ? icrX2apic.decode(raw) : icrXapic.decode(raw);
}

/** The message an ICR write sends; the shorthand stays with the sender. */
export function ipiMessage(icr: IcrXapic | IcrX2apic): InterruptMessage {
  const { dest, destMode, deliveryMode, vector, trigger, level } = icr;
  return { dest, destMode, deliveryMode, vector, trigger, level, redirectionHint: false };
}

/** SELF IPI (MSR 0x83F): fixed, edge, to oneself. Source: Intel SDM volume 3, 11.12.11. */
export function selfIpi(vector: number): InterruptMessage {
  return fixedMessage({ dest: 0, vector });
}
