import type { ChannelName } from "../jupyter/connection_file.ts";
import type { Comms } from "./comms.ts";
import type { Interpreter } from "./interpreter.ts";
import type { Iopub } from "./iopub.ts";
import type { Parents } from "./parents.ts";
import type { Subshells } from "./subshells.ts";

/** What handlers of requests work with. */
export interface Services {
  readonly interpreter: Interpreter;
  readonly iopub: Iopub;
  readonly parents: Parents;
  readonly comms: Comms;
  readonly subshells: Subshells;
  readonly ports: Readonly<Record<ChannelName, number>>;
  /** Ends the kernel once the reply has been sent. */
  end(how: { readonly restart: boolean }): void;
  /** Stops what runs and aborts what waits. */
  interrupt(): void;
}
