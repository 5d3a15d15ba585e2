/** `deno task kernel install | uninstall | list`. */
import type { CommandTable } from "./command.ts";
import { leave, runTool } from "./frame.ts";
import type { Tool } from "./help.ts";
import { denoWorld } from "./world.ts";

export const kernelTool: Tool = {
  call: "deno task -q kernel",
  purpose: "Registers the TypeScript kernel with Jupyter.",
  examples: ["install", "list"],
};

export const kernelCommands: CommandTable = {
  install: () => import("./kernel/install.ts").then((m) => m.install),
  uninstall: () => import("./kernel/uninstall.ts").then((m) => m.uninstall),
  list: () => import("./kernel/list.ts").then((m) => m.list),
};

if (import.meta.main) {
  await leave(await runTool(kernelTool, kernelCommands, Deno.args, denoWorld()));
}
