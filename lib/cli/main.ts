/** `deno task irqscope COMMAND …`: ask the model from a shell. */
import { commands } from "./commands.ts";
import { leave, runTool } from "./frame.ts";
import type { Tool } from "./help.ts";
import { denoWorld } from "./world.ts";

export const irqscope: Tool = {
  call: "deno task -q irqscope",
  purpose: "Which CPUs can this device interrupt on this machine, and why not the others?",
  examples: [
    "boot notebooks/machines/vtd-eim.machine.json",
    "why notebooks/machines/vtd-without-eim-on-kvm.machine.json --cpu 300",
  ],
};

if (import.meta.main) await leave(await runTool(irqscope, commands, Deno.args, denoWorld()));
