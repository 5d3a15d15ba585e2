/**
 * Recorded boots: what real Linux kernels did on machines whose description is known.
 * Tests compare the model with them. `README.md` beside this file says how they were made.
 *
 * @module
 */

/** One boot: the machine it ran on, what was observed, and the machine's own small files. */
export interface RecordedBoot {
  /** For example `k6.1-vtd-eim-small`. */
  readonly name: string;
  /** The machine file as recorded; a raw file that disagrees with it wins. */
  readonly machine: Readonly<Record<string, unknown>>;
  readonly observed: ObservedBoot;
  readonly raw: RawFiles;
}

/** The facts of a boot; null means that the recording does not tell. */
export interface ObservedBoot {
  readonly name: string;
  /** False: the machine came up and then waited for an interrupt that never arrived. */
  readonly finished: boolean;
  /** True: leave this recording aside. */
  readonly emulatorArtefact: boolean;
  readonly reachedUserspace: boolean;
  readonly panic: string | null;
  readonly note: string;
  readonly apicDriver: string;
  readonly x2apic: boolean | null;
  readonly irqRemapping: "off" | "xapic" | "x2apic";
  readonly online: readonly { readonly cpu: number; readonly apicId: number }[] | null;
  readonly possible: string | null;
  readonly present: string | null;
  readonly chips: Readonly<Record<string, readonly string[]>> | null;
  /** Whole kernel messages, those that {@linkcode catalogue} names. */
  readonly lines: readonly string[];
  readonly messages: readonly ObservedMessage[];
  readonly hpetMessages: readonly ObservedHpetMessage[];
  readonly moves: readonly ObservedMove[];
  /** Domain name to its chain of parents, root last. */
  readonly domains: Readonly<Record<string, readonly string[]>> | null;
}

/** A word found in hardware, with the CPU it was meant for. */
export type ObservedMessage =
  & {
    readonly irq: number;
    readonly action: string;
    readonly chip: string;
    readonly cpu: number;
    readonly apicId: number;
  }
  & (
    | { readonly source: "ioapic"; readonly pin: number; readonly rte: string }
    | {
      readonly source: "msi" | "msix" | "iommu";
      readonly device: string;
      readonly index: number;
      readonly addressHigh: string;
      readonly addressLow: string;
      readonly data: string;
    }
  );

/** An HPET timer's FSB route. */
export interface ObservedHpetMessage {
  readonly timer: number;
  readonly cpu: number;
  readonly apicId: number;
  readonly address: string;
  readonly data: string;
}

/** One interrupt moved to one CPU. */
export interface ObservedMove {
  readonly irq: number;
  readonly source: string;
  readonly cpu: number;
  readonly apicId: number;
  readonly accepted: boolean;
  readonly effective: string | null;
  readonly delivered: boolean;
  readonly lost: boolean;
}

/** A machine's own files, short enough to keep for every recording; stalled ones have only tables. */
export interface RawFiles {
  /** ACPI tables by signature, as hex. */
  readonly acpi: Readonly<Record<string, string>>;
  readonly cpuid?: string;
  readonly cmdline?: string;
  readonly uname?: string;
  readonly pciConfig?: string;
  readonly hpet?: string;
}

/** The kernel messages that {@linkcode ObservedBoot.lines} holds: line ends, and patterns. */
export interface Catalogue {
  readonly texts: readonly string[];
  readonly patterns: readonly string[];
}

/** A recording kept whole, file by file. */
export interface WholeBoot {
  readonly name: string;
  /** Its folder, with a slash at the end. */
  readonly folder: URL;
}

let all: Promise<readonly RecordedBoot[]> | undefined;

/** Every recorded boot, in order of name; read once. */
export function recordedBoots(): Promise<readonly RecordedBoot[]> {
  all ??= readBoots();
  return all;
}

/** The boots to start with: plain machines of two kernels, in the order of `first.txt`. */
export async function firstBoots(): Promise<readonly RecordedBoot[]> {
  const names = (await Deno.readTextFile(here("first.txt"))).trim().split("\n");
  const boots = new Map((await recordedBoots()).map((boot) => [boot.name, boot]));
  return names.flatMap((name) => boots.get(name) ?? []);
}

/** Which kernel messages the recordings hold. */
export async function catalogue(): Promise<Catalogue> {
  return JSON.parse(await Deno.readTextFile(here("catalogue.json")));
}

/** The recordings kept as whole folders, in order of name. */
export function wholeBoots(): readonly WholeBoot[] {
  return [...Deno.readDirSync(here("whole/"))]
    .map(({ name }) => ({ name, folder: here(`whole/${name}/`) }))
    .toSorted((a, b) => a.name < b.name ? -1 : 1);
}

async function readBoots(): Promise<readonly RecordedBoot[]> {
  using file = await Deno.open(here("boots.jsonl.gz"));
  const text = await new Response(file.readable.pipeThrough(new DecompressionStream("gzip")))
    .text();
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

function here(path: string): URL {
  return new URL(path, import.meta.url);
}
