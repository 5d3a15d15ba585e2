/**
 * The vector matrix: of every CPU, which interrupt vectors are taken and by what. A CPU has some
 * two hundred to give; one row of 256 bits a CPU and a handful of counters decide who gets which.
 *
 * ```
 *            0x20      0x30   0x3f        0x80             alloc end    0xff
 * system   ███│1·······│··1···│···········│1···············│█████████████│   one map for all CPUs
 * managed     │········│······│···········│················│                 set aside, per CPU
 * allocated   │·1······│11·111│···········│················│                 in use, per CPU
 * ```
 * Source: Linux 6.1 kernel/irq/matrix.c.
 */

/** The counters and maps of one CPU, by the kernel's own names. */
export interface CpuVectors {
  /** Linux CPU number. */
  readonly cpu: number;
  /** Whether it hands out vectors. */
  readonly online: boolean;
  /** Vectors that may still be allocated or set aside. */
  readonly available: number;
  /** Vectors in use, managed ones included. */
  readonly allocated: number;
  /** Vectors set aside for managed interrupts, in use or not. */
  readonly managed: number;
  /** Those of them in use. */
  readonly managedAllocated: number;
  /** Bit V is set while vector V is in use. */
  readonly allocMap: bigint;
  /** Bit V is set while vector V is set aside for managed interrupts. */
  readonly managedMap: bigint;
}

/** The vector that was found, or why none was. */
export type VectorAllocation =
  | { readonly kind: "allocated"; readonly cpu: number; readonly vector: number }
  | { readonly kind: "refused"; readonly because: "noCpuOnline" | "noVectorFree" };

type Row = { -readonly [K in keyof CpuVectors]: CpuVectors[K] };

/** The matrix of one machine; `start` and `end` bound the vectors handed out, end excluded. */
export class VectorMatrix {
  readonly #rows = new Map<number, Row>();
  #system = 0n;
  #systemInRange = 0;
  /** `global_available`: of all online CPUs together. */
  globalAvailable = 0;
  /** `global_reserved`: promises still open; more than are available is overcommitment. */
  globalReserved = 0;
  /** `total_allocated`: vectors in use; those freed on a CPU that is offline stay counted. */
  totalAllocated = 0;

  /** An empty matrix for vectors `start` to `end` − 1; no CPU is online. */
  constructor(readonly start: number, readonly end: number) {}

  /** The state of one CPU, as one row of the kernel's debugfs dump shows it. */
  row(cpu: number): CpuVectors {
    return this.#row(cpu);
  }

