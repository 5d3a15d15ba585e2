/**
 * An HPET's registers from text: a line `hpet id=…`, and a line `Tn cfg=…` for each timer.
 *
 * @module
 */
import { hpetTimer } from "../x86/hpet.ts";

/** What the registers tell. */
export interface HpetRegistersDigest {
  /** Comparators. */
  readonly timers: number;
  /** A timer can send messages. */
  readonly fsb: boolean;
}

/**
 * What the timers of a text can do; undefined when it lists none.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { hpetRegistersIn } from "./hpet_text.ts";
 *
 * const text = "hpet id=8086a001\n  T0 cfg=00008138 routecap=00ff0104\n";
 * assert.deepEqual(hpetRegistersIn(text), { timers: 1, fsb: true });
 * ```
 */
export function hpetRegistersIn(text: string): HpetRegistersDigest | undefined {
  const low = [...text.matchAll(/^\s*T\d+ cfg=([0-9a-f]{8})\b/gm)].map(([, hex]) => hex);
  if (low.length === 0) return undefined;
  const timers = low.map((hex) => hpetTimer.decode(BigInt(`0x${hex}`)));
  return { timers: timers.length, fsb: timers.some(({ fsbCapable }) => fsbCapable) };
}
