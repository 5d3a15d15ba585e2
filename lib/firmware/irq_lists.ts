/**
 * Linux's interrupts, one a line: from /proc/interrupts, from /sys/kernel/irq and /proc/irq.
 *
 * @module
 */
import { functionOfHwirq } from "./interrupts_text.ts";

/** An interrupt that a driver asked for. */
export interface ListedIrq {
  /** Linux's number. */
  readonly irq: number;
  /** `irq_chip.name`, such as `IR-PCI-MSIX-0000:00:02.0`. */
  readonly chip: string;
  /** Its number in the chip's domain; absent where the chip has none. */
  readonly hwirq?: number;
  /** Who asked for it. */
  readonly actions: string;
  /** Line of the text, the first being 1. */
  readonly line: number;
}

const COUNTED =
  /^ *(\d+):(?: +\d+)+ +([A-Za-z][\w:.-]*?)(?: +(\d+)-(?:edge|fasteoi|level))? +(.*)$/;
const LISTED = /^irq (\d+) chip=(\S*) hwirq=(\d*) .*actions=(.*)$/;

/**
 * The interrupts of /proc/interrupts, or of lines `irq N chip=… hwirq=… actions=…`.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { irqsIn } from "./irq_lists.ts";
 *
 * assert.deepEqual(irqsIn("  4:   0   2   IO-APIC   4-edge      ttyS0"), [
 *   { irq: 4, chip: "IO-APIC", hwirq: 4, actions: "ttyS0", line: 1 },
 * ]);
 * ```
 */
export function irqsIn(text: string): readonly ListedIrq[] {
  return text.split("\n").flatMap((raw, i) => {
    const [, irq, chip, hwirq, actions] = COUNTED.exec(raw) ?? LISTED.exec(raw) ?? [];
    if (irq === undefined || !chip || !actions?.trim()) return [];
    return [{
      irq: Number(irq),
      chip,
      ...(hwirq && { hwirq: Number(hwirq) }),
      actions: actions.trim(),
      line: i + 1,
    }];
  });
}

/** The classes of `Chips` by the stem of a chip's name. */
const CLASSES = [
  ["ioapic", /^(IR-)?IO-APIC$/],
  ["pciMsi", /^(IR-)?PCI-MSIX?$/],
  ["hpetMsi", /^(IR-)?HPET[-_]MSI$/],
  ["iommuMsi", /^(DMAR|IOMMU)[-_]MSI$/],
] as const;

/** Chip names by class, sorted; names of single devices are cut to their stem. */
export type ChipNames = Partial<Readonly<Record<ChipClass, readonly string[]>>>;

/** A class of chips. */
export type ChipClass = typeof CLASSES[number][0];

/** The class of the chip that serves an interrupt; undefined of others. */
export function chipClassOf({ chip }: ListedIrq): ChipClass | undefined {
  return CLASSES.find(([, pattern]) => pattern.test(stemOf(chip)))?.[0];
}

/** The chips that serve some interrupts; others than of these classes are left out. */
export function chipsOf(irqs: readonly ListedIrq[]): ChipNames {
  const stems = irqs.map(({ chip }) => stemOf(chip));
  const found = CLASSES.map(([name, pattern]) => {
    const chips = stems.filter((stem) => pattern.test(stem));
    return [name, [...new Set(chips)].sort()] as const;
  });
  return Object.fromEntries(found.filter(([, chips]) => chips.length > 0));
}

/** `IR-PCI-MSIX-0000:00:02.0` is one device's `IR-PCI-MSIX`. */
function stemOf(chip: string): string {
  return chip.replace(/-[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/, "");
}

/** The function and the message an interrupt is; undefined where it is none of a PCI device. */
export function messageOf(
  { chip, hwirq }: ListedIrq,
): { readonly bdf: string; readonly index: number } | undefined {
  if (hwirq === undefined) return undefined;
  const named = /\bPCI-MSIX?-([0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$/.exec(chip)?.[1];
  if (named) return { bdf: named, index: hwirq };
  return /\bPCI-MSI$/.test(chip) ? functionOfHwirq(BigInt(hwirq)) : undefined;
}

/** The CPU that each interrupt is sent to, from lines `irq N … effective=CPU`; several are none. */
export function targetsIn(text: string): ReadonlyMap<number, number> {
  const lines = text.matchAll(/^irq (\d+) .*\beffective=(\d+)$/gm);
  return new Map([...lines].map(([, irq, cpu]) => [Number(irq), Number(cpu)]));
}
