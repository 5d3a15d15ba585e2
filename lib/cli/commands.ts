/** Every command of `irqscope`, loaded only when it is asked for. */
import type { CommandTable } from "./command.ts";

export const commands: CommandTable = {
  eval: () => import("./commands/eval.ts").then((m) => m.evalCommand),
  completion: () =>
    import("./commands/completion.ts").then((m) => m.completionCommand(() => commands)),
};
