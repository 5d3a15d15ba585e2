import { Reflect, URL } from "../intrinsics.ts";
import { send } from "./pipe.ts";

/** Tells of each worker before it is made, so that what it prints is known for its cell's. */
export function installWorkers(): void {
  globalThis.Worker = new Proxy<typeof Worker>(globalThis.Worker, {
    construct(target, given, newTarget) {
      const url = hrefOf(given[0]);
      send({ kind: "worker", url, made: true });
      try {
        return Reflect.construct(target, given, newTarget);
      } catch (error) {
        send({ kind: "worker", url, made: false });
        throw error;
      }
    },
  });
}

/** As the inspector names it; what is no address makes no worker either. */
function hrefOf(specifier: unknown): string {
  try {
    return new URL(String(specifier)).href;
  } catch {
    return "";
  }
}
