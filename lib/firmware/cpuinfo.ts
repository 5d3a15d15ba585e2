/**
 * Processors as /proc/cpuinfo lists them.
 *
 * @module
 */

/** One processor. */
export interface CpuinfoProcessor {
  /** Linux's number; 0 is the boot CPU. */
  readonly processor: number;
  /** APIC ID that the CPU had when it started. */
  readonly initialApicId?: number;
  /** APIC ID. */
  readonly apicId?: number;
  /** Vendor, such as `GenuineIntel`. */
  readonly vendor?: string;
  /** Feature flags; a kernel hides those it does not use. */
  readonly flags: readonly string[];
}

/**
 * The processors of a text, in its order.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseCpuinfo } from "./cpuinfo.ts";
 *
 * const text = "processor\t: 0\nvendor_id\t: GenuineIntel\napicid\t\t: 4\nflags\t\t: fpu x2apic\n";
 * assert.deepEqual(parseCpuinfo(text), [
 *   { processor: 0, vendor: "GenuineIntel", apicId: 4, flags: ["fpu", "x2apic"] },
 * ]);
 * ```
 */
export function parseCpuinfo(text: string): readonly CpuinfoProcessor[] {
  return text.split(/^(?=processor\s*:)/m).flatMap((lines) => {
    const value = (name: string) => new RegExp(`^${name}\\s*: (.*)$`, "m").exec(lines)?.[1]?.trim();
    const processor = numberOf(value("processor"));
    if (processor === undefined) return [];
    const [vendor, apicId] = [value("vendor_id"), numberOf(value("apicid"))];
    const initialApicId = numberOf(value("initial apicid"));
    return [{
      processor,
      ...(vendor !== undefined && { vendor }),
      ...(apicId !== undefined && { apicId }),
      ...(initialApicId !== undefined && { initialApicId }),
      flags: value("flags")?.split(" ") ?? [],
    }];
  });
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
