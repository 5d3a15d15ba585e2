/**
 * How V8 runs the front and the user's process, as an option of `deno run`.
 *
 * V8 15.0 unrolls some loops, such as sort's, into ones that no termination can reach.
 *
 * It optimizes a function that has been called 400 times, or 30 times where its compiled code
 * remembers that it was hot before: so a kernel spends a sixth of its first 300 cells on compiling
 * what answers them. Six times later, the slowest twentieth of these is a tenth quicker, and what
 * users compute takes no longer (TypeScript parses itself in 84 ms instead of 106).
 *
 * The front has the same flags as the user's process because V8 takes compiled code out of Deno's
 * cache only where the flags are those it was made under: with other flags each of the two would
 * compile Deno's node modules anew at every start, and leave the other the same to do (40 ms each).
 */
export const v8Flags = `--v8-flags=${
  [
    "--no-turboshaft-loop-unrolling",
    "--invocation-count-for-maglev=2400",
    "--invocation-count-for-early-optimization=2400",
  ].join()
}`;
