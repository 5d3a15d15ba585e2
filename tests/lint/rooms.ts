/** The rooms of `lib/`, from foundation to roof, and where a file or an import stands in them. */
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const columns = {
  model: ["bits", "x86", "firmware", "machine", "linux", "routing", "advice", "chart"],
  kernel: ["zmtp", "jupyter", "kernel", "notebook"],
} as const;

/** Above both columns, in this order. */
export const roof = ["lesson", "cli"] as const;

/** The rooms where unknown data comes in, checked there by zod. */
export const doors = ["machine", "jupyter", "notebook", "cli"];

/** `mod.ts` of the root stands on the model column and counts as its last room. */
export const frontDoor = "mod.ts";

const orders: readonly (readonly string[])[] = [
  [...columns.model, frontDoor, ...roof],
  [...columns.kernel, ...roof],
];

/** Why a module of one room may not import from another; undefined where it may. */
export function objection(from: string, to: string): string | undefined {
  if (from === to) return undefined;
  const shared = orders.find((order) => order.includes(from) && order.includes(to));
  if (shared === undefined) return `${to}, which is in another column`;
  return shared.indexOf(to) > shared.indexOf(from) ? `${to}, which is above it` : undefined;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The room a file belongs to; undefined outside `lib/` and the front door. */
export function roomOf(file: string): string | undefined {
  const path = relative(root, file).replaceAll("\\", "/");
  return path === frontDoor ? frontDoor : path.match(/^lib\/([^/]+)\//)?.[1];
}

/** The room an import leads to; undefined for packages and for what is no room. */
export function roomImported(specifier: string, file: string): string | undefined {
  if (specifier === "irqscope") return frontDoor;
  if (!specifier.startsWith(".")) return undefined;
  return roomOf(join(dirname(file), specifier));
}

/** Every room of a column or the roof. */
export const rooms: readonly string[] = [...new Set(orders.flat())];

export function isModel(room: string | undefined): boolean {
  return room === frontDoor || columns.model.some((name) => name === room);
}
