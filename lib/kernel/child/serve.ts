import { AsyncLocalStorage } from "node:async_hooks";

type Serve = (...given: readonly unknown[]) => unknown;

/** Requests that come later are answered, and what that prints is shown, in the cell that serves. */
export function installServe(): void {
  const serve = Deno.serve as unknown as Serve;
  const serveHere: Serve = (...given) => serve(...given.map(bound));
  Object.assign(Deno, { serve: serveHere });
}

/** A handler, or options that hold some. */
function bound(given: unknown): unknown {
  if (typeof given === "function") return AsyncLocalStorage.bind(given as () => unknown);
  if (typeof given !== "object" || given === null) return given;
  const entries = Object.entries(given);
  return Object.fromEntries(entries.map(([name, option]) => [
    name,
    typeof option === "function" ? bound(option) : option,
  ]));
}
