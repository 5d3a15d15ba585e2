/**
 * CPUID leaves from text: what `cpuid -r` prints, for one processor or for each, and the plainer
 * `cpuid LEAF eax=… ebx=… ecx=… edx=…`, one line a leaf.
 *
 * @module
 */
import { lineFault, type Malformed } from "./malformed.ts";

/** What one leaf answers. */
export interface CpuidRegisters {
  /** Register EAX. */
  readonly eax: number;
  /** Register EBX. */
  readonly ebx: number;
  /** Register ECX. */
  readonly ecx: number;
  /** Register EDX. */
  readonly edx: number;
}

/** One leaf of one processor. */
export interface CpuidLeaf extends CpuidRegisters {
  /** EAX when asked. */
  readonly leaf: number;
  /** ECX when asked; 0 where a leaf has no subleaves. */
  readonly subleaf: number;
}

/** All leaves of one processor, in the text's order. */
export interface CpuidProcessor {
  /** What was asked of it. */
  readonly leaves: readonly CpuidLeaf[];
}

/** Tells a text's processors from a fault. */
export interface CpuidText {
  /** Tells it from {@linkcode Malformed}. */
  readonly kind: "cpuid";
  /** At least one, in the text's order. */
  readonly processors: readonly CpuidProcessor[];
}

const HEADING = /^CPU(?: +\d+)?:$/;
const WORD = "(?:0x)?([0-9a-f]{1,8})";
const LEAF = new RegExp(
  `^(?:cpuid +)?${WORD}(?: +${WORD})?:? +eax=${WORD} +ebx=${WORD} +ecx=${WORD} +edx=${WORD}$`,
  "i",
);

/**
 * The processors of a text; the fault's offset is the line, the first being 1.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseCpuid } from "./cpuid_text.ts";
 *
 * const text = `CPU:
 *    0x00000006 0x00: eax=0x00000004 ebx=0x00000000 ecx=0x00000000 edx=0x00000000
 * `;
 * assert.deepEqual(parseCpuid(text), {
 *   kind: "cpuid",
 *   processors: [{ leaves: [{ leaf: 6, subleaf: 0, eax: 4, ebx: 0, ecx: 0, edx: 0 }] }],
 * });
 * ```
 */
export function parseCpuid(text: string): CpuidText | Malformed {
  const processors: CpuidLeaf[][] = [];
  for (const [i, line] of text.split("\n").entries()) {
    const trimmed = line.trim();
    if (trimmed === "") continue;
    if (HEADING.test(trimmed)) {
      processors.push([]);
      continue;
    }
    const leaf = leafOf(trimmed);
    if (!leaf) return unreadable(i + 1, trimmed);
    if (processors.length === 0) processors.push([]);
    processors.at(-1)!.push(leaf);
  }
  if (processors.every((leaves) => leaves.length === 0)) return unreadable(1, "");
  return { kind: "cpuid", processors: processors.map((leaves) => ({ leaves })) };
}

function leafOf(line: string): CpuidLeaf | undefined {
  const [whole, leaf, subleaf, eax, ebx, ecx, edx] = LEAF.exec(line) ?? [];
  if (whole === undefined) return undefined;
  return {
    leaf: word(leaf),
    subleaf: word(subleaf),
    eax: word(eax),
    ebx: word(ebx),
    ecx: word(ecx),
    edx: word(edx),
  };
}

function word(hex = "0"): number {
  return Number.parseInt(hex, 16);
}

function unreadable(line: number, text: string): Malformed {
  const found = text === "" ? "no leaf" : JSON.stringify(text.slice(0, 60));
  return lineFault("CPUID", line, found, "give the lines of cpuid -r");
}

/** One leaf's registers; undefined when the processor was not asked for it. */
export function leafIn(
  { leaves }: CpuidProcessor,
  leaf: number,
  subleaf = 0,
): CpuidRegisters | undefined {
  return leaves.find((each) => each.leaf === leaf && each.subleaf === subleaf);
}
