/**
 * What a write to /proc/irq/N/smp_affinity does: whether it is accepted, and when the interrupt
 * goes to the new CPU. Whether it then arrives is another question (`follow`).
 */
import { eraOf } from "../linux/eras.ts";
import type { Booted, Interrupt } from "./interrupt.ts";

/** What becomes of a write to an interrupt's affinity. */
export type Move =
  | { readonly kind: "moved"; readonly when: MoveTime; readonly because: string }
  /** The write is accepted, and the chip refuses when the interrupt comes to be moved. */
  | { readonly kind: "ignored"; readonly because: string }
  | { readonly kind: "refused"; readonly errno: "EINVAL" | "EIO"; readonly because: string };

/**
 * A remapped interrupt is moved by rewriting its table entry, which is safe at any time. Any other
 * is rewritten in the device, which is only done while an interrupt of it is being handled.
 */
export type MoveTime = "atOnce" | "atNextInterrupt";

/** APIC IDs and CPU numbers that Hyper-V's stub lets pins go to. */
const CONFINED_TO = 256;

/**
 * Moves an interrupt to one CPU.
 *
 * Source: Linux 6.1 kernel/irq/manage.c irq_set_affinity_locked, irq_can_move_pcntxt;
 * drivers/iommu/hyperv-iommu.c hyperv_ir_set_affinity; recorded boots.
 */
export function move({ machine, boot }: Booted, { device, source }: Interrupt, to: number): Move {
  const parent = boot.parents[device];
  if (!parent?.kind) {
    const because = source === "ioapic" ? "the line goes by the 8259" : "nobody parents it";
    return { kind: "refused", errno: "EIO", because };
  }
  const target = boot.online.find(({ cpu }) => cpu === to);
  if (!target) return { kind: "refused", errno: "EINVAL", because: `CPU ${to} is not online` };
  if (parent.kind === "hypervIr" && Math.max(target.cpu, target.apicId) >= CONFINED_TO) {
    const because = "Hyper-V's stub keeps pins to APIC IDs below 256";
    const { refusedIoapicMove } = eraOf(machine.kernel);
    return refusedIoapicMove === "EINVAL"
      ? { kind: "refused", errno: "EINVAL", because }
      : { kind: "ignored", because };
  }
  return parent.kind === "intelIr" || parent.kind === "amdIr"
    ? { kind: "moved", when: "atOnce", because: "its table entry is rewritten" }
    : { kind: "moved", when: "atNextInterrupt", because: "the device's own words are rewritten" };
}
