import { Promise } from "./intrinsics.ts";

/**
 * V8 lets garbage that has grown old lie until there is a lot of it: hundreds of megabytes in a
 * process that lives on twenty. A tidier has it taken away every so many rounds, and earlier where
 * they were large.
 */
export class Tidier {
  readonly #most: number;
  #rounds = 0;
  #kept = 0;

  /** @param most Bytes; a heap larger than this is left to V8, for it would take long. */
  constructor(most = Infinity) {
    this.#most = most;
  }

  /** To be called once for each request or cell that has been answered. Never throws. */
  ofRound(): void {
    if (++this.#rounds % lookEvery !== 0) return;
    const due = this.#rounds % every === 0;
    // Behind the answer, which is written when this turn ends. Without it only memory is the worse.
    aLittleLater().then(() => this.#tidy(due)).catch(() => {});
  }

  async #tidy(due: boolean): Promise<void> {
    const size = await heapSize();
    if (size > this.#most || !due && !this.#grown(size)) return;
    const collect = await (collector ??= v8Collector());
    collect();
    this.#kept = await heapSize();
  }

  #grown(size: number): boolean {
    return size > 2 * this.#kept && size > this.#kept + growth;
  }
}

/** A collection takes some 20 ms. */
const every = 2_000;
/** So many rounds apart the heap is looked at. */
const lookEvery = 50;
/** A heap that has doubled, and grown by this many bytes, is not left until then. */
const growth = 64 * 2 ** 20;

let collector: Promise<() => void> | undefined;

const later = setTimeout;

function aLittleLater(): Promise<void> {
  return new Promise((resolve) => later(resolve, 0));
}

/** Bytes, garbage included. `Deno.memoryUsage` would read a file for it. */
async function heapSize(): Promise<number> {
  const { getHeapStatistics } = await import("node:v8");
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/**
 * V8's own, which a script finds in a context made while the flag is set. Contexts that the user
 * makes later have none.
 */
async function v8Collector(): Promise<() => void> {
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([
    import("node:v8"),
    import("node:vm"),
  ]);
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  return collect;
}
