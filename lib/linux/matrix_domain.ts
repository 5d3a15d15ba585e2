/**
 * The vector domain at work: interrupts are requested, started, moved and shut down, and each ends
 * with one CPU and one vector there, or with the reason why not.
 *
 * A plain interrupt holds only a *reservation* until it is started; a managed one sets a vector
 * aside on every CPU of its mask, so that starting it later cannot fail for want of vectors.
 * Source: Linux 6.1 arch/x86/kernel/apic/vector.c.
 */
import type { VectorAllocation, VectorMatrix } from "./matrix.ts";
import { MANAGED_IRQ_SHUTDOWN_VECTOR, type VectorSpace } from "./matrix_space.ts";

/** Where an interrupt goes: the effective affinity is this one CPU. */
export interface VectorTarget {
  /** Linux CPU number. */
  readonly cpu: number;
  /** Its vector there, 0x20–0xff. */
  readonly vector: number;
}

/** What an interrupt asks for. */
export interface IrqRequest {
  /** Linux CPU numbers the interrupt may go to. */
  readonly affinity: readonly number[];
  /** The kernel spread this interrupt itself; user space cannot move it. */
  readonly managed?: boolean;
  /** The CPUs of the device's NUMA node, where it has one. */
  readonly node?: readonly number[];
  /** A vector the interrupt holds from before, as the timer's IRQ 0 does on CPU 0. */
  readonly held?: VectorTarget;
}

/** Where the interrupt is now, or the error; `lines` are what the kernel logs about it. */
export type IrqPlacement =
  | { readonly kind: "placed"; readonly target: VectorTarget; readonly lines: readonly string[] }
  | { readonly kind: "refused"; readonly errno: Errno; readonly lines: readonly string[] };

/** Whether a CPU went down. */
export interface CpuTakeDown {
  /** Refused while the other CPUs have no room for its interrupts. */
  readonly kind: "down" | "refused";
  /** What the kernel logs about it. */
  readonly lines: readonly string[];
}

/**
 * Errors of the vector domain: EBUSY while a move is under way, EINVAL without an online CPU,
 * ENOSPC without a vector, EIO or EPERM (by era) for a managed interrupt.
 */
export type Errno = "EBUSY" | "EINVAL" | "EIO" | "ENOSPC" | "EPERM";

interface Irq {
  affinity: readonly number[];
  readonly managed: boolean;
  readonly node: readonly number[] | undefined;
  target: VectorTarget | undefined;
  reserved: boolean;
  /** The place it left, kept until the first interrupt arrives at the new one. */
  previous: VectorTarget | undefined;
}

/** VECTOR as it hands out vectors: interrupts activate, move and give theirs back. */
export class VectorDomain {
  readonly #irqs = new Map<number, Irq>();

  /** A domain that hands out the vectors of `matrix`, by the rules of `space`. */
  constructor(
    readonly matrix: VectorMatrix,
    readonly space: Pick<VectorSpace, "immovable">,
  ) {}

  /** Where the interrupt points now; while it waits to be started, at the shutdown vector. */
  target(irq: number): VectorTarget {
    return this.#irq(irq).target ?? this.#shutdownTarget();
  }

  /** Source: x86_vector_alloc_irqs, assign_vector… by reserve_irq_vector and reserve_managed_vector. */
  request(irq: number, { affinity, managed = false, node, held }: IrqRequest): IrqPlacement {
    const entry: Irq = {
      affinity,
      managed,
      node,
      target: held,
      reserved: !managed && !held,
      previous: undefined,
    };
    if (managed && !this.matrix.reserveManaged(affinity)) return refused("ENOSPC");
    this.#irqs.set(irq, entry);
    const overcommitted = entry.reserved && !this.matrix.reserve();
    return placed(
      this.target(irq),
      overcommitted ? ["Interrupt reservation exceeds available resources"] : [],
    );
  }

  /** Source: x86_vector_activate. */
  start(irq: number): IrqPlacement {
    const entry = this.#irq(irq);
    if (entry.target) return placed(entry.target);
    return entry.managed ? this.#startManaged(irq, entry) : this.#startReserved(irq, entry);
  }

