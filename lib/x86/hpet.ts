/**
 * The HPET's registers as far as interrupts go.
 *
 * @module
 */
import { type Decoded, flag, oneOf, Register, reserved, uint } from "../bits/register.ts";
import { TRIGGERS } from "./interrupt_message.ts";
import type { Msi } from "./msi_message.ts";

const SOURCE = "IA-PC HPET specification 1.0a";

/** General capabilities, offset 0x000. */
export const hpetCapabilities = new Register({
  name: "HpetCapabilities",
  width: 64,
  source: `${SOURCE} 2.3.4`,
  fields: {
    revision: uint(8, "Hardware revision"),
    lastTimer: uint(5, "Number of the last timer"),
    counter64: flag("Main counter is 64 bits wide"),
    reserved14: reserved(1),
    legacyCapable: flag("Can take the place of 8254 and RTC interrupts"),
    vendor: uint(16, "PCI vendor"),
    period: uint(32, "Main counter period in femtoseconds"),
  },
});
/** Fields of {@link hpetCapabilities}. */
export type HpetCapabilities = Decoded<typeof hpetCapabilities>;

/** General configuration, offset 0x010. */
export const hpetConfiguration = new Register({
  name: "HpetConfiguration",
  width: 64,
  source: `${SOURCE} 2.3.5`,
  fields: {
    enabled: flag("Counter runs, timers may interrupt"),
    legacyReplacement: flag("Timer 0 drives IRQ0 (pin 2), timer 1 IRQ8"),
    reserved2to63: reserved(62),
  },
});
/** Fields of {@link hpetConfiguration}. */
export type HpetConfiguration = Decoded<typeof hpetConfiguration>;

/** Timer n configuration and capability, offset 0x100 + 0x20·n. */
export const hpetTimer = new Register({
  name: "HpetTimer",
  width: 64,
  source: `${SOURCE} 2.3.8`,
  fields: {
    reserved0: reserved(1),
    trigger: oneOf(TRIGGERS, "Interrupt type; messages must be edge"),
    interruptEnabled: flag("May interrupt"),
    periodic: flag("Periodic mode"),
    periodicCapable: flag("Offers periodic mode"),
    counter64: flag("Comparator is 64 bits wide"),
    setValue: flag("Next write sets the accumulator"),
    reserved7: reserved(1),
    mode32: flag("Forced to 32 bits"),
    ioapicPin: uint(5, "INT_ROUTE: I/O APIC pin while messages are off"),
    fsbEnabled: flag("FSB_EN: sends messages; overrides the pin"),
    fsbCapable: flag("FSB_CAP: can send messages, read only"),
    reserved16to31: reserved(16),
    routeCapMask: uint(32, "INT_ROUTE_CAP: pins it may be routed to, read only"),
  },
});
/** Fields of {@link hpetTimer}. */
export type HpetTimer = Decoded<typeof hpetTimer>;

/** Timer n FSB interrupt route, offset 0x110 + 0x20·n: the message it sends. */
export const hpetRoute = new Register({
  name: "HpetRoute",
  width: 64,
  source: `${SOURCE} 2.3.10`,
  fields: {
    data: uint(32, "FSB_INT_VAL: message data"),
    address: uint(32, "FSB_INT_ADDR: message address; there is no upper half"),
  },
});
/** Fields of {@link hpetRoute}. */
export type HpetRoute = Decoded<typeof hpetRoute>;

/** How a timer interrupts. */
export type HpetInterrupt =
  /** By a message of its own; 32 address bits, so 15 destination bits or a remapping handle. */
  | { readonly kind: "message"; readonly msi: Msi }
  /** Through an I/O APIC pin, which legacy replacement fixes for timers 0 and 1. */
  | { readonly kind: "pin"; readonly pin: number }
  /** Not at all. */
  | {
    readonly kind: "silent";
    readonly because: "disabled" | "pinNotOffered" | "messageMustBeEdge";
  };

const LEGACY_PINS: readonly number[] = [2, 8];

/**
 * How timer `number` interrupts. Messages override the pin, in legacy replacement too.
 * Source: IA-PC HPET specification 1.0a 2.3.8, 2.4.5; Intel PCH datasheets.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { hpetInterrupt, hpetTimer } from "./hpet.ts";
 *
 * const timer = hpetTimer.decode(0x00f0_0000_0000_a804n);
 * const how = { number: 2, route: 0n, legacyReplacement: false };
 * assert.deepEqual(hpetInterrupt(timer, how), { kind: "pin", pin: 20 });
 * ```
 */
export function hpetInterrupt(
  timer: HpetTimer,
  { number, route, legacyReplacement }: {
    readonly number: number;
    readonly route: bigint;
    readonly legacyReplacement: boolean;
  },
): HpetInterrupt {
  if (!timer.interruptEnabled) return { kind: "silent", because: "disabled" };
  if (timer.fsbEnabled && timer.fsbCapable) return messageOf(timer, route);
  const legacy = legacyReplacement ? LEGACY_PINS[number] : undefined;
  if (legacy !== undefined) return { kind: "pin", pin: legacy };
  const offered = (timer.routeCapMask >>> timer.ioapicPin & 1) === 1;
  return offered
    ? { kind: "pin", pin: timer.ioapicPin }
    : { kind: "silent", because: "pinNotOffered" };
}

function messageOf({ trigger }: HpetTimer, route: bigint): HpetInterrupt {
  if (trigger === "level") return { kind: "silent", because: "messageMustBeEdge" };
  const { address, data } = hpetRoute.decode(route);
  return { kind: "message", msi: { address: BigInt(address), data } };
}
