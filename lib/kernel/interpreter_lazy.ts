import type { Interpreter } from "./interpreter.ts";

/**
 * An interpreter whose modules are loaded when it is first needed, so that the front answers
 * before the parser is in memory. Whether it has a debugger must be known before that.
 */
export function loadedLater(
  load: () => Promise<Interpreter>,
  { debugger: debugging }: { debugger: boolean },
): Interpreter {
  let loading: Promise<Interpreter> | undefined;
  const loaded = () => loading ??= load();
  return {
    start: async () => (await loaded()).start(),
    execute: async (cell) => (await loaded()).execute(cell),
    interrupt: async () => loading ? (await loading).interrupt() : { ended: true },
    comm: async (message, parent) => (await loaded()).comm(message, parent),
    complete: async (...asked) => (await loaded()).complete(...asked),
    inspect: async (...asked) => (await loaded()).inspect(...asked),
    isComplete: async (code) => (await loaded()).isComplete(code),
    dispose: async () => (await loading)?.dispose(),
    ...debugging ? { debug: async (request) => (await loaded()).debug!(request) } : {},
  };
}
