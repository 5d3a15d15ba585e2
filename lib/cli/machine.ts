/** Machine files as commands read them. */
import type { Machine } from "../machine/machine.ts";
import { parseMachine } from "../machine/parse_machine.ts";
import type { World } from "./world.ts";

/** The machine a user's path names; errors tell the path as it was typed. */
export async function readMachine(path: string, world: World): Promise<Machine> {
  return parseMachine(await world.readText(path), { file: path });
}
