/** What a booted guest's own files say about the decisions its kernel took. */
import { parseCpuinfo } from "../../lib/firmware/cpuinfo.ts";
import type { MachineFiles } from "../../lib/firmware/machine_fields.ts";
import type { Collected } from "./boot_machine.ts";

export interface Observed {
  readonly apicDriver: string;
  readonly x2apic: boolean;
  readonly irqRemapping: "off" | "xapic" | "x2apic";
  readonly online: readonly { readonly cpu: number; readonly apicId: number }[];
  readonly possible: string;
  readonly present: string;
  readonly chips: Readonly<Record<string, readonly string[]>>;
}

export function observe(collected: Collected): Observed {
  const dmesg = part(collected, "dmesg");
  return {
    apicDriver: last(dmesg, /(?:Switched|Setting) APIC routing to (.+)\./g) ??
      startDriver(collected),
    x2apic: /^(enabled|.* enabled)$/.test(last(dmesg, /x2apic:? (enabled|disabled)/g) ?? ""),
    irqRemapping: remappingMode(last(dmesg, /Enabled IRQ remapping in (\w+) mode/g)),
    online: onlineCpus(part(collected, "cpuinfo")),
    possible: cpuList(collected, "possible"),
    present: cpuList(collected, "present"),
    chips: chips(part(collected, "interrupts")),
  };
}

/**
 * The driver of a kernel that reports no change: the one `apic` is initialised with. Source: Linux
 * 6.1 and 6.12 arch/x86/kernel/apic/apic_flat_64.c, `struct apic *apic __ro_after_init`.
 */
function startDriver(collected: Collected): string {
  const [major = 0, minor = 0] = part(collected, "uname").split(".").map(Number);
  return major > 6 || (major === 6 && minor >= 11) ? "physical flat" : "flat";
}

function remappingMode(said: string | undefined): Observed["irqRemapping"] {
  return said === "xapic" || said === "x2apic" ? said : "off";
}

function onlineCpus(cpuinfo: string): Observed["online"] {
  return parseCpuinfo(cpuinfo).map(({ processor, apicId }) => ({
    cpu: processor,
    apicId: apicId!,
  }));
}

function cpuList(collected: Collected, name: string): string {
  return last(part(collected, "cpus"), new RegExp(`^${name} (.+)$`, "gm")) ?? "";
}

/** Chip names stand after the counts of each CPU, before the hardware IRQ. */
function chips(interrupts: string): Observed["chips"] {
  const names = [...interrupts.matchAll(/^ *\d+:(?: +\d+)+ +((?:[A-Za-z]+-)+[A-Za-z]+) /gm)]
    .map(([, name]) => name!);
  const classes = [
    ["ioapic", /IO-APIC$/],
    ["pciMsi", /PCI-MSI/],
    ["hpetMsi", /HPET/],
    ["iommuMsi", /^(DMAR|IOMMU)-MSI$/],
  ] as const;
  const found = classes.map(([key, pattern]) =>
    [key, [...new Set(names.filter((name) => pattern.test(name)))].sort()] as const
  );
  return Object.fromEntries(found.filter(([, stems]) => stems.length > 0));
}

/** The guest's files as a user would bring them; the kernel's configuration comes with Debian's. */
export function machineFiles(collected: Collected, config: string): MachineFiles {
  const tables = [...collected].filter(([name]) => name.startsWith("acpi/"));
  return {
    acpi: Object.fromEntries(
      tables.map(([name, text]) =>
        [name.slice("acpi/".length), Uint8Array.fromBase64(text.replace(/\s/g, ""))] as const
      ),
    ),
    cpuinfo: part(collected, "cpuinfo"),
    cmdline: part(collected, "cmdline"),
    uname: part(collected, "uname"),
    dmesg: part(collected, "dmesg"),
    pciConfig: part(collected, "pci"),
    interrupts: part(collected, "interrupts"),
    config,
  };
}

function part(collected: Collected, name: string): string {
  return collected.get(name) ?? "";
}

function last(text: string, pattern: RegExp): string | undefined {
  return [...text.matchAll(pattern)].at(-1)?.[1];
}
