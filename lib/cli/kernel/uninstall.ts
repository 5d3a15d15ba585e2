import { defaultName, uninstallKernel } from "../../jupyter/kernel_install.ts";
import { command } from "../command.ts";
import { text } from "../option.ts";
import { audienceOf, audienceOptions } from "./audience.ts";

export const uninstall = command({
  name: "uninstall",
  summary: "Remove the kernel from Jupyter",
  positionals: {},
  options: {
    ...audienceOptions,
    name: text("N", `The kernelspec's name; without it ${defaultName}`),
  },
  examples: ["uninstall", "uninstall --name irqscope-net"],
  async run(_words, { name, ...options }, world) {
    const audience = audienceOf(options, world.resolve);
    const removed = await uninstallKernel({
      ...(audience === undefined ? {} : { audience }),
      ...(name === undefined ? {} : { name }),
    });
    return {
      json: { name: removed.name, folder: removed.folder },
      text: () => `Removed "${removed.name}" from ${removed.folder}`,
    };
  },
});
