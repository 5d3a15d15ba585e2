/** Machine files as commands read them. */
import { eraOf } from "../linux/eras.ts";
import { NEWEST } from "../machine/kernel_version.ts";
import type { Machine } from "../machine/machine.ts";
import { parseMachine } from "../machine/parse_machine.ts";
import { withKernel } from "../machine/with_kernel.ts";
import { paint } from "./terminal.ts";
import type { World } from "./world.ts";

/** The machine a user's path names, perhaps under another kernel; errors tell the path as typed. */
export async function readMachine(path: string, world: World, kernel?: string): Promise<Machine> {
  const file = path === "-" ? "standard input" : path;
  const machine = withKernel(parseMachine(await world.readText(path), { file }), kernel);
  if (eraOf(machine.kernel).future) world.talk(paint(world.err, "yellow", tooNew(machine)));
  return machine;
}

function tooNew({ kernel: { version } }: Machine): string {
  const newest = `${NEWEST.major}.${NEWEST.minor}`;
  return `Kernel ${version} is newer than ${newest}, the newest modelled: it counts as ${newest}`;
}
