/** Where a real boot's files show something else than the model answers for the same machine. */
import type { MessageWord, PinWord, TimerWord } from "../firmware/hardware_words.ts";
import type { Place, Seen, SeenBoot, SentWord } from "../firmware/seen_boot.ts";
import { hex } from "../firmware/hex.ts";
import { isCatalogued } from "../linux/log_catalogue.ts";
import { remappableAddressLow } from "../x86/msi_address.ts";
import { readRedirectionTableEntry } from "../x86/redirection_table_entry.ts";
import type { Interrupt } from "./interrupt.ts";
import type { BootAnswer } from "./outcome.ts";
import { type HardwareWord, program } from "./program.ts";
import type { Machine } from "../machine/machine.ts";

/** One thing that differs. */
export interface Disagreement {
  /** As `boot` names it, such as `apicDriver`, `chips.pciMsi`; or the device whose word it is. */
  readonly field: string;
  /** What the files show; null where they show nothing. */
  readonly found: unknown;
  /** What the model answers; null where it answers nothing. */
  readonly modelled: unknown;
  readonly where: Place;
}

interface Answered {
  readonly machine: Machine;
  readonly boot: BootAnswer;
}

/** All that differs, in the order of `boot`'s fields; what no file shows is not compared. */
export function disagreements(answered: Answered, seen: SeenBoot): readonly Disagreement[] {
  return [
    ...decisions(answered.boot, seen),
    ...cpus(answered.boot, seen),
    ...chips(answered.boot, seen),
    ...domains(answered.boot, seen),
    ...lines(answered.boot, seen),
    ...words(answered, seen),
  ];
}

function decisions(boot: BootAnswer, { apicDriver, x2apic, irqRemapping }: SeenBoot) {
  return [
    ...unlike("apicDriver", apicDriver, boot.apicDriver),
    ...unlike("x2apic", x2apic, boot.x2apic),
    ...unlike("irqRemapping", irqRemapping, boot.irqRemapping),
  ];
}

/** CPUs that wait beyond `maxcpus=` may have been brought up by hand before the files were taken. */
function cpus(boot: BootAnswer, { online, broughtUp, possible, present }: SeenBoot) {
  const untried = new Set(boot.untried.map(({ cpu }) => cpu));
  const atBoot = online && {
    ...online,
    value: online.value.filter(({ cpu }) => !untried.has(cpu)),
  };
  return [
    ...atBoot
      ? unlike("online", atBoot, boot.online)
      : unlike("online", broughtUp && countedCpus(broughtUp), `${boot.online.length} CPUs`),
    ...unlike("possible", possible, boot.possible),
    ...unlike("present", present, boot.present),
  ];
}

function countedCpus(broughtUp: Seen<number>): Seen<string> {
  return { ...broughtUp, value: `${broughtUp.value} CPUs` };
}

function chips(boot: BootAnswer, { chips: seen }: SeenBoot) {
  if (!seen) return [];
  const classes = ["ioapic", "pciMsi", "hpetMsi", "iommuMsi"] as const;
  return classes.flatMap((name) =>
    unlike(`chips.${name}`, { ...seen, value: seen.value[name] ?? [] }, boot.chips[name] ?? [])
  );
}

/** Domains that debugfs lists beyond those of interrupt routing are nobody's concern here. */
function domains(boot: BootAnswer, { domains: seen }: SeenBoot) {
  if (!seen) return [];
  const names = new Set([...seen.keys(), ...Object.keys(boot.domains)]);
  return [...names].sort().flatMap((name) => {
    const shown = seen.get(name);
    const place = { file: "domains", ...(shown && { line: shown.line }) } as const;
    return unlike(
      `domains.${name}`,
      { value: shown?.parents ?? null, ...place },
      boot.domains[name] ?? null,
    );
  });
}

/** Each catalogued message once; one that is missing counts only in a log that is whole. */
function lines(boot: BootAnswer, { log }: SeenBoot): readonly Disagreement[] {
  const shown = new Map<string, number>();
  for (const { text, line } of log.lines) {
    if (isCatalogued(text) && !shown.has(text)) shown.set(text, line);
  }
  const [found, modelled] = [[...shown.keys()], [...boot.lines]];
  const added = found.filter((text) => !modelled.includes(text)).map((text) =>
    disagreement("lines", text, null, { file: "dmesg", line: shown.get(text)! })
  );
  const missing = modelled.filter((text) => log.whole && !shown.has(text)).map((text) =>
    disagreement("lines", null, text, { file: "dmesg" })
  );
  if (added.length + missing.length > 0) return [...added, ...missing];
  const expected = modelled.filter((text) => shown.has(text));
  return unlike("lines", { value: found, file: "dmesg" }, expected);
}

