/** The files of a recording under the names by which the readers take them. */
import type { MachineFiles } from "../../lib/firmware/machine_fields.ts";
import type { SeenFiles } from "../../lib/firmware/seen_boot.ts";

const NAMES: Readonly<Record<string, keyof MachineFiles | keyof SeenFiles>> = {
  "cpuid.txt": "cpuid",
  "cpuinfo-apicids.txt": "cpuinfo",
  "cmdline.txt": "cmdline",
  "uname.txt": "uname",
  "dmesg.txt": "dmesg",
  "pci-config.hex": "pciConfig",
  "proc-interrupts.txt": "interrupts",
  "hpet.txt": "hpet",
  "kernel-irq.txt": "kernelIrq",
  "proc-irq-affinity.txt": "irqAffinity",
  "cpus.txt": "cpus",
  "ioapic.txt": "ioapic",
  "pci-msi.txt": "pciMsi",
  "irqdomains.txt": "domains",
};

/** All that a recording's folder holds beside its machine file and its facts. */
export async function filesIn(folder: URL): Promise<MachineFiles & SeenFiles> {
  const acpi: Record<string, Uint8Array> = {};
  for (const { name } of Deno.readDirSync(new URL("acpi/", folder))) {
    acpi[name] = await Deno.readFile(new URL(`acpi/${name}`, folder));
  }
  const files: Record<string, unknown> = { acpi };
  for (const { name } of Deno.readDirSync(folder)) {
    if (NAMES[name]) files[NAMES[name]] = await Deno.readTextFile(new URL(name, folder));
  }
  return files;
}
