/** How far the book is: a bar on a terminal, one line a notebook on a pipe. */
import type { Progress } from "../notebook/run.ts";
import { liveLine } from "./live_line.ts";
import type { World } from "./world.ts";

export interface BookProgress {
  report(notebook: string, progress: Progress): void;
  end(): void;
}

export function bookProgress(world: Pick<World, "err" | "talk">): BookProgress {
  const line = liveLine(world);
  const onTerminal = world.err.columns !== undefined;
  return {
    report(notebook, progress) {
      if (onTerminal) line.show(`${bar(progress)} ${notebook}`);
      else if (progress.done === 0) line.show(`${notebook}: running ${progress.total} cells`);
    },
    end: line.end,
  };
}

const width = 24;

/** `[████████················] 3/9`. */
export function bar({ done, total }: Progress): string {
  const filled = total === 0 ? width : Math.round(width * done / total);
  return `[${"█".repeat(filled)}${"·".repeat(width - filled)}] ${done}/${total}`;
}
