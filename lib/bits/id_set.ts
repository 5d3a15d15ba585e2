/**
 * Sets of APIC IDs, exact over 0 … 2³²−1.
 *
 * A set is a step function from *cluster* (the upper 28 bits of an ID) to a *member mask* (which
 * of the cluster's 16 IDs belong). An interval is at most three steps, and so is what a logical
 * x2APIC destination names; every Boolean operation is the same operation on masks. Nothing is
 * ever enumerated.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { IdSet } from "./id_set.ts";
 *
 * const named = IdSet.of([0, 254]).minus(IdSet.ids([7]));
 * assert.equal(String(named), "0-6,8-254");
 * assert.equal(named.count, 254);
 * assert.deepEqual([...named.intervals()], [[0, 6], [8, 254]]);
 * ```
 *
 * @module
 */

/** An inclusive interval of IDs. */
export type Interval = readonly [low: number, high: number];

/** Consecutive clusters of 16 IDs with the same members: `members` bit n is ID cluster·16 + n. */
export interface ClusterRun {
  /** First and last cluster, 0 … 2²⁸−1. */
  readonly clusters: Interval;
  /** Which of each cluster's 16 IDs belong. */
  readonly members: number;
}

/** What {@link IdSet.toJSON} yields: intervals, or cluster runs where intervals are too many. */
export type IdSetJson = readonly Interval[] | readonly ClusterRun[];

/** From cluster `from` on, up to the next step, `mask` says which members belong. */
interface Step {
  readonly from: number;
  readonly mask: number;
}

const TOP = 0xffff_ffff;
const CLUSTERS = 2 ** 28;
const ALL_MEMBERS = 0xffff;
/** Above so many intervals text and JSON speak of clusters instead. */
const FEW_INTERVALS = 4096;

/** An immutable set of IDs within 0 … 2³²−1. */
export class IdSet {
  /** No ID at all. */
  static readonly empty: IdSet = new IdSet([]);
  /** Every ID, 0 … 2³²−1. */
  static readonly all: IdSet = new IdSet([{ from: 0, mask: ALL_MEMBERS }]);

  readonly #steps: readonly Step[];
  #count: number | undefined;

  private constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  /** The union of inclusive intervals; RangeError when one is reversed or outside 32 bits. */
  static of(...intervals: readonly Interval[]): IdSet {
    const [first, ...rest] = intervals;
    if (!first) return IdSet.empty;
    if (rest.length === 0) return new IdSet(stepsOfInterval(first));
    const half = intervals.length >> 1;
    return IdSet.of(...intervals.slice(0, half)).union(IdSet.of(...intervals.slice(half)));
  }

  /** Exactly these IDs, in any order, repeated or not. */
  static ids(ids: Iterable<number>): IdSet {
    const masks = new Map<number, number>();
    for (const id of ids) {
      requireId(id);
      const cluster = clusterOf(id);
      masks.set(cluster, (masks.get(cluster) ?? 0) | 1 << (id & 15));
    }
    const steps: Step[] = [];
    for (const cluster of [...masks.keys()].sort((a, b) => a - b)) {
      append(steps, cluster, masks.get(cluster)!);
      if (cluster + 1 < CLUSTERS && !masks.has(cluster + 1)) append(steps, cluster + 1, 0);
    }
    return new IdSet(steps);
  }

  /** The given members (a 16-bit mask) of the listed clusters, which ascend. */
  static clusterList(clusters: readonly number[], members: number): IdSet {
    const steps: Step[] = [];
    clusters.forEach((cluster, i) => {
      append(steps, cluster, members & ALL_MEMBERS);
      const next = cluster + 1;
      if (next < CLUSTERS && clusters[i + 1] !== next) append(steps, next, 0);
    });
    return new IdSet(steps);
  }

