/** The hypervisor's CPUID leaves, 0x40000000 … 0x4000ffff, as numbers. */
import { type HypervisorName, SIGNATURES } from "../firmware/hypervisor_leaves.ts";
import type { Machine } from "../machine/machine.ts";

export type Leaves = Machine["hypervisor"]["leaves"];

/** Signatures may stand at 0x40000000, 0x40000100 … */
export const BASES = { first: 0x4000_0000, last: 0x4001_0000, step: 0x100 };

/** EAX of a leaf; a leaf that is not listed reads as zero. */
export function eax(leaves: Leaves, leaf: number): number {
  return cpuidOf(leaves).leaves.get(leaf)?.[0] ?? 0;
}

/** EBX of a leaf. */
export function ebx(leaves: Leaves, leaf: number): number {
  return cpuidOf(leaves).leaves.get(leaf)?.[1] ?? 0;
}

export function hasBit(word: number, bit: number): boolean {
  return (word >>> bit & 1) === 1;
}

/** Bases where a leaf is listed, ascending; the others read as zero and match nothing. */
export function presentBases(leaves: Leaves): readonly number[] {
  return cpuidOf(leaves).bases;
}

/** Whether a leaf's EBX, ECX and EDX spell a hypervisor's 12 characters. */
export function spells(leaves: Leaves, leaf: number, signature: HypervisorName): boolean {
  const words = cpuidOf(leaves).leaves.get(leaf);
  if (!words) return false;
  const [ebx, ecx, edx] = WORDS[signature];
  return words[1] === ebx && words[2] === ecx && words[3] === edx;
}

type SignatureWords = readonly [ebx: number, ecx: number, edx: number];

const WORDS = Object.fromEntries(
  Object.entries(SIGNATURES).map(([text, name]) => [name, signatureWords(text)]),
) as Readonly<Record<HypervisorName, SignatureWords>>;

/** Twelve characters as the three little-endian words CPUID returns. */
function signatureWords(text: string): SignatureWords {
  const word = (at: number) =>
    [0, 1, 2, 3].reduce((bits, i) => bits + text.charCodeAt(at + i) * 2 ** (8 * i), 0);
  return [word(0), word(4), word(8)];
}

/** The listed leaves as numbers. */
interface Cpuid {
  readonly leaves: ReadonlyMap<number, readonly number[]>;
  readonly bases: readonly number[];
}

function cpuidOf(listed: Leaves): Cpuid {
  const known = cpuids.get(listed);
  if (known) return known;
  const leaves = new Map(
    Object.entries(listed).map((
      [name, words],
    ) => [Number.parseInt(name.replace(/^0x/i, ""), 16), words.map(Number)]),
  );
  const bases = [...leaves.keys()]
    .filter((leaf) => leaf >= BASES.first && leaf < BASES.last && leaf % BASES.step === 0)
    .sort((a, b) => a - b);
  const cpuid = { leaves, bases };
  cpuids.set(listed, cpuid);
  return cpuid;
}

const cpuids = new WeakMap<Leaves, Cpuid>();
