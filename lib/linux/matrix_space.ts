/**
 * Which vectors a kernel has to give to devices: all from 0x20 to its first system vector but a
 * few that stand in between.
 *
 * Source: Linux arch/x86/include/asm/irq_vectors.h, arch/x86/kernel/apic/vector.c
 * lapic_assign_system_vectors and kernel/irq/proc.c write_irq_affinity, of the versions named.
 */
import { VectorMatrix } from "./matrix.ts";

export const FIRST_EXTERNAL_VECTOR = 0x20;
/** Legacy interrupt n of the two 8259s has vector 0x30 + n before an I/O APIC claims it. */
export const ISA_VECTOR_BASE = 0x30;
/** Where a managed interrupt points while it is shut down. */
export const MANAGED_IRQ_SHUTDOWN_VECTOR = 0xef;

const PIC_CASCADE_IRQ = 2;
const LEGACY_IRQS = 16;
const IA32_SYSCALL_VECTOR = 0x80;

export interface VectorSpace {
  /** The first version this holds for, as major · 100 + minor. */
  readonly since: number;
  readonly firstSystemVector: number;
  /** Vector 0x20 carries the clean-up IPI after a move; later a timer does that work. */
  readonly moveCleanupVector: boolean;
  /** What a write to smp_affinity of an interrupt that user space must not move answers. */
  readonly immovable: "EIO" | "EPERM";
}

const spaces: readonly VectorSpace[] = [
  { since: 611, firstSystemVector: 0xeb, moveCleanupVector: false, immovable: "EPERM" },
  // 6.10 makes room for the posted-MSI notification at 0xeb, configured or not.
  { since: 610, firstSystemVector: 0xeb, moveCleanupVector: false, immovable: "EIO" },
  { since: 605, firstSystemVector: 0xec, moveCleanupVector: false, immovable: "EIO" },
  { since: 415, firstSystemVector: 0xec, moveCleanupVector: true, immovable: "EIO" },
];

/** The vector space of a kernel from 4.15 on, which is as old as the matrix. */
export function vectorSpace({ major, minor }: { major: number; minor: number }): VectorSpace {
  const space = spaces.find(({ since }) => major * 100 + minor >= since);
  if (space) return space;
  throw new RangeError(
    `Cannot lay out the vectors of Linux ${major}.${minor}: the matrix came with 4.15; ` +
      `give a later version`,
  );
}

/** A matrix as it stands when the boot CPU has come up, before any device asked for a vector. */
export function bootMatrix(
  { firstSystemVector, moveCleanupVector }: VectorSpace,
  { pic }: { pic: boolean },
): VectorMatrix {
  const matrix = new VectorMatrix(FIRST_EXTERNAL_VECTOR, firstSystemVector);
  for (const vector of systemVectors({ moveCleanupVector, pic })) matrix.assignSystem(vector);
  matrix.online(0);
  if (pic) { for (const vector of legacyVectors()) matrix.assign(0, vector); }
  return matrix;
}

function systemVectors(
  { moveCleanupVector, pic }: { moveCleanupVector: boolean; pic: boolean },
): readonly number[] {
  return [
    ...(moveCleanupVector ? [FIRST_EXTERNAL_VECTOR] : []),
    ...(pic ? [ISA_VECTOR_BASE + PIC_CASCADE_IRQ] : []),
    IA32_SYSCALL_VECTOR,
  ];
}

function legacyVectors(): readonly number[] {
  const irqs = Array.from({ length: LEGACY_IRQS }, (_, irq) => irq);
  return irqs.filter((irq) => irq !== PIC_CASCADE_IRQ).map((irq) => ISA_VECTOR_BASE + irq);
}
