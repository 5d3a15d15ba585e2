/**
 * What one logical destination names, as a set over all IDs; and the destination for a group.
 *
 * @module
 */
import { IdSet } from "../bits/id_set.ts";
import { x2apicLdr } from "./lapic.ts";

const CLUSTERS_BELOW_2_20 = 0x1_0000;
const ALIASES = 2 ** 12;

/**
 * Every x2APIC ID that a logical destination names: members of one cluster, and again every 2²⁰
 * IDs because only ID bits 19:0 enter the LDR. Source: Intel SDM volume 3, 11.12.10.2.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { namedByLogical } from "./logical_group.ts";
 *
 * const named = namedByLogical(0x0003_0101);
 * assert.ok(named.has(0x30) && named.has(0x38) && !named.has(0x10));
 * assert.equal(named.count, 2 * 4096);
 * ```
 */
export function namedByLogical(dest: number): IdSet {
  if (dest === 0xffff_ffff) return IdSet.all;
  const cluster = dest >>> 16, members = dest & 0xffff;
  if (members === 0) return IdSet.empty;
  const clusters = Array.from({ length: ALIASES }, (_, i) => i * CLUSTERS_BELOW_2_20 + cluster);
  return IdSet.clusterList(clusters, members);
}

/** The destination of a group of x2APIC IDs, or why there is none. */
export type GroupDestination =
  | { readonly kind: "destination"; readonly dest: number }
  | {
    readonly kind: "declined";
    readonly because: "clustersDiffer" | "noMember" | "destinationTooWide";
  };

/**
 * One logical destination for several x2APIC IDs, `bits` wide: all must share a cluster. OR-ing the
 * LDRs of different clusters would name CPUs nobody meant.
 */
export function groupDestination(ids: readonly number[], bits = 32): GroupDestination {
  const [first, ...rest] = ids.map(x2apicLdr);
  if (first === undefined) return { kind: "declined", because: "noMember" };
  if (rest.some((ldr) => ldr >>> 16 !== first >>> 16)) {
    return { kind: "declined", because: "clustersDiffer" };
  }
  const dest = rest.reduce((mask, ldr) => (mask | ldr) >>> 0, first);
  return dest < 2 ** bits
    ? { kind: "destination", dest }
    : { kind: "declined", because: "destinationTooWide" };
}
