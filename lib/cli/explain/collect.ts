/** A real machine's own files, from the paths a user names: folders, single files, any order. */
import { basename, dirname } from "node:path";
import { parseAcpidump } from "../../firmware/acpidump.ts";
import { isMalformed, type Malformed, malformedText } from "../../firmware/malformed.ts";
import type { MachineFiles } from "../../firmware/machine_fields.ts";
import type { SeenFiles } from "../../firmware/seen_boot.ts";
import { splitTables } from "../../firmware/split_tables.ts";
import type { Machine } from "../../machine/machine.ts";
import { parseMachine } from "../../machine/parse_machine.ts";
import { InputError } from "../error.ts";
import type { World } from "../world.ts";
import { type FileKind, isPromising, kindOf, TAKES, type TextKind } from "./kinds.ts";
import { sysrootTexts } from "./sysroot.ts";

/** The files, and under which paths they were found. */
export interface Collected {
  /** The machine's name: its machine file's, its folder's, or its first file's. */
  readonly name: string;
  readonly files: MachineFiles & SeenFiles;
  /** A machine file among them. */
  readonly base: Machine | undefined;
  /** The path of a kind of text, or of an ACPI table by its signature. */
  pathOf(kind: string): string;
  /** Files that say again what an earlier one said. */
  readonly repeated: readonly string[];
}

/** @throws {InputError} when a file cannot be read, or is nothing that tells of a machine. */
export async function collect(paths: readonly string[], world: World): Promise<Collected> {
  const shelf = new Shelf();
  for (const path of paths) {
    const isFolder = await world.list(path) !== undefined;
    if (isFolder) await addFolder(shelf, bare(path), world);
    else if (!shelf.add(path, await world.readBytes(path))) throw unknown(path);
  }
  const name = nameOf(paths);
  return shelf.collected({
    name,
    root: paths.length === 1 ? `${bare(paths[0]!)}/` : "",
  });
}

/** A folder's path without slashes at its end. */
function bare(path: string): string {
  return path.replace(/(.)\/+$/, "$1");
}

function nameOf([first = "", ...more]: readonly string[]): string {
  const path = more.length > 0 ? dirname(first) : first;
  return basename(path).replace(/(\.machine)?\.\w+$/, "") || "machine";
}

/** Folders below the one named that hold files of a machine: a recording's, or a saved root's. */
const BELOW = [
  "acpi",
  "tables",
  "sys/firmware/acpi/tables",
  "proc",
  "boot",
  "var/log",
];

/** Raw files win: a machine file beside them is not looked at. */
async function addFolder(shelf: Shelf, folder: string, world: World): Promise<void> {
  const before = shelf.size;
  const machines: string[] = [];
  for (const path of await filesIn(folder, world)) {
    if (/machine\.json$/.test(path)) machines.push(path);
    else await addIfKnown(shelf, path, world);
  }
  for (const { kind, path, text } of await sysrootTexts(folder, world)) shelf.put(kind, path, text);
  if (shelf.size === before && machines[0]) await addIfKnown(shelf, machines[0], world);
  if (shelf.size === before) {
    throw new InputError(`Cannot read ${folder}: no file in it tells of a machine; ${TAKES}`);
  }
}

/** Files that cannot be opened are told: a table that only root may read is not a missing one. */
async function addIfKnown(shelf: Shelf, path: string, world: World): Promise<void> {
  shelf.add(path, await world.readBytes(path));
}

async function filesIn(folder: string, world: World): Promise<readonly string[]> {
  const folders = [folder, ...BELOW.map((name) => `${folder}/${name}`)];
  const lists = await Promise.all(folders.map(async (path) => {
    const names = await world.list(path) ?? [];
    const files = await Promise.all(names.map(async (name) => {
      const inner = `${path}/${name}`;
      if (!isWanted(path, name) || !isPromising(inner)) return [];
      return await world.list(inner) === undefined ? [inner] : [];
    }));
    return files.flat();
  }));
  return lists.flat();
}

