/**
 * How ISA interrupts find their I/O APIC pin: one to one, unless firmware overrides.
 *
 * @module
 */
import type { Trigger } from "./interrupt_message.ts";

/** A MADT type 2 entry as far as routing goes. */
export interface IsaOverride {
  /** ISA interrupt 0–15. */
  readonly irq: number;
  /** Where it arrives instead. */
  readonly gsi: number;
  /** INTI flags: 1:0 polarity, 3:2 trigger; 0 is the bus's default. */
  readonly flags: number;
}

/** What a GSI's line is like. */
export interface IsaRoute {
  /** Global system interrupt. */
  readonly gsi: number;
  /** Edge, the ISA default, or level. */
  readonly trigger: Trigger;
  /** Asserted when low; ISA lines are asserted high by default. */
  readonly activeLow: boolean;
}

/**
 * Where an ISA interrupt arrives and how. Source: ACPI 6.5, 5.2.12.5 and table 5.25.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { isaRoute } from "./isa.ts";
 *
 * const overrides = [{ irq: 0, gsi: 2, flags: 0 }, { irq: 9, gsi: 9, flags: 0xd }];
 * assert.deepEqual(isaRoute(0, overrides), { gsi: 2, trigger: "edge", activeLow: false });
 * assert.equal(isaRoute(9, overrides).trigger, "level");
 * ```
 */
export function isaRoute(irq: number, overrides: readonly IsaOverride[]): IsaRoute {
  const { gsi, flags } = overrides.find((o) => o.irq === irq) ?? { gsi: irq, flags: 0 };
  return {
    gsi,
    trigger: (flags >> 2 & 3) === 3 ? "level" : "edge",
    activeLow: (flags & 3) === 3,
  };
}
