/** Every command of `irqscope`, loaded only when it is asked for. */
import type { CommandTable } from "./command.ts";

export const commands: CommandTable = {
  boot: () => import("./commands/boot.ts").then((m) => m.bootCommand),
  compare: () => import("./commands/compare.ts").then((m) => m.compareCommand),
  decode: () => import("./commands/decode.ts").then((m) => m.decodeCommand),
  explain: () => import("./commands/explain.ts").then((m) => m.explainCommand),
  oracle: () => import("./commands/oracle.ts").then((m) => m.oracleCommand),
  eval: () => import("./commands/eval.ts").then((m) => m.evalCommand),
  reach: () => import("./commands/reach.ts").then((m) => m.reachCommand),
  why: () => import("./commands/why.ts").then((m) => m.whyCommand),
  message: () => import("./commands/message.ts").then((m) => m.messageCommand),
  advise: () => import("./commands/advise.ts").then((m) => m.adviseCommand),
  fit: () => import("./commands/fit.ts").then((m) => m.fitCommand),
  sweep: () => import("./commands/sweep.ts").then((m) => m.sweepCommand),
  completion: () =>
    import("./commands/completion.ts").then((m) => m.completionCommand(() => commands)),
};
