/** A logarithmic axis over all APIC IDs: ID n stands at log2(n + 1), so that ID 0 has a place. */
export interface ReachAxis {
  readonly left: number;
  readonly right: number;
}

/** The axis ends here: 2^32 IDs. */
export const axisBits = 32;

/** Where message formats end: an xAPIC destination, the 15-bit one, an extended one. */
export const ruledBits = [8, 15, 32] as const;

/** The axis value of an ID, 1 … 2^32. */
export function axisValue(id: number): number {
  return id + 1;
}

/** The pixel where an ID stands. */
export function pixelOf(axis: ReachAxis, id: number): number {
  return axis.left + Math.log2(axisValue(id)) / axisBits * (axis.right - axis.left);
}

/** The axis value drawn at a pixel; undoes `pixelOf`. */
export function valueAt(axis: ReachAxis, pixel: number): number {
  return 2 ** ((pixel - axis.left) / (axis.right - axis.left) * axisBits);
}
