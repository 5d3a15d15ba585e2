/** Machine files as commands read them. */
import { eraOf } from "../linux/eras.ts";
import { NEWEST } from "../machine/kernel_version.ts";
import type { Machine } from "../machine/machine.ts";
import { parseMachine } from "../machine/parse_machine.ts";
import { withKernel } from "../machine/with_kernel.ts";
import { strayKeys } from "./machine_keys.ts";
import { text as textOption } from "./option.ts";
import { paint } from "./terminal.ts";
import type { World } from "./world.ts";

/** Asks the same of another kernel. */
export const kernelOption = textOption(
  "VERSION",
  "Another kernel than the file's, such as 6.1 or mail",
);

/** The machine a user's path names, perhaps under another kernel; errors tell the path as typed. */
export async function readMachine(path: string, world: World, kernel?: string): Promise<Machine> {
  const file = path === "-" ? "standard input" : path;
  const text = await world.readText(path);
  const machine = withKernel(parseMachine(text, { file }), kernel);
  for (const { path, meant } of strayKeys(JSON.parse(text))) {
    const warning = `${file}: ${path} is no field and is not read; did you mean "${meant}"?`;
    world.talk(paint(world.err, "yellow", warning));
  }
  if (eraOf(machine.kernel).future) world.talk(paint(world.err, "yellow", tooNew(machine)));
  return machine;
}

function tooNew({ kernel: { version } }: Machine): string {
  const newest = `${NEWEST.major}.${NEWEST.minor}`;
  return `Kernel ${version} is newer than ${newest}, the newest modelled: it counts as ${newest}`;
}
