/**
 * What a single CPUID leaf says, ready to be written as JSON.
 *
 * @module
 */
import { readTopology, vendorText } from "./cpuid.ts";
import { leaf1Ebx, leaf1Ecx, leaf6Eax, leaf80000008Ecx } from "./cpuid_layouts.ts";
import type { CpuidRegisters } from "./cpuid_text.ts";
import { hex } from "./hex.ts";
import {
  EXT_DEST_ID_PROMISES,
  type HypervisorName,
  isPromised,
  SIGNATURES,
  signatureText,
} from "./hypervisor_leaves.ts";

/** A leaf to describe; registers that are not given are zero. */
export interface CpuidQuestion extends Partial<CpuidRegisters> {
  /** EAX when asked. */
  readonly leaf: number;
  /** The hypervisor's twelve letters; without them the one that has such a leaf is meant. */
  readonly signature?: string;
}

/** What a leaf says, by name. */
export type CpuidAnswer = Readonly<Record<string, string | number | boolean | null>>;

/**
 * What one leaf says; nothing for leaves of no matter here.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { describeCpuid } from "./describe_cpuid.ts";
 *
 * assert.deepEqual(describeCpuid({ leaf: 0x4000_0001, eax: 0x8000 }), { msiExtDestId: true });
 * assert.deepEqual(describeCpuid({ leaf: 0xb, eax: 1, ebx: 2, ecx: 0x100, edx: 0x12c }), {
 *   levelType: "smt",
 *   shift: 1,
 *   processors: 2,
 *   x2apicId: "0x12c",
 * });
 * ```
 */
export function describeCpuid({ leaf, signature, ...given }: CpuidQuestion): CpuidAnswer {
  const registers = { eax: 0, ebx: 0, ecx: 0, edx: 0, ...given };
  const described = LEAVES.get(leaf)?.(registers);
  if (described) return described;
  return isHypervisorLeaf(leaf) ? describeHypervisorLeaf(leaf, registers, signature) : {};
}

const LEAVES = new Map<number, (registers: CpuidRegisters) => CpuidAnswer>([
  [0, (registers) => ({ maxLeaf: hex(registers.eax, 8), vendor: vendorText(registers) })],
  [1, describeLeaf1],
  [6, ({ eax }) => ({ arat: leaf6Eax.decode(eax).arat })],
  [0xb, describeTopology],
  [0x1f, describeTopology],
  [0x8000_0008, ({ ecx }) => ({ apicIdSize: leaf80000008Ecx.decode(ecx).apicIdSize })],
  [0x8000_001e, ({ eax }) => ({ x2apicId: hex(eax) })],
]);

function describeLeaf1({ ebx, ecx }: CpuidRegisters): CpuidAnswer {
  const { logicalProcessors, initialApicId } = leaf1Ebx.decode(ebx);
  const { x2apic, hypervisor } = leaf1Ecx.decode(ecx);
  return { initialApicId: hex(initialApicId), logicalProcessors, x2apic, hypervisor };
}

function describeTopology(registers: CpuidRegisters): CpuidAnswer {
  const topology = readTopology(registers);
  return { ...topology, x2apicId: hex(topology.x2apicId) };
}

function isHypervisorLeaf(leaf: number): boolean {
  return leaf >= 0x4000_0000 && leaf <= 0x4000_ffff;
}

function describeHypervisorLeaf(
  leaf: number,
  registers: CpuidRegisters,
  signature: string | undefined,
): CpuidAnswer {
  const offset = leaf & 0xff;
  if (offset === 0) return describeSignature(registers);
  const promises = EXT_DEST_ID_PROMISES.filter((promise) => promise.leaf === offset);
  const promise = signature === undefined
    ? promises[0]
    : promises.find(({ hypervisor }) => hypervisor === hypervisorOf(signature));
  if (promise) return { msiExtDestId: isPromised(promise, registers.eax) };
  return signature === undefined ? {} : { msiExtDestId: false };
}

function describeSignature(registers: CpuidRegisters): CpuidAnswer {
  const signature = signatureText(registers);
  const hypervisor = SIGNATURES[signature] ?? null;
  return { signature, hypervisor, maxLeaf: hex(registers.eax, 8) };
}

/** A signature's hypervisor; the NULs at its end may be missing. */
function hypervisorOf(signature: string): HypervisorName | undefined {
  return SIGNATURES[signature.padEnd(12, "\0")];
}
