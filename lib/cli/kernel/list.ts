import { listKernels, missingParts, type Registered } from "../../jupyter/kernel_install.ts";
import { command } from "../command.ts";
import { columns } from "../terminal.ts";
import { audienceOf, audienceOptions } from "./audience.ts";

export const list = command({
  name: "list",
  summary: "The registered kernels of irqscope, and whether they can start",
  positionals: {},
  options: audienceOptions,
  examples: ["list", "list --json"],
  async run(_words, options, world) {
    const kernels = await listKernels(audienceOf(options, world.resolve));
    const rows = await Promise.all(kernels.map(describe));
    return {
      json: rows,
      text: () =>
        rows.length === 0
          ? "No kernel of irqscope is registered there; where install was given --prefix DIR or " +
            "--sys-prefix, give list the same"
          : columns(rows.map(({ name, state, folder }) => [name, state, folder])),
    };
  },
});

async function describe(registered: Registered) {
  const { name, folder, spec } = registered;
  const missing = await missingParts(registered);
  const state = missing.length === 0 ? "ready" : `lacks ${missing.join(" and ")}`;
  return { name, folder, state, displayName: spec.display_name, argv: spec.argv };
}
