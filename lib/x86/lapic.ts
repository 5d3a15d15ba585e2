/**
 * A local APIC as far as messages are concerned: its mode, its names and whether it listens.
 *
 * @module
 */

/** xAPIC compares 8 bits through memory-mapped registers, x2APIC 32 through MSRs. */
export type LapicMode = "xapic" | "x2apic";

/** How an xAPIC reads logical destinations; other DFR codes name nobody. */
export type DestFormat = "flat" | "cluster" | "reserved";

/** One local APIC. */
export interface Lapic {
  /** Its x2APIC ID, 32 bits, whichever mode it runs in. */
  readonly id: number;
  /** Mode, from IA32_APIC_BASE bits 11 and 10. */
  readonly mode: LapicMode;
  /** What its ID register shows in xAPIC mode: 8 bits, writable on some parts. */
  readonly xapicId: number;
  /** LDR 31:24, written by software in xAPIC mode; derived from `id` in x2APIC mode. */
  readonly ldr: number;
  /** DFR in xAPIC mode. */
  readonly destFormat: DestFormat;
  /** IA32_APIC_BASE bit 11. */
  readonly hardwareEnabled: boolean;
  /** Spurious vector register bit 8. */
  readonly softwareEnabled: boolean;
  /** Processor priority, 0–255; lowest-priority delivery prefers small ones. */
  readonly priority: number;
}

/** The parts of a {@link Lapic} that have no default. */
export type LapicParts = Pick<Lapic, "id" | "mode"> & Partial<Lapic>;

/**
 * A LAPIC after reset by firmware: enabled, flat, its xAPIC ID the low byte of its ID.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { lapic } from "./lapic.ts";
 *
 * assert.equal(lapic({ id: 0x123, mode: "xapic" }).xapicId, 0x23);
 * ```
 */
export function lapic(parts: LapicParts): Lapic {
  const { id, mode } = parts;
  return {
    id,
    mode,
    xapicId: parts.xapicId ?? id & 0xff,
    ldr: mode === "x2apic" ? x2apicLdr(id) : parts.ldr ?? 0,
    destFormat: parts.destFormat ?? "flat",
    hardwareEnabled: parts.hardwareEnabled ?? true,
    softwareEnabled: parts.softwareEnabled ?? true,
    priority: parts.priority ?? 0,
  };
}

/**
 * The logical ID hardware derives in x2APIC mode: cluster `id[19:4]` above, one bit for `id[3:0]`
 * below. IDs that differ by a multiple of 2²⁰ share it.
 * Source: Intel SDM volume 3, 11.12.10.2.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { x2apicLdr } from "./lapic.ts";
 *
 * assert.equal(x2apicLdr(0x18), 0x0001_0100);
 * ```
 */
export function x2apicLdr(id: number): number {
  return ((id & 0xffff0) << 12 | 1 << (id & 15)) >>> 0;
}
