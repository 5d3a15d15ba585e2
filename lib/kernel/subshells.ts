import type { History } from "./history.ts";
import { Shell } from "./shell.ts";

/** A subshell that was never created, or is deleted. */
export class UnknownSubshell extends Error {
  override readonly name = "UnknownSubshell";
  constructor(readonly id: string) {
    super(`Cannot find subshell "${id}": it does not exist; create one on the control channel`);
  }
}

/**
 * The main shell and those created beside it.
 *
 * Source: JEP 91; Jupyter messaging 5.5, "Kernel subshells".
 */
export class Subshells {
  readonly main: Shell;
  readonly #byId = new Map<string, Shell>();
  readonly #run: (shell: Shell) => void;

  /** `history` is the main shell's; `run` is called with each shell once. */
  constructor({ history, run }: { history: History; run: (shell: Shell) => void }) {
    this.main = new Shell({ history });
    this.#run = run;
    run(this.main);
  }

  create(): string {
    const id = crypto.randomUUID();
    const shell = new Shell({ id });
    this.#byId.set(id, shell);
    this.#run(shell);
    return id;
  }

  /** Throws `UnknownSubshell`. What the subshell runs goes on, what waits in it too. */
  delete(id: string): void {
    this.find(id)?.close();
    this.#byId.delete(id);
  }

  /** Without the main shell. */
  list(): string[] {
    return [...this.#byId.keys()];
  }

  /** The shell a request names; without a name the main one. Throws `UnknownSubshell`. */
  find(id: string | undefined): Shell {
    if (id === undefined) return this.main;
    const shell = this.#byId.get(id);
    if (shell) return shell;
    throw new UnknownSubshell(id);
  }

  all(): Shell[] {
    return [this.main, ...this.#byId.values()];
  }
}
