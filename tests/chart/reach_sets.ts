import type { Intervals, ReachRow } from "../../lib/chart/reach_row.ts";

/** A set of APIC IDs given by its intervals. */
export function span(...intervals: [number, number][]): Intervals {
  return { intervals: () => intervals };
}

/** The four ways a machine of 2020 could be set up, with a few large APIC IDs each. */
export const fourWays: readonly ReachRow[] = [
  { label: "Bare metal", reach: span([0, 254]), ids: [0, 254], offline: [255, 300] },
  { label: "KVM, 8 bits", reach: span([0, 255]), ids: [0], offline: [300, 1000, 32000, 33000] },
  { label: "KVM, 15 bits", reach: span([0, 32767]), ids: [0, 300, 1000, 32000], offline: [33000] },
  { label: "VT-d, EIM", reach: span([0, 2 ** 32 - 2]), ids: [0, 32767, 32768, 33000] },
];

/** More CPUs than tags fit, holes in the reach, and CPUs that are out of it. */
export const crowded: readonly ReachRow[] = [
  { label: "448 threads", reach: span([0, 254]), ids: every(1, 224), offline: every(1, 224, 256) },
  { label: "sparse", reach: span([0, 254], [300, 300], [70000, 80000]), ids: every(7, 60) },
  { label: "mixed", reach: span([0, 254]), ids: every(5, 60), offline: every(5, 60, 1) },
  { label: "near", reach: span([0, 254]), ids: [0, 1, 254, 255, 300], offline: [2 ** 32 - 2] },
];

function every(step: number, count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, i) => from + i * step);
}