  /** A write to smp_affinity. Source: irq_set_affinity_locked and apic_set_affinity. */
  move(irq: number, affinity: readonly number[]): IrqPlacement {
    const entry = this.#irq(irq);
    if (entry.managed) return refused(this.space.immovable);
    if (!affinity.some((cpu) => this.#isOnline(cpu))) return refused("EINVAL");
    const placement = this.#place(entry, affinity);
    if (placement.kind === "placed") entry.affinity = affinity;
    return placement;
  }

  /** The first interrupt at the new place lets go of the old. Source: irq_complete_move. */
  interruptArrives(irq: number): void {
    const entry = this.#irq(irq);
    if (entry.previous) this.#release(entry, entry.previous);
    entry.previous = undefined;
  }

  /** Source: x86_vector_deactivate: a reservation again, or the vector stays set aside. */
  shutDown(irq: number): void {
    const entry = this.#irq(irq);
    this.interruptArrives(irq);
    if (!entry.target) return;
    this.#release(entry, entry.target);
    entry.target = undefined;
    if (entry.managed) return;
    this.matrix.reserve();
    entry.reserved = true;
  }

  /**
   * Takes a CPU down: interrupts move on, to the rest of their mask or, if it is empty, anywhere;
   * a managed one whose mask is empty shuts down.
   * Source: lapic_can_unplug_cpu; kernel/irq/cpuhotplug.c irq_migrate_all_off_this_cpu.
   */
  takeDown(cpu: number): CpuTakeDown {
    const refusal = this.#cannotTakeDown(cpu);
    if (refusal) return { kind: "refused", lines: [refusal] };
    const lines = this.#reservationWarning(cpu);
    this.matrix.offline(cpu);
    for (const [irq, entry] of this.#irqs) {
      if (entry.target?.cpu === cpu) this.#migrate(irq, entry);
    }
    return { kind: "down", lines };
  }

  #cannotTakeDown(cpu: number): string | undefined {
    const { allocated, managedAllocated } = this.matrix.row(cpu);
    const toMove = allocated - managedAllocated;
    const free = this.#freeWithout(cpu);
    return free >= toMove
      ? undefined
      : `CPU ${cpu} has ${toMove} vectors, ${free} available. Cannot disable CPU`;
  }

  #reservationWarning(cpu: number): readonly string[] {
    const { globalReserved } = this.matrix;
    const free = this.#freeWithout(cpu);
    if (free >= globalReserved) return [];
    return [`Reserved vectors ${globalReserved} > available ${free}. IRQ request may fail`];
  }

  #freeWithout(cpu: number): number {
    return this.matrix.globalAvailable - this.matrix.row(cpu).available;
  }

  #migrate(irq: number, entry: Irq): void {
    const cpus = entry.affinity.filter((cpu) => this.#isOnline(cpu));
    if (entry.managed) {
      if (cpus.length === 0) this.shutDown(irq);
      else this.#startManaged(irq, entry);
    } else this.#place(entry, cpus.length === 0 ? this.#onlineCpus() : cpus);
  }

  /** Source: activate_reserved. */
  #startReserved(irq: number, entry: Irq): IrqPlacement {
    for (const cpus of this.#searches(entry)) {
      const placement = this.#place(entry, cpus);
      if (placement.kind === "placed") return { ...placement, lines: broken(irq, entry) };
    }
    return refused("ENOSPC");
  }

  /** Ever wider: node and mask, mask, node, anywhere. Source: assign_irq_vector_any_locked. */
  #searches({ affinity, node }: Irq): readonly (readonly number[])[] {
    const mask = affinity.filter((cpu) => this.#isOnline(cpu));
    const everywhere = this.#onlineCpus();
    if (!node) return [mask, everywhere];
    return [node.filter((cpu) => affinity.includes(cpu)), mask, node, everywhere];
  }

  /** Source: activate_managed and assign_managed_vector. */
  #startManaged(irq: number, entry: Irq): IrqPlacement {
    const cpus = entry.affinity.filter((cpu) => this.#isOnline(cpu));
    if (cpus.length === 0) return refused("EINVAL", `Managed startup for irq ${irq}, but no CPU`);
    const got = this.matrix.allocateManaged(cpus);
    if (got.kind === "allocated") return placed(this.#settle(entry, got));
    return refused("ENOSPC", `Managed startup irq ${irq}, no vector available`);
  }

  /** Source: assign_vector_locked. */
  #place(entry: Irq, cpus: readonly number[]): IrqPlacement {
    const { target } = entry;
    if (target && this.#isOnline(target.cpu) && cpus.includes(target.cpu)) return placed(target);
    if (entry.previous) return refused("EBUSY");
    const got = this.matrix.allocate(cpus, { reserved: entry.reserved });
    return got.kind === "refused" ? refused("ENOSPC") : placed(this.#settle(entry, got));
  }

  /** Source: apic_update_vector. */
  #settle(
    entry: Irq,
    { cpu, vector }: Extract<VectorAllocation, { kind: "allocated" }>,
  ): VectorTarget {
    const left = entry.target;
    entry.reserved = false;
    entry.target = { cpu, vector };
    if (left && this.#isOnline(left.cpu) && !entry.managed) entry.previous = left;
    else if (left) this.#release(entry, left);
    return entry.target;
  }

  #release({ managed }: Irq, { cpu, vector }: VectorTarget): void {
    this.matrix.free(cpu, vector, { managed });
  }

  #onlineCpus(): readonly number[] {
    return this.matrix.rows.filter(({ online }) => online).map(({ cpu }) => cpu);
  }

  #shutdownTarget(): VectorTarget {
    return { cpu: this.#onlineCpus()[0] ?? 0, vector: MANAGED_IRQ_SHUTDOWN_VECTOR };
  }

  #isOnline(cpu: number): boolean {
    return this.matrix.row(cpu).online;
  }

  #irq(irq: number): Irq {
    const entry = this.#irqs.get(irq);
    if (entry) return entry;
    throw new RangeError(`Cannot find IRQ ${irq}: it was never requested; request it first`);
  }
}

function placed(target: VectorTarget, lines: readonly string[] = []): IrqPlacement {
  return { kind: "placed", target, lines };
}

function refused(errno: Errno, ...lines: readonly string[]): IrqPlacement {
  return { kind: "refused", errno, lines };
}

function broken(irq: number, { affinity, target }: Irq): readonly string[] {
  if (affinity.includes(target!.cpu)) return [];
  return [`irq ${irq}: Affinity broken due to vector space exhaustion.`];
}
