/**
 * What a boot did, as the machine's own files show it afterwards; nothing is concluded that they do
 * not say.
 *
 * @module
 */
import { type CpuLists, cpuListsIn } from "./cpu_list.ts";
import { parseCpuinfo } from "./cpuinfo.ts";
import { dmesgFacts } from "./dmesg_facts.ts";
import { domainsIn, type ShownDomain } from "./domain_text.ts";
import {
  type MessageWord,
  messageWordsIn,
  type PinWord,
  pinWordsIn,
  type TimerWord,
  timerWordsIn,
} from "./hardware_words.ts";
import {
  type ChipNames,
  chipsOf,
  irqsIn,
  type ListedIrq,
  messageOf,
  targetsIn,
} from "./irq_lists.ts";
import { type EarlyLog, earlyLog, kernelLog, type LogLine } from "./kernel_log.ts";

/** The files that show what happened; any may be missing. */
export interface SeenFiles {
  /** The kernel's log. */
  readonly dmesg?: string;
  /** /proc/interrupts. */
  readonly interrupts?: string;
  /** Lines of /sys/kernel/irq. */
  readonly kernelIrq?: string;
  /** Lines of /proc/irq with the effective affinity. */
  readonly irqAffinity?: string;
  /** Lists of CPUs. */
  readonly cpus?: string;
  /** /proc/cpuinfo. */
  readonly cpuinfo?: string;
  /** Redirection entries. */
  readonly ioapic?: string;
  /** MSI and MSI-X messages. */
  readonly pciMsi?: string;
  /** The HPET's registers. */
  readonly hpet?: string;
  /** Domains of debugfs. */
  readonly domains?: string;
}

/** Which file shows something, and in which line; the first being 1. */
export interface Place {
  /** The file. */
  readonly file: keyof SeenFiles;
  /** Its line; absent when the whole of it is meant. */
  readonly line?: number;
}

/** Something shown, and where. */
export interface Seen<T> extends Place {
  /** What is shown. */
  readonly value: T;
}

/** A word in hardware and the CPU that its interrupt was last sent to. */
export interface SentWord<W> extends Place {
  /** The word. */
  readonly word: W;
  /** Linux's number of the CPU. */
  readonly cpu: number;
  /** Its APIC ID. */
  readonly apicId: number;
}

/** What a boot did; absent where no file shows it. */
export interface SeenBoot {
  /** The messages up to /init. */
  readonly log: EarlyLog;
  /** The APIC driver named last. */
  readonly apicDriver?: Seen<string>;
  /** The CPUs run in x2APIC mode. */
  readonly x2apic?: Seen<boolean>;
  /** How interrupts are remapped. */
  readonly irqRemapping?: Seen<"off" | "xapic" | "x2apic">;
  /** CPUs that run. */
  readonly online?: Seen<readonly { readonly cpu: number; readonly apicId: number }[]>;
  /** How many came up by themselves. */
  readonly broughtUp?: Seen<number>;
  /** CPUs there is room for. */
  readonly possible?: Seen<string>;
  /** CPUs that are plugged in. */
  readonly present?: Seen<string>;
  /** Chips that serve interrupts. */
  readonly chips?: Seen<ChipNames>;
  /** The interrupts that drivers asked for. */
  readonly irqs: readonly ListedIrq[];
  /** The file that lists them. */
  readonly irqsIn: "interrupts" | "kernelIrq";
  /** Domains and their parents. */
  readonly domains?: ReadonlyMap<string, ShownDomain>;
  /** Redirection entries of pins in use. */
  readonly pins: readonly SentWord<PinWord>[];
  /** Messages in use. */
  readonly messages: readonly SentWord<MessageWord>[];
  /** Routes of timers in use. */
  readonly timers: readonly SentWord<TimerWord>[];
}

/**
 * What the files show.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { seenBoot } from "./seen_boot.ts";
 *
 * const { apicDriver } = seenBoot({ dmesg: "Switched APIC routing to physical x2apic.\n" });
 * assert.deepEqual(apicDriver, { value: "physical x2apic", file: "dmesg", line: 1 });
 * ```
 */
export function seenBoot(files: SeenFiles): SeenBoot {
  const log = earlyLog(kernelLog(files.dmesg ?? ""));
  return { log, ...decisionsIn(log), ...cpusSeen(files), ...chipsSeen(files), ...wordsSeen(files) };
}

/** What of the log's lines is a verdict; of several the last counts. */
function decisionsIn(log: EarlyLog): Pick<SeenBoot, "apicDriver" | "x2apic" | "irqRemapping"> {
  return {
    ...given("apicDriver", lastOf(log.lines, /APIC routing to:? (.+?)\.?$/, (name) => name)),
    ...given("x2apic", x2apicIn(log)),
    ...given("irqRemapping", remappingIn(log)),
  };
}

/** The driver's name tells the mode, and so do the messages of the mode's switch. */
function x2apicIn(log: EarlyLog): Seen<boolean> | undefined {
  const mode = lastOf(
    log.lines,
    /^x2apic( enabled$| disabled$|: enabled by BIOS)|APIC routing to:? (?:\w+ )?(x2apic|flat)\b/,
    (said) => !/disabled|flat/.test(said),
  );
  return mode ?? (log.whole ? { value: false, file: "dmesg" } : undefined);
}

