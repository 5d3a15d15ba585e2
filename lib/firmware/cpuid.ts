/**
 * What a processor's CPUID leaves mean for interrupt routing.
 *
 * @module
 */
import { leaf1Ebx, leaf1Ecx, leaf6Eax, leaf80000008Ecx } from "./cpuid_layouts.ts";
import { type LevelType, topologyEax, topologyEbx, topologyEcx } from "./cpuid_layouts.ts";
import { type CpuidProcessor, type CpuidRegisters, leafIn } from "./cpuid_text.ts";
import { letters } from "./hypervisor_leaves.ts";

/** One level of the topology, from the thread outwards. */
export interface TopologyLevel {
  /** What it is. */
  readonly levelType: LevelType;
  /** Bits to shift the x2APIC ID by for the id of the next level. */
  readonly shift: number;
  /** Logical processors in it. */
  readonly processors: number;
}

/** What CPUID tells of one processor; null where it was not asked. */
export interface CpuidDigest {
  /** Leaf 0, such as `GenuineIntel`. */
  readonly vendor: string | null;
  /** Leaf 1: an x2APIC mode. */
  readonly x2apic: boolean | null;
  /** Leaf 1: a hypervisor says that it is there. */
  readonly hypervisor: boolean | null;
  /** Leaf 6: the local APIC's timer runs in deep sleep too. */
  readonly arat: boolean | null;
  /** Leaf 1: the APIC ID's low 8 bits. */
  readonly initialApicId: number | null;
  /** Leaf 1FH or 0BH, or AMD's 8000001EH: all 32 bits of it. */
  readonly x2apicId: number | null;
  /** Levels of leaf 1FH, else of 0BH, as far as they were asked for. */
  readonly levels: readonly TopologyLevel[];
  /** Bits to shift an APIC ID by for the package; null unless all levels were asked for. */
  readonly packageShift: number | null;
  /** Leaf 80000008H of AMD: APIC ID bits that number the package's threads. */
  readonly apicIdSize: number | null;
}

/**
 * What the leaves of a processor mean.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { digestCpuid } from "./cpuid.ts";
 *
 * const leaves = [{ leaf: 1, subleaf: 0, eax: 0, ebx: 0x2c00_0800, ecx: 0x8020_0000, edx: 0 }];
 * const { x2apic, hypervisor, initialApicId, arat } = digestCpuid({ leaves });
 * assert.deepEqual([x2apic, hypervisor, initialApicId, arat], [true, true, 44, null]);
 * ```
 */
export function digestCpuid(processor: CpuidProcessor): CpuidDigest {
  const at = (leaf: number) => leafIn(processor, leaf);
  const topology = topologyOf(processor);
  const features = ask(at(1), ({ ecx }) => leaf1Ecx.decode(ecx));
  return {
    vendor: ask(at(0), vendorText),
    x2apic: features?.x2apic ?? null,
    hypervisor: features?.hypervisor ?? null,
    arat: ask(at(6), ({ eax }) => leaf6Eax.decode(eax).arat),
    initialApicId: ask(at(1), ({ ebx }) => leaf1Ebx.decode(ebx).initialApicId),
    x2apicId: topology.x2apicId ?? ask(at(0x8000_001e), ({ eax }) => eax),
    levels: topology.levels,
    packageShift: topology.packageShift,
    apicIdSize: ask(at(0x8000_0008), ({ ecx }) => leaf80000008Ecx.decode(ecx).apicIdSize),
  };
}

/** The letters of EBX, EDX and ECX, in this order. */
export function vendorText({ ebx, ecx, edx }: CpuidRegisters): string {
  return letters(ebx) + letters(edx) + letters(ecx);
}

function ask<T>(
  leaf: CpuidRegisters | undefined,
  read: (leaf: CpuidRegisters) => T,
): T | null {
  return leaf ? read(leaf) : null;
}

/** A leaf of the topology enumeration: one level, and the processor's id. */
export interface TopologyLeaf extends TopologyLevel {
  /** The processor's x2APIC ID. */
  readonly x2apicId: number;
}

/** What one subleaf of leaf 0BH or 1FH says. */
export function readTopology({ eax, ebx, ecx, edx }: CpuidRegisters): TopologyLeaf {
  return {
    levelType: topologyEcx.decode(ecx).levelType,
    shift: topologyEax.decode(eax).shift,
    processors: topologyEbx.decode(ebx).processors,
    x2apicId: edx,
  };
}

interface Topology extends Pick<CpuidDigest, "x2apicId" | "levels" | "packageShift"> {}

/** Leaf 1FH where it has a level, else 0BH. Source: Intel SDM volume 3A, 10.9.1. */
function topologyOf(processor: CpuidProcessor): Topology {
  for (const leaf of [0x1f, 0xb]) {
    const subleaves = subleavesOf(processor, leaf);
    const end = subleaves.findIndex(({ levelType }) => levelType === "invalid");
    const valid = end < 0 ? subleaves : subleaves.slice(0, end);
    const last = valid.at(-1);
    if (!last || last.processors === 0) continue;
    const levels = valid.map(({ x2apicId: _, ...level }) => level);
    return { x2apicId: last.x2apicId, levels, packageShift: end < 0 ? null : last.shift };
  }
  return { x2apicId: null, levels: [], packageShift: null };
}

/** Subleaves 0, 1, … as far as they were asked for. */
function subleavesOf(processor: CpuidProcessor, leaf: number): TopologyLeaf[] {
  const found: TopologyLeaf[] = [];
  for (let next = leafIn(processor, leaf, 0); next; next = leafIn(processor, leaf, found.length)) {
    found.push(readTopology(next));
  }
  return found;
}
