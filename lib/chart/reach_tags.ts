import { groupBy } from "../bits/group_by.ts";
import { formatApicId, formatInterval } from "./apic_id.ts";
import { pixelOf, type ReachAxis } from "./reach_axis.ts";
import type { Mark } from "./reach_row.ts";
import type { Verdict } from "./verdict.ts";

/** A glyph with its label, moved aside from where its IDs stand so that no two overlap. */
export interface Tag {
  readonly label: string;
  readonly verdict: Verdict;
  /** Where the first and the last of its IDs really stand, in pixels. */
  readonly from: number;
  readonly to: number;
  /** Where the tag begins, and how wide it is, in pixels. */
  readonly left: number;
  readonly width: number;
}

/** IDs of one verdict that share a tag. */
export interface Group {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly verdict: Verdict;
}

/** A tag's glyph is a circle of this radius at its left end. */
export const glyphRadius = 6;
const glyphWidth = 17;
const characterWidth = 7.2;
const gap = 9;

/** Lays the tags of one row out from left to right, in the order of their IDs. */
export function placeTags(marks: readonly Mark[], axis: ReachAxis): Tag[] {
  const tags = tagGroups(marks, axis).map((group) => tag(group, axis));
  return pushLeft(pushRight(tags, axis), axis);
}

/** Which CPUs share a tag, where one tag for each would not fit beside each other. */
export function tagGroups(marks: readonly Mark[], axis: ReachAxis): readonly Group[] {
  return fitting(groupMarks(marks), axis);
}

/** Neighbouring IDs of one verdict stand together: 0, 1, 2, 3 become 0–3. */
export function groupMarks(marks: readonly Mark[]): Group[] {
  return marks.reduce<Group[]>((found, { id, verdict }) => {
    const last = found.at(-1);
    const joins = last !== undefined && last.verdict === verdict && last.high + 1 === id;
    const next = { low: id, high: id, count: 1, verdict };
    return joins ? [...found.slice(0, -1), join(last, next)] : [...found, next];
  }, []);
}

/** Joins neighbours until all tags fit: first the closest of one verdict, then any of one. */
function fitting(all: readonly Group[], axis: ReachAxis): readonly Group[] {
  let left = all;
  while (needed(left) > axis.right - axis.left) {
    const pair = closest(left, axis);
    if (pair === undefined) return oneEach(left);
    left = left.toSpliced(pair, 2, join(left[pair]!, left[pair + 1]!));
  }
  return left;
}

function needed(all: readonly Group[]): number {
  return all.reduce((sum, group) => sum + widthOf(group) + gap, -gap);
}

function closest(all: readonly Group[], axis: ReachAxis): number | undefined {
  const distance = (i: number) => pixelOf(axis, all[i + 1]!.low) - pixelOf(axis, all[i]!.high);
  return [...all.keys()]
    .filter((i) => i + 1 < all.length && all[i]!.verdict === all[i + 1]!.verdict)
    .reduce<number | undefined>(
      (best, i) => best === undefined || distance(i) < distance(best) ? i : best,
      undefined,
    );
}

function oneEach(all: readonly Group[]): Group[] {
  return [...groupBy(all, ({ verdict }) => verdict).values()].map((same) => same.reduce(join));
}

function join(a: Group, b: Group): Group {
  return { low: a.low, high: b.high, count: a.count + b.count, verdict: a.verdict };
}

/** `300`, `0–3`, and `0…254 (17)` where IDs between are missing. */
export function labelOf({ low, high, count }: Group): string {
  if (count === high - low + 1) return formatInterval([low, high]);
  return `${formatApicId(low)}…${formatApicId(high)} (${count})`;
}

function widthOf(group: Group): number {
  return glyphWidth + labelOf(group).length * characterWidth;
}

function tag(group: Group, axis: ReachAxis): Tag {
  const [from, to] = [pixelOf(axis, group.low), pixelOf(axis, group.high)];
  const left = (from + to) / 2 - glyphRadius;
  return { label: labelOf(group), verdict: group.verdict, from, to, left, width: widthOf(group) };
}

function pushRight(tags: readonly Tag[], axis: ReachAxis): Tag[] {
  let free = axis.left;
  return tags.map((tag) => {
    const left = Math.max(tag.left, free);
    free = left + tag.width + gap;
    return { ...tag, left };
  });
}

function pushLeft(tags: readonly Tag[], axis: ReachAxis): Tag[] {
  let free = axis.right;
  return tags.toReversed().map((tag) => {
    const left = Math.min(tag.left, free - tag.width);
    free = left - gap;
    return { ...tag, left };
  }).reverse();
}
