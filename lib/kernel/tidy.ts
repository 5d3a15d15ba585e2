/**
 * V8 lets garbage that has grown old lie until there is a lot of it: over a hundred megabytes in a
 * process that lives on twenty. Every so many requests the front has it taken away.
 */

/** A collection takes some 20 ms. */
const every = 2_000;

let requests = 0;
let collect: Promise<() => void> | undefined;

/** To be called once for each request that has been answered. */
export function tidyNowAndThen(): void {
  if (++requests % every !== 0) return;
  collect ??= collector();
  collect.then((collect) => collect(), () => {}); // Without it only memory is the worse for it.
}

/** V8's own, which a script finds in a context made after the flag was set. */
async function collector(): Promise<() => void> {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}