/** Of /proc, /boot and /var/log only what is known; the rest is large or never ends. */
function isWanted(folder: string, name: string): boolean {
  const known = WANTED.find(({ below }) => below.test(folder));
  return known === undefined || known.names.test(name);
}

const WANTED = [
  { below: /(^|\/)proc$/, names: /^(cpuinfo|cmdline|interrupts|version|config\.gz)$/ },
  { below: /(^|\/)boot$/, names: /^config-/ },
  { below: /(^|\/)var\/log$/, names: /^dmesg$/ },
];

/** What was found so far; of two that say the same the first stays. */
class Shelf {
  readonly #texts = new Map<TextKind, string>();
  readonly #tables = new Map<string, Uint8Array>();
  readonly #paths = new Map<string, string>();
  readonly #repeated: string[] = [];
  #base: Collected["base"];

  get size(): number {
    return this.#paths.size;
  }

  /** Whether the file is one that tells of a machine. */
  add(path: string, bytes: Uint8Array): boolean {
    if (isTable(bytes)) return this.#addTables(path, bytes);
    const text = new TextDecoder().decode(bytes);
    const kind = kindOf(path, text);
    if (kind === undefined) return false;
    this.#addText(kind, path, text);
    return true;
  }

  put(kind: TextKind, path: string, text: string): void {
    if (this.#isNew(kind, path)) this.#texts.set(kind, text);
  }

  #addText(kind: FileKind, path: string, text: string): void {
    if (kind === "machine") {
      if (!this.#isNew(kind, path)) return;
      this.#base = parseMachine(text, { file: path });
    } else if (kind === "acpidump") this.#addDump(path, text);
    else this.put(kind, path, text);
  }

  #addDump(path: string, text: string): void {
    const dump = parseAcpidump(text);
    if (isMalformed(dump)) throw malformed(path, dump as Malformed);
    for (const [signature, table] of Object.entries(dump.tables)) {
      this.#putTable(path, signature, table);
    }
  }

  #addTables(path: string, bytes: Uint8Array): boolean {
    for (const table of splitTables([bytes])) {
      if (isMalformed(table)) throw malformed(path, table as Malformed);
      this.#putTable(path, signatureOf(table as Uint8Array), table as Uint8Array);
    }
    return true;
  }

  /** A machine has several tables of code; of each other kind the first counts. */
  #putTable(path: string, signature: string, table: Uint8Array): void {
    if (signature === "SSDT" || this.#isNew(signature, path)) this.#tables.set(signature, table);
  }

  #isNew(kind: string, path: string): boolean {
    if (this.#paths.has(kind)) this.#repeated.push(path);
    else this.#paths.set(kind, path);
    return this.#paths.get(kind) === path;
  }

  /** Paths below the one folder named are told without it. */
  collected({ name, root }: { readonly name: string; readonly root: string }): Collected {
    const told = (path: string) => path.startsWith(root) ? path.slice(root.length) : path;
    return {
      name: this.#base?.name ?? name,
      files: {
        ...Object.fromEntries(this.#texts),
        ...(this.#tables.size > 0 && { acpi: Object.fromEntries(this.#tables) }),
      },
      base: this.#base,
      pathOf: (kind) => told(this.#paths.get(kind) ?? kind),
      repeated: [...new Set(this.#repeated)],
    };
  }
}

/** A table that matters by its letters, be it whole or not; others by a length they have. */
function isTable(bytes: Uint8Array): boolean {
  const signature = signatureOf(bytes);
  if (/^(APIC|DMAR|IVRS|HPET|FACP)$/.test(signature) && bytes.includes(0)) return true;
  if (bytes.length < 36 || !/^[A-Z][A-Z0-9_!]{3}$/.test(signature)) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  return length <= bytes.length && length >= 36;
}

function signatureOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 4));
}

/** A fault of a reader, told of the file it is in. */
export function malformed(path: string, fault: Malformed): InputError {
  return new InputError(malformedText(fault).replace(/^Cannot read /, `Cannot read ${path}: `));
}

function unknown(path: string): InputError {
  return new InputError(`Cannot read ${path}: it is nothing that tells of a machine; ${TAKES}`);
}
