/**
 * Packs a folder of recordings for the tests: all of them into `boots.jsonl.gz`, and the cases
 * below whole into `whole/`.
 *
 *     deno run -A tests/boots/pack.ts FOLDER
 *
 * @module
 */
import type { RawFiles, RecordedBoot } from "./boots.ts";

/** One of each kind: what a case shows stands beside its name. */
const WHOLE: Readonly<Record<string, string>> = {
  "k5.10-bare-small": "xAPIC, logical flat, 5.10",
  "k6.1-bare-9cpus": "xAPIC, physical flat by CPU count",
  "k6.1-kvmext-ids-0-300-1000-32000-33000": "KVM with the extended destination ID",
  "k6.12-kvmnoext-ids-0-254-255-256": "KVM without it",
  "k7.3-vtd-eim-ids-0-255-300-1000": "VT-d with EIM",
  "k5.10-vtd-noeim-small": "VT-d without EIM",
  "k6.12-vtd-noeim-kvmext-ids-0-254-300-skipnvme": "VT-d without EIM loses what KVM promised",
  "k6.12-vtd-noir-ids-0-254-255-300": "VT-d without interrupt remapping",
  "k6.12dbg-amd-xt-ids-0-255-300": "AMD-Vi with XT, domains from debugfs",
  "k6.1-amd-noxt-ids-0-254-255-300": "AMD-Vi without XT",
  "k7.3-hyperv-ext-ids-0-255-300": "Hyper-V with the extended RTE",
  "k7.3dbg-hyperv-noext-ids-0-255-300": "Hyper-V without, domains from debugfs",
  "k6.1-kvmnoext-bsp300-ids-300-301": "a boot CPU nobody reaches; stalled",
  "k6.12dbg-hpetmsi-vtd-eim-small": "HPET messages that find no parent",
  "k7.3dbg-bhyve-noext-ids-0-255-300": "bhyve",
};

const SMALL = {
  cpuid: "cpuid.txt",
  cmdline: "cmdline.txt",
  uname: "uname.txt",
  pciConfig: "pci-config.hex",
  hpet: "hpet.txt",
} as const;

if (import.meta.main) {
  const [folder] = Deno.args;
  if (folder === undefined) {
    console.error("Cannot pack recordings: no folder is named; give the folder that holds them");
    Deno.exit(2);
  }
  await pack(folder, new URL(".", import.meta.url).pathname);
}

/** Writes the packed form of the recordings in `from` into the folder `to`. */
export async function pack(from: string, to: string): Promise<void> {
  const cases = [...Deno.readDirSync(from)].filter((entry) => entry.isDirectory);
  const boots = await Promise.all(cases.map(({ name }) => readCase(`${from}/${name}`, name)));
  boots.sort((a, b) => a.name < b.name ? -1 : 1);
  await Deno.writeFile(`${to}/boots.jsonl.gz`, gzip(boots));
  for (const name of ["catalogue.json", "first.txt"]) {
    await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
  for (const name of Object.keys(WHOLE)) await copyFolder(`${from}/${name}`, `${to}/whole/${name}`);
}

async function readCase(folder: string, name: string): Promise<RecordedBoot> {
  const json = async (file: string) => JSON.parse(await Deno.readTextFile(`${folder}/${file}`));
  return {
    name,
    machine: await json("machine.json"),
    observed: await json("observed.json"),
    raw: await readRaw(folder),
  };
}

async function readRaw(folder: string): Promise<RawFiles> {
  const files = new Set([...Deno.readDirSync(folder)].map(({ name }) => name));
  const acpi: Record<string, string> = {};
  const tables = [...Deno.readDirSync(`${folder}/acpi`)].map(({ name }) => name).toSorted();
  for (const name of tables) {
    acpi[name] = (await Deno.readFile(`${folder}/acpi/${name}`)).toHex();
  }
  const texts: Record<string, string> = {};
  for (const [key, file] of Object.entries(SMALL)) {
    if (files.has(file)) texts[key] = await Deno.readTextFile(`${folder}/${file}`);
  }
  return { acpi, ...texts };
}

function gzip(boots: readonly RecordedBoot[]): ReadableStream<Uint8Array> {
  const lines = boots.map((boot) => `${JSON.stringify(boot)}\n`).join("");
  return new Blob([lines]).stream().pipeThrough(new CompressionStream("gzip"));
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.writeFile(`${to}/${name}`, await Deno.readFile(`${from}/${name}`));
  }
}