function remappingIn(log: EarlyLog): SeenBoot["irqRemapping"] {
  const intel = lastOf(
    log.lines,
    /^DMAR-IR: Enabled IRQ remapping in (x2?apic) mode/,
    (mode) => mode as "xapic" | "x2apic",
  );
  const amd = lastOf(log.lines, /^AMD-Vi: (Interrupt remapping) enabled/, () => "xapic" as const);
  const xt = lastOf(log.lines, /^AMD-Vi: (X2APIC) enabled/, () => "x2apic" as const);
  const off = log.whole ? { value: "off", file: "dmesg" } as const : undefined;
  return intel ?? (amd && (xt ?? amd)) ?? off;
}

function lastOf<T>(
  lines: readonly LogLine[],
  pattern: RegExp,
  read: (said: string) => T,
): Seen<T> | undefined {
  const found = lines.findLast(({ text }) => pattern.test(text));
  if (!found) return undefined;
  const [whole, ...groups] = pattern.exec(found.text)!;
  const said = groups.find((group) => group !== undefined) ?? whole;
  return { value: read(said), file: "dmesg", line: found.line };
}

function cpusSeen(
  { cpus = "", cpuinfo, dmesg = "" }: SeenFiles,
): Pick<SeenBoot, "online" | "possible" | "present" | "broughtUp"> {
  const lists = cpuListsIn(cpus);
  const { cpus: counts } = dmesgFacts(dmesg);
  const running = parseCpuinfo(cpuinfo ?? "").flatMap(({ processor, apicId }) =>
    apicId === undefined ? [] : [{ cpu: processor, apicId }]
  );
  return {
    ...(running.length > 0 && { online: { value: running, file: "cpuinfo" } }),
    ...given("broughtUp", counts.online === undefined ? undefined : inLog(counts.online)),
    ...given("possible", listed(lists, "possible") ?? counted(counts.possible)),
    ...given("present", listed(lists, "present")),
  };
}

function listed(lists: CpuLists, name: keyof CpuLists): Seen<string> | undefined {
  const value = lists[name];
  return value === undefined ? undefined : { value, file: "cpus" };
}

function counted(count: number | undefined): Seen<string> | undefined {
  if (count === undefined) return undefined;
  return inLog(count === 1 ? "0" : `0-${count - 1}`);
}

function inLog<T>(value: T): Seen<T> {
  return { value, file: "dmesg" };
}

function chipsSeen(
  { interrupts, kernelIrq, domains }: SeenFiles,
): Pick<SeenBoot, "chips" | "irqs" | "irqsIn" | "domains"> {
  const file = interrupts === undefined ? "kernelIrq" : "interrupts";
  const text = interrupts ?? kernelIrq;
  const irqs = irqsIn(text ?? "");
  return {
    irqs,
    irqsIn: file,
    ...(text !== undefined && { chips: { value: chipsOf(irqs), file } }),
    ...(domains !== undefined && { domains: domainsIn(domains) }),
  };
}

/** Words whose interrupt has one CPU as its target; of the others nobody can say whom they mean. */
function wordsSeen(files: SeenFiles): Pick<SeenBoot, "pins" | "messages" | "timers"> {
  const irqs = irqsIn(files.interrupts ?? files.kernelIrq ?? "");
  const cpus = new Map(parseCpuinfo(files.cpuinfo ?? "").map((each) => [each.processor, each]));
  const targets = targetsIn(files.irqAffinity ?? "");
  const sent = <W extends { readonly line: number }>(
    file: keyof SeenFiles,
    words: readonly W[],
    isOf: (irq: ListedIrq, word: W) => boolean,
  ): SentWord<W>[] =>
    words.flatMap((word) => {
      const irq = irqs.find((each) => isOf(each, word));
      const cpu = irq && targets.get(irq.irq);
      const apicId = cpu === undefined ? undefined : cpus.get(cpu)?.apicId;
      return cpu === undefined || apicId === undefined
        ? []
        : [{ word, cpu, apicId, file, line: word.line }];
    });
  return {
    pins: sent("ioapic", pinWordsIn(files.ioapic ?? ""), isOfPin),
    messages: sent("pciMsi", messageWordsIn(files.pciMsi ?? ""), isOfMessage),
    timers: sent("hpet", timerWordsIn(files.hpet ?? ""), isOfTimer),
  };
}

/** The pins of the first I/O APIC; those of others bear no number that tells them apart. */
function isOfPin({ chip, hwirq }: ListedIrq, { address, pin }: PinWord): boolean {
  return /IO-APIC$/.test(chip) && hwirq === pin && address === 0xfec0_0000;
}

function isOfMessage(irq: ListedIrq, { bdf, index }: MessageWord): boolean {
  const message = messageOf(irq);
  return message?.bdf === bdf && message.index === index;
}

function isOfTimer({ chip, hwirq, actions }: ListedIrq, { timer }: TimerWord): boolean {
  return /HPET/.test(chip) && (hwirq === timer || actions === `hpet${timer}`);
}

function given<K extends string, V>(
  key: K,
  value: V | undefined,
): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}