function words(answered: Answered, { pins, messages, timers }: SeenBoot) {
  return [
    ...pins.flatMap((sent) => pinWord(answered, sent)),
    ...messages.flatMap((sent) => messageWord(answered, sent)),
    ...timers.flatMap((sent) => timerWord(answered, sent)),
  ];
}

/** Bits 12 and 14, delivery status and remote IRR, are hardware's own. */
const READ_ONLY = 0x5000n;

/** What the driver chose or hardware numbers, the vector and the table's index, is taken as found. */
function pinWord(answered: Answered, sent: SentWord<PinWord>): readonly Disagreement[] {
  const { pin, address, entry } = sent.word;
  const ioapic = answered.machine.ioapics.find((each) => Number(each.address) === address);
  const word = readRedirectionTableEntry(entry);
  const device = `ioapic:${ioapic?.id ?? 0}`;
  const { trigger, activeLow, masked } = word;
  const interrupt = {
    source: "ioapic",
    device,
    pin,
    trigger,
    activeLow,
    masked,
    ...(word.kind === "remappable" && { index: word.index }),
  } as const;
  const modelled = composed(answered, interrupt, sent, word.vector);
  const found = (entry & ~READ_ONLY).toString(16).padStart(16, "0");
  return unlike(`${device} pin ${pin}`, { value: found, ...placeOf(sent) }, modelled);
}

function messageWord(answered: Answered, sent: SentWord<MessageWord>): readonly Disagreement[] {
  const { bdf, index, addressLow, addressHigh, data } = sent.word;
  const interrupt = { source: "msi", device: bdf, index: indexOf(addressLow, data) } as const;
  const modelled = composed(answered, interrupt, sent, data & 0xff);
  const found = wordsText({ addressLow, addressHigh, data });
  return unlike(`${bdf} message ${index}`, { value: found, ...placeOf(sent) }, modelled);
}

/** A remapped message names its table's entry; in AMD's the address names nobody. */
function indexOf(addressLow: number, data: number): number {
  const { remappable, handle0to14, handle15 } = remappableAddressLow.decode(addressLow);
  return remappable ? handle15 << 15 | handle0to14 : data & 0x7ff;
}

function timerWord(answered: Answered, sent: SentWord<TimerWord>): readonly Disagreement[] {
  const { timer, address, data } = sent.word;
  const device = `hpet:${answered.machine.hpet?.id ?? 0}`;
  const modelled = composed(answered, { source: "hpet", device }, sent, data & 0xff);
  const found = routeText(BigInt(address) << 32n | BigInt(data));
  return unlike(`${device} timer ${timer}`, { value: found, ...placeOf(sent) }, modelled);
}

function placeOf({ file, line }: Place): Place {
  return { file, ...(line !== undefined && { line }) };
}

/** The word Linux is said to write; null where nobody composes it. */
function composed(
  answered: Answered,
  interrupt: Interrupt,
  { cpu, apicId }: { readonly cpu: number; readonly apicId: number },
  vector: number,
): string | null {
  const programming = program(answered, interrupt, { cpu, apicId, vector });
  return programming.kind === "programmed" ? textOf(programming.hardware) : null;
}

function textOf(hardware: HardwareWord): string {
  switch (hardware.kind) {
    case "message":
      return wordsText(hardware.words);
    case "redirectionEntry":
      return hardware.entry.toString(16).padStart(16, "0");
    case "hpetRoute":
      return routeText(hardware.route);
    case "xtRegister":
      return hex(hardware.register, 16);
  }
}

function wordsText(
  { addressLow, addressHigh, data }: {
    readonly addressLow: number;
    readonly addressHigh: number;
    readonly data: number;
  },
): string {
  return [addressHigh, addressLow, data].map((word) => word.toString(16).padStart(8, "0"))
    .join(" ");
}

function routeText(route: bigint): string {
  return route.toString(16).padStart(16, "0");
}

function unlike(
  field: string,
  seen: Seen<unknown> | undefined,
  modelled: unknown,
): readonly Disagreement[] {
  if (!seen || JSON.stringify(seen.value) === JSON.stringify(modelled)) return [];
  return [disagreement(field, seen.value, modelled, placeOf(seen))];
}

function disagreement(
  field: string,
  found: unknown,
  modelled: unknown,
  where: Place,
): Disagreement {
  return { field, found, modelled, where };
}
