/**
 * Every configuration of a space, one after the other: each is a machine, booted by the same
 * decisions as `boot`, without log lines and trace. A million take some ten seconds.
 */
import type { Machine } from "../machine/machine.ts";
import { type Axis, PLAIN, sizeOf } from "./space.ts";

/** One configuration: the machine, and which choice was made on each axis. */
export interface SweptConfiguration {
  /** The machine with all of its choices made. */
  readonly machine: Machine;
  /** By place in the space's axes; 0 is the plain choice. The array is the sweep's own. */
  readonly picks: readonly number[];
}

/** Where a sweep starts, and whom it tells how far it is. */
export interface SweepOptions {
  /** The machine that choices are made on; absent: `PLAIN`. */
  readonly start?: Machine;
  /** Called now and then, and at the end, with how many configurations are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

const BETWEEN_REPORTS = 10_000;

/** Visits every configuration; returns their number. The last axis changes fastest. */
export function sweep(
  axes: readonly Axis[],
  visit: (configuration: SweptConfiguration) => void,
  { start = PLAIN, onProgress }: SweepOptions = {},
): number {
  const total = sizeOf(axes);
  const picks = axes.map(() => 0);
  let done = 0;
  const choose = (at: number, machine: Machine): void => {
    const axis = axes[at];
    if (!axis) {
      visit({ machine, picks });
      if (++done % BETWEEN_REPORTS === 0) onProgress?.(done, total);
      return;
    }
    axis.choices.forEach(({ make }, pick) => {
      picks[at] = pick;
      choose(at + 1, make(machine));
    });
  };
  choose(0, start);
  onProgress?.(done, total);
  return done;
}

/** What a configuration differs in from the plain one, in words. */
export function differences(axes: readonly Axis[], picks: readonly number[]): readonly string[] {
  return axes.flatMap(({ name, choices }, at) =>
    picks[at] === 0 ? [] : [`${name}: ${choices[picks[at]!]!.name}`]
  );
}
