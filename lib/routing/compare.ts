/** Two boots side by side: which decisions and which pairs of device and CPU differ. */
import type { Decision } from "../linux/decision.ts";
import type { BootAnswer } from "./outcome.ts";

export interface DecisionDifference {
  readonly step: string;
  /** Null where the boot makes no such decision. */
  readonly before: Pick<Decision, "decided" | "because"> | null;
  readonly after: Pick<Decision, "decided" | "because"> | null;
}

/** What becomes of a device's interrupts for one CPU. */
export type PairFate = "arrives" | "lost" | "no parent" | "not online" | "no such device";

export interface PairDifference {
  readonly device: string;
  readonly apicId: number;
  readonly before: PairFate;
  readonly after: PairFate;
}

/** In what two boots differ; empty lists where they agree. */
/** What differs between two boots. */
export interface Comparison {
  readonly decisions: readonly DecisionDifference[];
  readonly pairs: readonly PairDifference[];
}

/** The decisions and the pairs of device and CPU in which two boots differ. */
/** Decisions that came out otherwise, and pairs of device and CPU that fare otherwise. */
export function compareBoots(before: BootAnswer, after: BootAnswer): Comparison {
  return { decisions: decisionDifferences(before, after), pairs: pairDifferences(before, after) };
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

function pairDifferences(before: BootAnswer, after: BootAnswer): readonly PairDifference[] {
  const [first, second] = [fates(before), fates(after)];
  const devices = union(Object.keys(before.parents), Object.keys(after.parents));
  const apicIds = union(onlineIds(before), onlineIds(after));
  return devices.flatMap((device) =>
    apicIds
      .map((apicId) => ({
        device,
        apicId,
        before: first(device, apicId),
        after: second(device, apicId),
      }))
      .filter(({ before, after }) => before !== after)
  );
}

function fates(
  { parents, lost, online }: BootAnswer,
): (device: string, apicId: number) => PairFate {
  const running = new Set(online.map(({ apicId }) => apicId));
  const missing = new Set(lost.map(({ device, apicId }) => `${device} ${apicId}`));
  return (device, apicId) => {
    const parent = parents[device];
    if (!parent) return "no such device";
    if (!running.has(apicId)) return "not online";
    if (missing.has(`${device} ${apicId}`)) return "lost";
    return parent.domain === null ? "no parent" : "arrives";
  };
}

function onlineIds({ online }: BootAnswer): readonly number[] {
  return online.map(({ apicId }) => apicId);
}

function union<T>(first: readonly T[], second: readonly T[]): readonly T[] {
  return [...new Set([...first, ...second])];
}
