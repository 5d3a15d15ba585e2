/**
 * How many language servers one user's kernels may keep alive at a time. A server holds some
 * 300 MB, so twenty kernels share a few; who gets none completes from live values alone.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** A held slot; the system frees it when the process ends, however it ends. */
export interface Slot {
  release(): void;
}

/** One of `count` slots below a folder, or undefined when others hold them all. */
export function takeSlot(folder: string, count: number): Slot | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (let number = 0; number < count; number++) {
    const file = Deno.openSync(join(folder, `language-server-${number}.lock`), {
      create: true,
      write: true,
      mode: 0o600,
    });
    if (file.tryLockSync(true)) return { release: () => file.close() };
    file.close();
  }
  return undefined;
}
