/**
 * The mail as theorems, proved by asking every configuration of a space.
 *
 * The mail's claim: the vector domain shall decline exactly when there could be CPUs that its own
 * messages cannot reach; that is not about interrupt remapping, nor about x2APIC. And a device
 * without a parent is better than one whose interrupts get lost.
 */
import { IdSet } from "../bits/id_set.ts";
import { type ApicState, type BootFacts, bootFacts } from "../linux/boot.ts";
import { type Era, eraOf } from "../linux/eras.ts";
import { ioapicFwspec } from "../linux/fwspec.ts";
import { x86VectorSelect } from "../linux/select.ts";
import { reachByWidth } from "../x86/reach.ts";
import { type HazardId, HAZARDS } from "./hazards.ts";
import { hazardsOf, type LostPair, lostPairs } from "./outcome.ts";
import { type Axis, SPACE } from "./space.ts";
import { differences, sweep, type SweepOptions, type SweptConfiguration } from "./sweep.ts";

/** A configuration in words: what it differs in from the plain machine; none for the plain one. */
export type ProofExample = readonly string[];

/** What the exhaustive search found: how much was checked, and every exception. */
export interface Proof {
  /** How many were booted. */
  readonly configurations: number;
  /** The vector domain offers itself exactly when its messages reach every ID that is valid. */
  readonly offersWhenItReaches: {
    readonly checked: number;
    /** Kernels that panic over x2APIC before any device looks for a parent. */
    readonly panickedBefore: number;
    readonly exceptions: number;
  };
  /**
   * Boots whose first CPU is above the limit: no driver's check asks it (H6), so the rule, which
   * speaks of valid IDs, holds, and the CPU is out of reach all the same.
   */
  readonly bootCpuAboveLimit: { readonly count: number; readonly smallest: ProofExample | null };
  /** The criteria that were thought of before. */
  readonly refuted: readonly Refutation[];
  /** Lost (device, CPU) pairs, by the hazard that explains them; null is none that we know. */
  readonly lost: readonly LostCount[];
  /** For every hazard the smallest configuration in it. */
  readonly met: Readonly<Partial<Record<HazardId, ProofExample>>>;
}

/** A criterion that was thought of and is not the one, by its smallest counterexamples. */
export interface Refutation {
  /** In words, such as "x2APIC is enabled". */
  readonly criterion: string;
  /** It says "decline" and the vector domain reaches everyone. */
  readonly declinesForNothing: ProofExample | null;
  /** It says "accept" and some valid ID is out of the vector domain's reach. */
  readonly acceptsTooMuch: ProofExample | null;
}

/** How many (device, CPU) pairs of all configurations one hazard loses. */
export interface LostCount {
  /** Null where none that we know explains the loss. */
  readonly hazard: HazardId | null;
  /** Under the mail's rule alone. */
  readonly mail: number;
  /** In any era. */
  readonly all: number;
  /** The smallest configuration that loses one. */
  readonly smallest: ProofExample;
}

/** What to search, and how to follow it. */
export interface ProofOptions extends SweepOptions {
  /** Absent: the whole space. */
  readonly axes?: readonly Axis[];
}

/** Checks the mail's claims in every configuration of the space, one per class of equals. */
export function proveTheMail({ axes = SPACE, ...options }: ProofOptions = {}): Proof {
  const ledgers = {
    offersWhenItReaches: offersWhenItReaches(),
    bootCpuAboveLimit: bootCpuAboveLimit(),
    refuted: refutedCriteria(),
    lost: lostByHazard(),
    met: hazardsMet(),
  };
  const configurations = sweep(axes, (configuration) => {
    const seen = look(configuration);
    for (const ledger of Object.values(ledgers)) ledger.see(seen);
  }, options);
  return {
    configurations,
    offersWhenItReaches: ledgers.offersWhenItReaches.tell(axes),
    bootCpuAboveLimit: ledgers.bootCpuAboveLimit.tell(axes),
    refuted: ledgers.refuted.tell(axes),
    lost: ledgers.lost.tell(axes),
    met: ledgers.met.tell(axes),
  };
}

/** What one theorem notes of every configuration, and tells in the end. */
interface Ledger<T> {
  see(seen: Seen): void;
  tell(axes: readonly Axis[]): T;
}

/** One configuration, booted. */
interface Seen {
  readonly configuration: SweptConfiguration;
  readonly boot: BootFacts;
  readonly era: Era;
  /** The era has `select`, local APICs are used at all, and the kernel gets that far. */
  readonly isAsked: boolean;
  readonly lost: readonly LostPair[];
}

function look(configuration: SweptConfiguration): Seen {
  const { machine } = configuration;
  const boot = bootFacts(machine);
  const era = eraOf(machine.kernel);
  const isAsked = era.parentSearch === "fwspec" && boot.apic.mode !== "pic" &&
    !stopsBeforeDevices(boot);
  return { configuration, boot, era, isAsked, lost: lostPairs({ machine, boot }) };
}

/** A kernel that panics over x2APIC never comes to the devices that would look for a parent. */
function stopsBeforeDevices({ panic, parents }: BootFacts): boolean {
  return panic !== null && Object.keys(parents).length === 0;
}

