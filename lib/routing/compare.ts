/** Two boots side by side: which decisions and which pairs of device and CPU differ. */
import type { Decision } from "../linux/decision.ts";
import { type Booted, DEVICE_CLASSES, devicesOf } from "./interrupt.ts";
import type { BootAnswer } from "./outcome.ts";
import { type InterruptPath, pathOf } from "./path.ts";
import { reachOf } from "./reach.ts";

/** A machine, and how its boot ended. */
export interface BootedAnswer extends Booted {
  /** How it ended, with the lost pairs. */
  readonly boot: BootAnswer;
}

/** A decision that comes out otherwise. */
export interface DecisionDifference {
  /** The question, as {@linkcode Decision} names it; ` (2)` and on where it is asked again. */
  readonly step: string;
  /** Null where the boot makes no such decision. */
  readonly before: Pick<Decision, "decided" | "because"> | null;
  /** Likewise of the second boot. */
  readonly after: Pick<Decision, "decided" | "because"> | null;
}

/**
 * What becomes of a device's interrupts for one CPU: `lost` where the boot's outcome counts it,
 * `out of reach` where no message can name the CPU and nothing is lost by it.
 */
export type PairFate =
  | "arrives"
  | "lost"
  | "out of reach"
  | "no parent"
  | "not online"
  | "kernel panics"
  | "sends nothing";

/** A pair of device and CPU that fares otherwise. */
export interface PairDifference {
  /** As a key of `boot.parents`. */
  readonly device: string;
  /** APIC ID of a CPU that is online in either boot. */
  readonly apicId: number;
  /** In the first boot. */
  readonly before: PairFate;
  /** In the second. */
  readonly after: PairFate;
}

/** What differs between two boots; empty lists where they agree. */
export interface Comparison {
  /** In the first boot's order, then those only the second makes. */
  readonly decisions: readonly DecisionDifference[];
  /** By device, then by CPU. */
  readonly pairs: readonly PairDifference[];
}

/** Decisions that came out otherwise, and pairs of device and CPU that fare otherwise. */
export function compareBoots(before: BootedAnswer, after: BootedAnswer): Comparison {
  return {
    decisions: decisionDifferences(before.boot, after.boot),
    pairs: pairDifferences(before, after),
  };
}

/** Steps in the first boot's order, then those only the second takes; reasons do not count. */
function decisionDifferences(
  before: BootAnswer,
  after: BootAnswer,
): readonly DecisionDifference[] {
  const [first, second] = [byStep(before.trace), byStep(after.trace)];
  const steps = [...first.keys(), ...[...second.keys()].filter((step) => !first.has(step))];
  return steps
    .map((step) => ({ step, before: first.get(step) ?? null, after: second.get(step) ?? null }))
    .filter(({ before, after }) => before?.decided !== after?.decided);
}

/** A step taken for several devices is told once for each. */
function byStep(trace: readonly Decision[]) {
  const steps = new Map<string, Pick<Decision, "decided" | "because">>();
  const counts = new Map<string, number>();
  for (const { step, decided, because } of trace) {
    const count = (counts.get(step) ?? 0) + 1;
    counts.set(step, count);
    steps.set(count === 1 ? step : `${step} (${count})`, { decided, because });
  }
  return steps;
}

/** Of devices that send messages in either boot, and CPUs that are online in either. */
function pairDifferences(before: BootedAnswer, after: BootedAnswer): readonly PairDifference[] {
  const [first, second] = [fatesOf(before), fatesOf(after)];
  const devices = union([...first.keys()], [...second.keys()]);
  const apicIds = union(onlineIds(before.boot), onlineIds(after.boot));
  return devices.flatMap((device) =>
    apicIds
      .map((apicId) => ({
        device,
        apicId,
        before: first.get(device)?.(apicId) ?? "sends nothing",
        after: second.get(device)?.(apicId) ?? "sends nothing",
      }))
      .filter(({ before, after }) => before !== after)
  );
}

type FateFor = (apicId: number) => PairFate;

/** By device, in the order of the classes; only those that send messages. */
function fatesOf(booted: BootedAnswer): ReadonlyMap<string, FateFor> {
  const lost = Map.groupBy(booted.boot.lost, ({ device }) => device);
  const online = new Set(onlineIds(booted.boot));
  return new Map(DEVICE_CLASSES.flatMap((of) =>
    devicesOf(booted, of).flatMap((device) => {
      const path = pathOf(booted, of, device);
      if (!path) return [];
      const missing = new Set(lost.get(device)?.map(({ apicId }) => apicId));
      return [[device, fateOn({ booted, path, online, missing })] as const];
    })
  ));
}

function fateOn({ booted, path, online, missing }: {
  readonly booted: BootedAnswer;
  readonly path: InterruptPath;
  readonly online: ReadonlySet<number>;
  readonly missing: ReadonlySet<number>;
}): FateFor {
  const ids = reachOf(booted, path);
  return (apicId) => {
    if (booted.boot.panic !== null) return "kernel panics";
    if (!online.has(apicId)) return "not online";
    if (missing.has(apicId)) return "lost";
    if (path.parent.domain === null) return "no parent";
    return ids.has(apicId) ? "arrives" : "out of reach";
  };
}

function onlineIds({ online }: BootAnswer): readonly number[] {
  return online.map(({ apicId }) => apicId);
}

function union<T>(first: readonly T[], second: readonly T[]): readonly T[] {
  return [...new Set([...first, ...second])];
}
