/** The files a real machine can be explained from: how each is called, and how its text looks. */
import type { MachineFiles } from "../../firmware/machine_fields.ts";
import type { SeenFiles } from "../../firmware/seen_boot.ts";
import { isKernelLog } from "../../firmware/kernel_log.ts";

/** A text that tells of a machine, by the name under which the readers take it. */
export type TextKind = Exclude<keyof MachineFiles | keyof SeenFiles, "acpi">;
/** What else a file can be. */
export type FileKind = TextKind | "acpidump" | "machine";

interface Kind {
  readonly kind: FileKind;
  /** How its path ends where a person or a system named it. */
  readonly path: RegExp;
  /** How its text looks, whatever its name. */
  looks(text: string): boolean;
}

const matches = (pattern: RegExp) => (text: string) => pattern.test(text);

/** In this order; the first that fits. */
const KINDS: readonly Kind[] = [
  { kind: "machine", path: /machine\.json$/, looks: matches(/^\s*\{[^]*"kernel"[^]*"cpus"/) },
  {
    kind: "acpidump",
    path: /(^|\/)acpidump(\.txt|\.out|\.log)?$/,
    looks: matches(/^[A-Z][A-Z0-9_!]{3} @ 0x[0-9a-f]+$/im),
  },
  {
    kind: "uname",
    path: /(^|\/)(uname(-[ar])?(\.txt)?|version)$/,
    looks: matches(/^(Linux \S+ )?\d+\.\d+\.\S+( #.*)?\s*$|^Linux version [^\n]*\s*$/),
  },
  { kind: "dmesg", path: /(^|\/)dmesg(\.txt|\.log|\.\d)?$/, looks: isKernelLog },
  {
    kind: "cpuid",
    path: /(^|\/)cpuid(\.txt)?$/,
    looks: matches(/^.*\b[0-9a-f]{8}\b.* eax=.* ebx=.* ecx=.* edx=/m),
  },
  {
    kind: "cpuinfo",
    path: /(^|\/)cpuinfo[^/]*$/,
    looks: matches(/^processor\s*: \d+$/m),
  },
  {
    kind: "interrupts",
    path: /(^|\/)(proc-)?interrupts(\.txt)?$/,
    looks: matches(/^\s+CPU\d+/),
  },
  {
    kind: "config",
    path: /(^|\/)(config(-[^/]*|\.gz)?|\.config)$/,
    looks: matches(/^CONFIG_X86_/m),
  },
  {
    kind: "pciConfig",
    path: /(^|\/)(pci-config\.hex|lspci(-x+)?(\.txt)?)$/,
    looks: matches(/^([0-9a-f]{4,}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7] ([0-9a-f]{128}|[^\n]*\n00: )/i),
  },
  {
    kind: "cpus",
    path: /(^|\/)cpus(\.txt)?$/,
    looks: matches(/^(\S*\/)?(online|possible|present)[ :]\d[\d,-]*$/m),
  },
  { kind: "hpet", path: /(^|\/)hpet(\.txt)?$/, looks: matches(/^hpet id=/) },
  {
    kind: "kernelIrq",
    path: /(^|\/)kernel-irq(\.txt)?$/,
    looks: matches(/^irq \d+ chip=/),
  },
  {
    kind: "irqAffinity",
    path: /(^|\/)proc-irq-affinity(\.txt)?$/,
    looks: matches(/^irq \d+ smp_affinity_list=/),
  },
  { kind: "ioapic", path: /(^|\/)ioapic(\.txt)?$/, looks: matches(/^ioapic [0-9a-f]{8} id=/) },
  { kind: "pciMsi", path: /(^|\/)pci-msi(\.txt)?$/, looks: matches(/^dev [0-9a-f:]+\.[0-7] id=/) },
  {
    kind: "domains",
    path: /(^|\/)irqdomains(\.txt)?$/,
    looks: matches(/^name: +\S+\n size: +\d+/m),
  },
  {
    kind: "cmdline",
    path: /(^|\/)cmdline(\.txt)?$/,
    looks: matches(/^[^\n]*\b(BOOT_IMAGE=|root=|console=|quiet\b)[^\n]*\n?$/),
  },
];

/** What recorders write beside those and nobody needs. */
const BESIDE = /(^|\/)(affinity|irqdbg|hotplug|first|README)(\.\w+)?$|observed\.json$/;

/** Endings of names that a person gives to texts and tables. */
const PLAIN = /(^|\/)[^/.]+(\.(txt|log|out|hex|bin|dat|dump|\d))?$|(^|\/)\.config$/;

/** Whether a file in a folder may tell of a machine, by its name; the others are not opened. */
export function isPromising(path: string): boolean {
  if (BESIDE.test(path)) return false;
  return PLAIN.test(path) || KINDS.some((kind) => kind.path.test(path));
}

/** What a file is; undefined where it tells nothing of a machine. */
export function kindOf(path: string, text: string): FileKind | undefined {
  const named = KINDS.find((kind) => kind.path.test(path));
  return (named ?? KINDS.find(({ looks }) => looks(text)))?.kind;
}

/** What explain takes, for those who gave something else. */
export const TAKES = "give dmesg, an acpidump, ACPI tables, texts of /proc, or a machine file";
