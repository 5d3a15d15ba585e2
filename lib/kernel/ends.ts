import type { Run } from "./frames.ts";

/** The ways by which output leaves the user's process; each keeps its own order. */
export type Outlet = "pipe" | "stdout" | "stderr";

/** Knows of each run when all that it said has been heard: when every outlet has come to its end. */
export class Ends {
  readonly #open = new Set<Outlet>(["pipe", "stdout", "stderr"]);
  /** The outlets that have come to the end of a run; cells of two shells may end together. */
  readonly #reached = new Map<Run, Set<Outlet>>();
  readonly #ended: (run: Run) => void;

  constructor(ended: (run: Run) => void) {
    this.#ended = ended;
  }

  reach(outlet: Outlet, run: Run): void {
    const reached = this.#reached.get(run) ?? new Set();
    this.#reached.set(run, reached.add(outlet));
    this.#look(run, reached);
  }

  /** One that the user closed says nothing more, and is waited for no more. */
  close(outlet: Outlet): void {
    this.#open.delete(outlet);
    for (const [run, reached] of this.#reached) this.#look(run, reached);
  }

  #look(run: Run, reached: ReadonlySet<Outlet>): void {
    if (!this.#open.isSubsetOf(reached)) return;
    this.#reached.delete(run);
    this.#ended(run);
  }
}