function offersWhenItReaches(): Ledger<Proof["offersWhenItReaches"]> {
  let checked = 0, panickedBefore = 0, exceptions = 0;
  return {
    see({ isAsked, boot }) {
      const { apic } = boot;
      if (stopsBeforeDevices(boot)) panickedBefore++;
      if (!isAsked) return;
      checked++;
      if (vectorOffers(apic) !== vectorReachesAllValid(apic)) exceptions++;
    },
    tell: () => ({ checked, panickedBefore, exceptions }),
  };
}

function bootCpuAboveLimit(): Ledger<Proof["bootCpuAboveLimit"]> {
  const smallest = new Smallest();
  return {
    see({ isAsked, boot: { online, maxApicId }, configuration }) {
      const [first] = online;
      if (isAsked && first && first.apicId > (maxApicId ?? Infinity)) smallest.see(configuration);
    },
    tell: (axes) => ({ count: smallest.count, smallest: smallest.inWords(axes) }),
  };
}

function refutedCriteria(): Ledger<readonly Refutation[]> {
  const ledgers = CRITERIA.map(refutedCriterion);
  return {
    see: (seen) => ledgers.forEach((ledger) => ledger.see(seen)),
    tell: (axes) => ledgers.map((ledger) => ledger.tell(axes)),
  };
}

function refutedCriterion({ criterion, saysDecline }: Criterion): Ledger<Refutation> {
  const declinesForNothing = new Smallest(), acceptsTooMuch = new Smallest();
  return {
    see({ isAsked, boot, configuration }) {
      if (!isAsked) return;
      const reaches = vectorReachesAllValid(boot.apic);
      if (saysDecline(boot) && reaches) declinesForNothing.see(configuration);
      if (!saysDecline(boot) && !reaches) acceptsTooMuch.see(configuration);
    },
    tell: (axes) => ({
      criterion,
      declinesForNothing: declinesForNothing.inWords(axes),
      acceptsTooMuch: acceptsTooMuch.inWords(axes),
    }),
  };
}

function lostByHazard(): Ledger<readonly LostCount[]> {
  const counts = new Map<HazardId | null, { mail: number; all: number; smallest: Smallest }>();
  return {
    see({ lost, era, configuration }) {
      for (const { hazard } of lost) {
        const count = counts.get(hazard) ?? { mail: 0, all: 0, smallest: new Smallest() };
        counts.set(hazard, count);
        count.all++;
        if (era.name === "mail") count.mail++;
        count.smallest.see(configuration);
      }
    },
    tell: (axes) =>
      [...counts].map(([hazard, { mail, all, smallest }]) => ({
        hazard,
        mail,
        all,
        smallest: smallest.inWords(axes) ?? [],
      })),
  };
}

function hazardsMet(): Ledger<Proof["met"]> {
  const met = new Map<HazardId, Smallest>(HAZARDS.map(({ id }) => [id, new Smallest()]));
  return {
    see({ configuration, boot, lost }) {
      const { machine } = configuration;
      for (const hazard of hazardsOf({ machine, boot }, lost)) met.get(hazard)!.see(configuration);
    },
    tell: (axes) =>
      Object.fromEntries(
        [...met].flatMap(([id, smallest]) => {
          const example = smallest.inWords(axes);
          return example ? [[id, example]] : [];
        }),
      ),
  };
}

/** What `x86_vector_select` answers an I/O APIC. */
export function vectorOffers(apic: ApicState): boolean {
  return x86VectorSelect(ioapicFwspec(0), apic).kind === "selected";
}

/** Whether the vector domain's own words name every APIC ID that is valid. */
export function vectorReachesAllValid(apic: ApicState): boolean {
  // flat_probe steps back above eight possible CPUs: each of them has its bit.
  if (apic.destId === "cpuBit") return true;
  return validIds(apic).isSubsetOf(composedIds(apic));
}

const GREATEST_ID = 0xffff_fffe;

/** IDs the driver calls valid. That Linux registers none above 32767 (H11) is no part of the rule. */
function validIds({ maxApicId }: ApicState): IdSet {
  return IdSet.of([0, maxApicId ?? GREATEST_ID]);
}

function composedIds({ mode, destMode, extDestId }: ApicState): IdSet {
  const reading = mode === "x2apic" ? `x2apic-${destMode}` as const : "xapic-physical";
  const named = reachByWidth(reading, extDestId ? 15 : 8);
  return named.kind === "ids" ? named.ids : IdSet.empty;
}

/** What was proposed instead, before the mail. */
const CRITERIA: readonly Criterion[] = [
  {
    criterion: "interrupt remapping is enabled",
    saysDecline: ({ irqRemapping }) => irqRemapping !== "off",
  },
  {
    criterion: "x2APIC is enabled",
    saysDecline: ({ x2apic }) => x2apic,
  },
];

interface Criterion {
  readonly criterion: string;
  readonly saysDecline: (boot: BootFacts) => boolean;
}

/** Of the configurations seen, the one with the fewest differences; the first of equals. */
class Smallest {
  #picks: readonly number[] | null = null;
  #weight = Infinity;
  count = 0;

  see({ picks }: SweptConfiguration): void {
    this.count++;
    const weight = picks.reduce((sum, pick) => sum + Number(pick > 0), 0);
    if (weight >= this.#weight) return;
    this.#weight = weight;
    this.#picks = [...picks];
  }

  inWords(axes: readonly Axis[]): ProofExample | null {
    return this.#picks && differences(axes, this.#picks);
  }
}
