import { defaultName, installKernel } from "../../jupyter/kernel_install.ts";
import { command } from "../command.ts";
import { text } from "../option.ts";
import { audienceOf, audienceOptions } from "./audience.ts";
import { permissionOptions, permissionsOf } from "./permissions.ts";
import { settingOptions, settingsOf } from "./settings.ts";

export const install = command({
  name: "install",
  summary: "Register the kernel with Jupyter, for you alone unless told otherwise",
  positionals: {},
  options: {
    ...audienceOptions,
    name: text("N", `The kernelspec's name; without it ${defaultName}`),
    displayName: text("TEXT", "What the launcher shows"),
    ...permissionOptions,
    ...settingOptions,
  },
  examples: ["install", "install --sys-prefix", "install --name irqscope-net --allow-net"],
  async run(_words, { name, displayName, ...options }, world) {
    const { folder, ...registered } = await installKernel({
      audience: audienceOf(options, world.resolve) ?? { kind: "user" },
      ...(name === undefined ? {} : { name }),
      ...(displayName === undefined ? {} : { displayName }),
      permissions: permissionsOf(options),
      settings: settingsOf(options, world.resolve),
    });
    return {
      json: { ...registered, folder },
      text: () => `Registered "${registered.name}" in ${folder}, with its own Deno`,
    };
  },
});
