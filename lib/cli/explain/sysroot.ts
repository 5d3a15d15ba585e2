/** Files of a saved /proc and /sys that are many small ones: told as the one text a reader takes. */
import type { World } from "../world.ts";
import type { TextKind } from "./kinds.ts";

/** A text made of a folder, and the folder. */
export interface FolderText {
  readonly kind: TextKind;
  readonly path: string;
  readonly text: string;
}

interface Gatherer {
  readonly kind: TextKind;
  /** Below the saved root. */
  readonly path: string;
  /** The text of one entry; empty where it has none. */
  entry(path: string, name: string, world: World): Promise<string>;
}

const GATHERERS: readonly Gatherer[] = [
  {
    kind: "cpus",
    path: "sys/devices/system/cpu",
    entry: async (path, name, world) =>
      ["online", "possible", "present"].includes(name)
        ? `${name} ${(await world.readText(path)).trim()}`
        : "",
  },
  {
    kind: "kernelIrq",
    path: "sys/kernel/irq",
    async entry(path, name, world) {
      const [chip, hwirq, actions] = await Promise.all(
        ["chip_name", "hwirq", "actions"].map((file) => textOr("", `${path}/${file}`, world)),
      );
      return chip ? `irq ${name} chip=${chip} hwirq=${hwirq} actions=${actions}` : "";
    },
  },
  {
    kind: "irqAffinity",
    path: "proc/irq",
    async entry(path, name, world) {
      const list = await textOr("", `${path}/effective_affinity_list`, world);
      return list ? `irq ${name} smp_affinity_list= effective=${list}` : "";
    },
  },
  {
    kind: "pciConfig",
    path: "sys/bus/pci/devices",
    async entry(path, name, world) {
      const bytes = await world.readBytes(`${path}/config`).catch(() => undefined);
      return bytes ? `${name} ${hexOf(bytes)}` : "";
    },
  },
  {
    kind: "domains",
    path: "sys/kernel/debug/irq/domains",
    entry: (path, _name, world) => textOr("", path, world),
  },
];

/** The texts of the folders that a saved root has. */
export async function sysrootTexts(root: string, world: World): Promise<readonly FolderText[]> {
  const texts = await Promise.all(GATHERERS.map((gatherer) => gather(root, gatherer, world)));
  return texts.flatMap((text) => text ?? []);
}

async function gather(
  root: string,
  { kind, path, entry }: Gatherer,
  world: World,
): Promise<FolderText | undefined> {
  const folder = `${root}/${path}`;
  const names = await world.list(folder);
  if (!names) return undefined;
  const entries = await Promise.all(names.map((name) => entry(`${folder}/${name}`, name, world)));
  const text = entries.filter(Boolean).join("\n");
  return text ? { kind, path: folder, text: `${text}\n` } : undefined;
}

/** Of a copied /sys, single files are missing or were not readable. */
async function textOr(other: string, path: string, world: World): Promise<string> {
  return (await world.readText(path).catch(() => other)).trim();
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