  /** The given members (a 16-bit mask) of every cluster from `first` to `last`. */
  static clusters([first, last]: Interval, members: number): IdSet {
    if (!(first >= 0 && first <= last && last < CLUSTERS)) {
      throw new RangeError(`Cannot name clusters ${first}-${last}: they lie within 0-${CLUSTERS}`);
    }
    const steps: Step[] = [];
    append(steps, first, members & ALL_MEMBERS);
    if (last + 1 < CLUSTERS) append(steps, last + 1, 0);
    return new IdSet(steps);
  }

  /** Reads what {@link IdSet.toJSON} wrote. */
  static fromJSON(json: IdSetJson): IdSet {
    return json.reduce(
      (set: IdSet, run) =>
        set.union("members" in run ? IdSet.clusters(run.clusters, run.members) : IdSet.of(run)),
      IdSet.empty,
    );
  }

  /** Reads interval text such as `0-6,8`; SyntaxError on anything else. */
  static parse(text: string): IdSet {
    if (text.trim() === "") return IdSet.empty;
    return IdSet.of(...text.split(",").map(intervalOf));
  }

  /** How many IDs belong, up to 2³². */
  get count(): number {
    return this.#count ??= this.runs().reduce(
      (sum, { clusters: [first, last], members }) =>
        sum + (last - first + 1) * populationOf(members),
      0,
    );
  }

  /** Whether nothing belongs. */
  get isEmpty(): boolean {
    return this.#steps.length === 0;
  }

  /** The smallest ID, undefined when empty. */
  get min(): number | undefined {
    const step = this.#steps[0];
    return step && step.from * 16 + lowestMember(step.mask);
  }

  /** The largest ID, undefined when empty. */
  get max(): number | undefined {
    const run = this.runs().at(-1);
    return run && run.clusters[1] * 16 + 31 - Math.clz32(run.members);
  }

  /** Whether an ID belongs. */
  has(id: number): boolean {
    return id >= 0 && id <= TOP && (maskAt(this.#steps, clusterOf(id)) >>> (id & 15) & 1) === 1;
  }

  /** IDs in either set. */
  union(other: IdSet): IdSet {
    return new IdSet(merge(this.#steps, other.#steps, (a, b) => a | b));
  }

  /** IDs in both sets. */
  intersect(other: IdSet): IdSet {
    return new IdSet(merge(this.#steps, other.#steps, (a, b) => a & b));
  }

  /** IDs of this set that are not in the other. */
  minus(other: IdSet): IdSet {
    return new IdSet(merge(this.#steps, other.#steps, (a, b) => a & ~b));
  }

  /** IDs within 0 … 2³²−1 that do not belong. */
  complement(): IdSet {
    return IdSet.all.minus(this);
  }

  /** Whether every ID of this set is in the other. */
  isSubsetOf(other: IdSet): boolean {
    return this.minus(other).isEmpty;
  }

  /** Whether both sets hold the same IDs. */
  equals(other: IdSet): boolean {
    return this.#steps.length === other.#steps.length &&
      this.#steps.every((step, i) => same(step, other.#steps[i]!));
  }

  /** Consecutive clusters with the same members, lowest first; clusters without are left out. */
  runs(): ClusterRun[] {
    const steps = this.#steps;
    return steps.flatMap(({ from, mask }, i) => {
      const last = (steps[i + 1]?.from ?? CLUSTERS) - 1;
      return mask === 0 ? [] : [{ clusters: [from, last] as const, members: mask }];
    });
  }

  /** The maximal intervals, lowest first, made one at a time: a set may have 2³¹ of them. */
  *intervals(): Generator<Interval> {
    let open: [number, number] | undefined;
    for (const [low, high] of this.#pieces()) {
      if (open && open[1] + 1 === low) {
        open[1] = high;
        continue;
      }
      if (open) yield open;
      open = [low, high];
    }
    if (open) yield open;
  }

  /** The IDs one by one, lowest first. */
  *[Symbol.iterator](): Generator<number> {
    for (const [low, high] of this.#pieces()) {
      for (let id = low; id <= high; id++) yield id;
    }
  }

  /** Interval text such as `0-6,8`; sets of very many intervals read `members 0x00ff of clusters 0-9`. */
  toString(): string {
    return this.#fewIntervals()?.map(textOf).join(",") ??
      this.runs().map(({ clusters, members }) => {
        const mask = members.toString(16).padStart(4, "0");
        return `members 0x${mask} of clusters ${textOf(clusters)}`;
      }).join("; ");
  }

  /** What consoles and notebooks show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `IdSet ${this}`;
  }

  /** As above, in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return `IdSet ${this}`;
  }

  /** Intervals `[[low, high], …]`, or cluster runs where the intervals would be very many. */
  toJSON(): IdSetJson {
    return this.#fewIntervals() ?? this.runs();
  }

  #fewIntervals(): Interval[] | undefined {
    const found: Interval[] = [];
    for (const interval of this.intervals()) {
      if (found.push(interval) > FEW_INTERVALS) return undefined;
    }
    return found;
  }

  *#pieces(): Generator<Interval> {
    for (const { clusters: [first, last], members } of this.runs()) {
      if (members === ALL_MEMBERS) yield [first * 16, last * 16 + 15];
      else for (let cluster = first; cluster <= last; cluster++) yield* piecesOf(cluster, members);
    }
  }
}

function stepsOfInterval([low, high]: Interval): Step[] {
  requireId(low);
  requireId(high);
  if (low > high) throw new RangeError(`Cannot make an interval: ${low} is above ${high}`);
  const first = clusterOf(low), last = clusterOf(high);
  const head = ALL_MEMBERS << (low & 15) & ALL_MEMBERS;
  const tail = ALL_MEMBERS >>> (15 - (high & 15));
  const steps: Step[] = [];
  append(steps, first, first === last ? head & tail : head);
  if (last > first + 1) append(steps, first + 1, ALL_MEMBERS);
  if (last > first) append(steps, last, tail);
  if (last + 1 < CLUSTERS) append(steps, last + 1, 0);
  return steps;
}

/** Adds a step unless the set already goes on that way; the form is therefore canonical. */
function append(steps: Step[], from: number, mask: number): void {
  if ((steps.at(-1)?.mask ?? 0) !== mask) steps.push({ from, mask });
}

function merge(a: readonly Step[], b: readonly Step[], join: (a: number, b: number) => number) {
  const steps: Step[] = [];
  for (let i = 0, j = 0, left = 0, right = 0; i < a.length || j < b.length;) {
    const from = Math.min(a[i]?.from ?? CLUSTERS, b[j]?.from ?? CLUSTERS);
    if (a[i]?.from === from) left = a[i++]!.mask;
    if (b[j]?.from === from) right = b[j++]!.mask;
    append(steps, from, join(left, right) & ALL_MEMBERS);
  }
  return steps;
}

function maskAt(steps: readonly Step[], cluster: number): number {
  let low = 0, high = steps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (steps[middle]!.from <= cluster) low = middle + 1;
    else high = middle;
  }
  return steps[low - 1]?.mask ?? 0;
}

function* piecesOf(cluster: number, members: number): Generator<Interval> {
  for (let rest = members; rest !== 0;) {
    const low = lowestMember(rest);
    const length = lowestMember(~(rest >>> low));
    yield [cluster * 16 + low, cluster * 16 + low + length - 1];
    rest &= ~((2 ** length - 1) << low);
  }
}

function intervalOf(text: string): Interval {
  const found = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(text);
  if (!found) throw new SyntaxError(`Cannot read ID set: "${text}" is no ID and no interval`);
  const low = Number(found[1]);
  return [low, Number(found[2] ?? low)];
}

function requireId(id: number): void {
  if (Number.isInteger(id) && id >= 0 && id <= TOP) return;
  throw new RangeError(`Cannot put ${id} in an ID set: IDs are whole numbers within 0-${TOP}`);
}

function clusterOf(id: number): number {
  return id >>> 4;
}

function lowestMember(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

function populationOf(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits++;
  return bits;
}

function same(a: Step, b: Step): boolean {
  return a.from === b.from && a.mask === b.mask;
}

function textOf([low, high]: Interval): string {
  return low === high ? `${low}` : `${low}-${high}`;
}