  /** The state of every CPU that was ever named, in that order. */
  get rows(): readonly CpuVectors[] {
    return [...this.#rows.values()];
  }

  /** Bit V is set while vector V is the kernel's own, on every CPU. */
  get systemMap(): bigint {
    return this.#system;
  }

  /** Source: irq_matrix_assign_system. Must come before any CPU is online. */
  assignSystem(vector: number): void {
    this.#system |= bit(vector);
    if (this.#inRange(vector)) this.#systemInRange++;
  }

  /** Source: irq_matrix_online. */
  online(cpu: number): void {
    const row = this.#row(cpu);
    row.online = true;
    this.globalAvailable += row.available;
  }

  /** Source: irq_matrix_offline. */
  offline(cpu: number): void {
    const row = this.#row(cpu);
    row.online = false;
    this.globalAvailable -= row.available;
  }

  /** Takes a given vector on a given CPU, as the legacy interrupts do. Source: irq_matrix_assign. */
  assign(cpu: number, vector: number): void {
    const row = this.#row(cpu);
    row.allocMap |= bit(vector);
    this.#take(row);
  }

  /**
   * Promises one vector somewhere, sometime. False when as many are promised as are free: the
   * promise stands, but the kernel warns. Source: irq_matrix_reserve.
   */
  reserve(): boolean {
    const covered = this.globalReserved !== this.globalAvailable;
    this.globalReserved++;
    return covered;
  }

  /** Source: irq_matrix_remove_reserved. */
  unreserve(): void {
    this.globalReserved--;
  }

  /** Takes the lowest free vector of the emptiest CPU among `cpus`. Source: irq_matrix_alloc. */
  allocate(cpus: Iterable<number>, { reserved }: { reserved: boolean }): VectorAllocation {
    const row = this.#emptiest(cpus);
    if (!row) return { kind: "refused", because: "noCpuOnline" };
    const vector = this.#lowestFree(row);
    if (vector === undefined) return { kind: "refused", because: "noVectorFree" };
    row.allocMap |= bit(vector);
    this.#take(row);
    if (reserved) this.globalReserved--;
    return { kind: "allocated", cpu: row.cpu, vector };
  }

  /**
   * Sets one vector aside on every CPU of `cpus`, online or not; all or none.
   * Source: irq_matrix_reserve_managed.
   */
  reserveManaged(cpus: Iterable<number>): boolean {
    const found = Array.from(cpus, (cpu) => this.#row(cpu))
      .map((row) => ({ row, vector: this.#lowestFree(row) }));
    if (found.some(({ vector }) => vector === undefined)) return false;
    for (const { row, vector } of found) this.#setAside(row, vector!);
    return true;
  }

  /** Takes a vector that was set aside before. Source: irq_matrix_alloc_managed. */
  allocateManaged(cpus: Iterable<number>): VectorAllocation {
    const row = this.#leastManaged(cpus);
    if (!row) return { kind: "refused", because: "noCpuOnline" };
    const vector = lowestSet(row.managedMap & ~row.allocMap);
    if (vector === undefined) return { kind: "refused", because: "noVectorFree" };
    row.allocMap |= bit(vector);
    row.allocated++;
    row.managedAllocated++;
    this.totalAllocated++;
    return { kind: "allocated", cpu: row.cpu, vector };
  }

  /** Source: irq_matrix_free. */
  free(cpu: number, vector: number, { managed }: { managed: boolean }): void {
    const row = this.#row(cpu);
    row.allocMap &= ~bit(vector);
    row.allocated--;
    if (row.online) this.totalAllocated--;
    if (managed) row.managedAllocated--;
    else this.#giveBack(row);
  }

  /** The greatest `available` wins, the first of equals. Source: matrix_find_best_cpu. */
  #emptiest(cpus: Iterable<number>): Row | undefined {
    let best: Row | undefined;
    for (const row of this.#onlineAmong(cpus)) {
      if (row.available > (best?.available ?? -1)) best = row;
    }
    return best;
  }

  /** The least `managedAllocated` wins, the last of equals. Source: matrix_find_best_cpu_managed. */
  #leastManaged(cpus: Iterable<number>): Row | undefined {
    let best: Row | undefined;
    for (const row of this.#onlineAmong(cpus)) {
      if (row.managedAllocated <= (best?.managedAllocated ?? Infinity)) best = row;
    }
    return best;
  }

  *#onlineAmong(cpus: Iterable<number>): Iterable<Row> {
    for (const cpu of cpus) {
      const row = this.#rows.get(cpu);
      if (row?.online) yield row;
    }
  }

  /** Source: matrix_alloc_area. */
  #lowestFree(row: Row): number | undefined {
    const taken = this.#system | row.managedMap | row.allocMap;
    const range = bit(this.end) - bit(this.start);
    return lowestSet(~taken & range);
  }

  #take(row: Row): void {
    row.allocated++;
    row.available--;
    this.totalAllocated++;
    this.globalAvailable--;
  }

  #giveBack(row: Row): void {
    row.available++;
    if (row.online) this.globalAvailable++;
  }

  #setAside(row: Row, vector: number): void {
    row.managedMap |= bit(vector);
    row.managed++;
    row.available--;
    if (row.online) this.globalAvailable--;
  }

  #inRange(vector: number): boolean {
    return vector >= this.start && vector < this.end;
  }

  #row(cpu: number): Row {
    const known = this.#rows.get(cpu);
    if (known) return known;
    const row = emptyRow(cpu, this.end - this.start - this.#systemInRange);
    this.#rows.set(cpu, row);
    return row;
  }
}

function emptyRow(cpu: number, available: number): Row {
  return {
    cpu,
    online: false,
    available,
    allocated: 0,
    managed: 0,
    managedAllocated: 0,
    allocMap: 0n,
    managedMap: 0n,
  };
}

function bit(vector: number): bigint {
  return 1n << BigInt(vector);
}

/** The number of the lowest set bit: `x & −x` isolates it, its length in binary digits tells it. */
function lowestSet(map: bigint): number | undefined {
  return map === 0n ? undefined : (map & -map).toString(2).length - 1;
}
