/**
 * V8 lets garbage that has grown old lie until there is a lot of it: hundreds of megabytes in a
 * process that lives on twenty. The front has it taken away every so many requests, and earlier
 * where they were large.
 */

/** A collection takes some 20 ms. */
const every = 2_000;
/** So many requests apart the heap is looked at. */
const lookEvery = 50;
/** A heap that has doubled, and grown by this many bytes, is not left until then. */
const growth = 64 * 2 ** 20;

let requests = 0;
let kept = 0;
let collector: Promise<() => void> | undefined;

/** To be called once for each request that has been answered. Never throws. */
export function tidyNowAndThen(): void {
  if (++requests % lookEvery !== 0) return;
  const due = requests % every === 0;
  // Behind the answer, which is written when this turn ends. Without it only memory is the worse.
  setTimeout(() => void tidy({ due }).catch(() => {}), 0);
}

async function tidy({ due }: { readonly due: boolean }): Promise<void> {
  if (!due && await heapSize() <= Math.max(2 * kept, kept + growth)) return;
  const collect = await (collector ??= v8Collector());
  collect();
  kept = await heapSize();
}

/** Bytes, garbage included. `Deno.memoryUsage` would read a file for it. */
async function heapSize(): Promise<number> {
  const { getHeapStatistics } = await import("node:v8");
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/** V8's own, which a script finds in a context made after the flag was set. */
async function v8Collector(): Promise<() => void> {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}
