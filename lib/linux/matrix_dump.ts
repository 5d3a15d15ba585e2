import type { CpuVectors, VectorMatrix } from "./matrix.ts";

const INDENT = "     ";

/**
 * A matrix as /sys/kernel/debug/irq/domains/VECTOR shows it, line by line.
 * Source: Linux 6.12 kernel/irq/matrix.c irq_matrix_debug_show.
 */
export function dumpMatrix(matrix: VectorMatrix): readonly string[] {
  const online = matrix.rows.filter((row) => row.online);
  const system = bitsOf(matrix.systemMap);
  return [
    `Online bitmaps:   ${right(online.length, 6)}`,
    `Global available: ${right(matrix.globalAvailable, 6)}`,
    `Global reserved:  ${right(matrix.globalReserved, 6)}`,
    `Total allocated:  ${right(matrix.totalAllocated, 6)}`,
    `System: ${system.length}: ${ranges(system)}`,
    `${INDENT}| CPU | avl | man | mac | act | vectors`,
    ...online.map(rowText),
  ];
}

function rowText(row: CpuVectors): string {
  const { cpu, available, managed, managedAllocated, allocated, allocMap } = row;
  const counters = [
    ` ${right(cpu, 4)}`,
    right(available, 4),
    right(managed, 4),
    right(managedAllocated, 4),
  ].join("  ");
  return `${INDENT}${counters} ${right(allocated, 4)}  ${ranges(bitsOf(allocMap))}`;
}

function right(count: number, width: number): string {
  return `${count}`.padStart(width);
}

function bitsOf(map: bigint): readonly number[] {
  const digits = [...map.toString(2)].reverse();
  return digits.flatMap((digit, bit) => digit === "1" ? [bit] : []);
}

/** A bitmap as the kernel lists it: `32-35,48`. */
function ranges(bits: readonly number[]): string {
  const starts = bits.filter((bit) => !bits.includes(bit - 1));
  const ends = bits.filter((bit) => !bits.includes(bit + 1));
  return starts.map((start, at) => start === ends[at] ? start : `${start}-${ends[at]}`).join(",");
}
