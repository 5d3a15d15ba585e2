/** `deno task irqscope COMMAND …`: ask the model from a shell. */
import { commands } from "./commands.ts";
import { leave, runTool } from "./frame.ts";
import type { Tool } from "./help.ts";
import { denoWorld } from "./world.ts";

export const irqscope: Tool = {
  call: "deno task -q irqscope",
  purpose: "Which CPUs can this device interrupt on this machine, and why not the others?",
  examples: [
    "boot examples/big.machine.json",
    "reach examples/big.machine.json --device msi",
  ],
};

if (import.meta.main) await leave(await runTool(irqscope, commands, Deno.args, denoWorld()));
