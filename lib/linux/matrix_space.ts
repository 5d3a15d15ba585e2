/**
 * Which vectors a kernel has to give to devices: all from 0x20 to its first system vector but a
 * few that stand in between.
 *
 * Source: Linux 6.1 arch/x86/include/asm/irq_vectors.h and arch/x86/kernel/apic/vector.c
 * lapic_assign_system_vectors.
 */
import type { Era } from "./eras.ts";
import { VectorMatrix } from "./matrix.ts";

export const FIRST_EXTERNAL_VECTOR = 0x20;
/** Legacy interrupt n of the two 8259s has vector 0x30 + n before an I/O APIC claims it. */
export const ISA_VECTOR_BASE = 0x30;
/** Where a managed interrupt points while it is shut down. */
export const MANAGED_IRQ_SHUTDOWN_VECTOR = 0xef;

const PIC_CASCADE_IRQ = 2;
const LEGACY_IRQS = 16;
const IA32_SYSCALL_VECTOR = 0x80;

/** What an era says of vectors. */
export type VectorSpace = Pick<Era, "firstSystemVector" | "moveCleanupVector" | "immovable">;

/**
 * A matrix as it stands when the boot CPU has come up, before any device asked for a vector.
 *
 * @throws {RangeError} for a kernel older than the matrix, which came with 4.15.
 */
export function bootMatrix(
  era: Era,
  { pic, ia32Emulation = true }: { readonly pic: boolean; readonly ia32Emulation?: boolean },
): VectorMatrix {
  if (era.vectorAllocator !== "matrix") {
    throw new RangeError(
      `Cannot lay out the vectors of Linux ${era.version}: the matrix came with 4.15; ` +
        `give a later version`,
    );
  }
  const matrix = new VectorMatrix(FIRST_EXTERNAL_VECTOR, era.firstSystemVector);
  for (const vector of systemVectors(era, pic, ia32Emulation)) matrix.assignSystem(vector);
  matrix.online(0);
  if (pic) { for (const vector of legacyVectors()) matrix.assign(0, vector); }
  return matrix;
}

function systemVectors(
  { moveCleanupVector }: VectorSpace,
  pic: boolean,
  ia32Emulation: boolean,
): readonly number[] {
  return [
    ...(moveCleanupVector ? [FIRST_EXTERNAL_VECTOR] : []),
    ...(pic ? [ISA_VECTOR_BASE + PIC_CASCADE_IRQ] : []),
    ...(ia32Emulation ? [IA32_SYSCALL_VECTOR] : []),
  ];
}

function legacyVectors(): readonly number[] {
  const irqs = Array.from({ length: LEGACY_IRQS }, (_, irq) => irq);
  return irqs.filter((irq) => irq !== PIC_CASCADE_IRQ).map((irq) => ISA_VECTOR_BASE + irq);
}
