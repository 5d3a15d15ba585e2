/**
 * An I/O APIC as software and devices see it: registers behind IOREGSEL and IOWIN, pins that
 * rise and fall, EOIs that come back.
 *
 * State is a value: every operation yields the next state and the messages sent on the way.
 *
 * @module
 */
import { type Decoded, flag, ignored, Register, reserved, uint } from "../bits/register.ts";
import { type IoapicFlavour, messageFromEntry } from "./ioapic_message.ts";
import type { Msi } from "./msi_message.ts";
import { type RedirectionTableEntry, redirectionTableEntry } from "./redirection_table_entry.ts";

/** Offsets from the block's base. */
export const IOREGSEL = 0x00;
/** The window onto the selected register. */
export const IOWIN = 0x10;
/** Takes a vector; version 0x20 and above. */
export const EOI = 0x40;

/** Register 0; the 82093AA has bits 27:24 only. */
export const ioapicId = new Register({
  name: "IoapicId",
  width: 32,
  source: "Intel 82093AA 3.2.1; ICH datasheets",
  fields: { reserved0to23: reserved(24), id: uint(8, "I/O APIC ID") },
});
/** Fields of {@link ioapicId}. */
export type IoapicId = Decoded<typeof ioapicId>;

/** Register 1. */
export const ioapicVersion = new Register({
  name: "IoapicVersion",
  width: 32,
  source: "Intel 82093AA 3.2.2; ICH datasheets",
  fields: {
    version: uint(8, "0x11 82093AA, 0x20 and above with EOI register"),
    reserved8to14: ignored(7),
    pinAssertion: flag("PRQ: pin assertion register"),
    lastPin: uint(8, "Number of the last pin"),
    reserved24to31: ignored(8),
  },
});
/** Fields of {@link ioapicVersion}. */
export type IoapicVersion = Decoded<typeof ioapicVersion>;

/** Register 2. */
export const ioapicArbitration = new Register({
  name: "IoapicArbitration",
  width: 32,
  source: "Intel 82093AA 3.2.3",
  fields: {
    reserved0to23: reserved(24),
    arbitrationId: uint(4, "Arbitration ID"),
    reserved28to31: reserved(4),
  },
});
/** Fields of {@link ioapicArbitration}. */
export type IoapicArbitration = Decoded<typeof ioapicArbitration>;

/** One I/O APIC at one moment. */
export interface Ioapic {
  /** Whose rules its messages follow. */
  readonly flavour: IoapicFlavour;
  /** ID register. */
  readonly id: number;
  /** 0x11: no EOI register; 0x20: one. */
  readonly version: number;
  /** First GSI. */
  readonly gsiBase: number;
  /** What IOREGSEL selects. */
  readonly selected: number;
  /** Redirection entries, one a pin. */
  readonly entries: readonly bigint[];
  /** Which lines are asserted now. */
  readonly lines: readonly boolean[];
}

/** The next state, what was sent, and what a read found. */
export interface Step {
  /** The I/O APIC afterwards. */
  readonly ioapic: Ioapic;
  /** Messages, in the order sent. */
  readonly sent: readonly Msi[];
}

const MASKED: bigint = redirectionTableEntry.encode({ masked: true });
const READ_ONLY: bigint = redirectionTableEntry.encode({ deliveryStatus: true, remoteIrr: true });
const FIRST_ENTRY = 0x10;

/** An I/O APIC after reset: every pin masked, every line low. */
export function ioapic(
  parts: Partial<Pick<Ioapic, "flavour" | "id" | "version" | "gsiBase">> & { pins?: number } = {},
): Ioapic {
  const { flavour = "ich", id = 0, version = 0x20, gsiBase = 0, pins = 24 } = parts;
  if (!(pins >= 1 && pins <= 240)) {
    throw new RangeError(`Cannot make an I/O APIC: ${pins} pins; it has 1 to 240`);
  }
  const entries = Array.from({ length: pins }, () => MASKED);
  const lines = Array.from({ length: pins }, () => false);
  return { flavour, id, version, gsiBase, selected: 0, entries, lines };
}

/** The pin a GSI arrives at, or null when this I/O APIC does not serve it. */
export function pinOfGsi({ gsiBase, entries }: Ioapic, gsi: number): number | null {
  const pin = gsi - gsiBase;
  return pin >= 0 && pin < entries.length ? pin : null;
}

/** Reads a 32-bit register of the block; write-only and absent ones read as zero. */
export function readBlock(chip: Ioapic, offset: number): number {
  if (offset === IOREGSEL) return chip.selected;
  return offset === IOWIN ? readSelected(chip) : 0;
}

/** Writes a 32-bit register of the block. */
export function writeBlock(chip: Ioapic, offset: number, value: number): Step {
  if (offset === IOREGSEL) return quiet({ ...chip, selected: value & 0xff });
  if (offset === IOWIN) return writeSelected(chip, value);
  return offset === EOI && chip.version >= 0x20 ? endOfInterrupt(chip, value & 0xff) : quiet(chip);
}

/** A device raises or lowers a pin's line. */
export function setLine(chip: Ioapic, pin: number, asserted: boolean): Step {
  requirePin(chip, pin);
  const rose = asserted && !chip.lines[pin]!;
  const moved = { ...chip, lines: chip.lines.with(pin, asserted) };
  return isLevel(moved, pin)
    ? serviceLevel(moved, pin)
    : rose
    ? sendEdge(moved, pin)
    : quiet(moved);
}

/**
 * An EOI for a vector arrives, by broadcast or through the EOI register: remote IRR falls in every
 * level entry with that vector, and a line that is still up sends anew.
 * Source: Intel SDM volume 3, 11.8.5; 82093AA; ICH EOI register.
 */
export function endOfInterrupt(chip: Ioapic, vector: number): Step {
  return chip.entries.reduce<Step>((step, _, pin) => {
    const next = afterEoi(step.ioapic.entries[pin]!, vector);
    if (next === step.ioapic.entries[pin]) return step;
    return then(step, serviceLevel(withEntry(step.ioapic, pin, next), pin));
  }, quiet(chip));
}

/**
 * One entry after an EOI for a vector. The EOI carries the vector the CPU saw (of a remapped
 * interrupt the IRTE's) and is compared with the vector field of the entry.
 */
export function afterEoi(raw: bigint, vector: number): bigint {
  const entry = redirectionTableEntry.decode(raw);
  if (entry.trigger !== "level" || entry.vector !== vector || !entry.remoteIrr) return raw;
  return redirectionTableEntry.encode({ ...entry, remoteIrr: false });
}

function readSelected(chip: Ioapic): number {
  switch (chip.selected) {
    case 0:
      return ioapicId.encode({ id: chip.id });
    case 1:
      return ioapicVersion.encode({ version: chip.version, lastPin: chip.entries.length - 1 });
    case 2:
      return ioapicArbitration.encode({ arbitrationId: chip.id & 0xf });
  }
  const { pin, high } = entryAt(chip.selected);
  const entry = chip.entries[pin] ?? 0n;
  return Number(BigInt.asUintN(32, high ? entry >> 32n : entry));
}

function writeSelected(chip: Ioapic, value: number): Step {
  if (chip.selected === 0) return quiet({ ...chip, id: writableId(chip, value) });
  const { pin, high } = entryAt(chip.selected);
  const old = chip.entries[pin];
  if (old === undefined) return quiet(chip);
  const written = high
    ? BigInt.asUintN(32, old) | BigInt(value) << 32n
    : (old >> 32n) << 32n | BigInt(value) & ~READ_ONLY | old & READ_ONLY;
  const changed = withEntry(chip, pin, forgettingEdge(written));
  return isLevel(changed, pin) ? serviceLevel(changed, pin) : quiet(changed);
}

/** The 82093AA has four ID bits. */
function writableId({ version }: Ioapic, value: number): number {
  return ioapicId.decode(value).id & (version < 0x20 ? 0xf : 0xff);
}

function entryAt(selected: number): { readonly pin: number; readonly high: boolean } {
  return { pin: (selected - FIRST_ENTRY) >> 1, high: (selected & 1) === 1 };
}

/**
 * An entry rewritten to edge forgets that it awaits an EOI, which is how Linux ends an interrupt
 * on chips without EOI register. Source: Linux arch/x86/kernel/apic/io_apic.c __eoi_ioapic_pin.
 */
function forgettingEdge(raw: bigint): bigint {
  const entry = redirectionTableEntry.decode(raw);
  return entry.trigger === "edge" && entry.remoteIrr
    ? redirectionTableEntry.encode({ ...entry, remoteIrr: false })
    : raw;
}

/** A masked pin forgets an edge: there is nothing to send later. */
function sendEdge(chip: Ioapic, pin: number): Step {
  return { ioapic: chip, sent: messagesOf(chip, pin) };
}

function serviceLevel(chip: Ioapic, pin: number): Step {
  const entry = entryOf(chip, pin);
  if (entry.trigger !== "level" || !chip.lines[pin] || entry.masked || entry.remoteIrr) {
    return quiet(chip);
  }
  const sent = messagesOf(chip, pin);
  if (!awaitsEoi(entry)) return { ioapic: chip, sent };
  const raw = redirectionTableEntry.encode({ ...entry, remoteIrr: true });
  return { ioapic: withEntry(chip, pin, raw), sent };
}

/** SMI, NMI, INIT and ExtINT are never EOIed, so they leave remote IRR alone. */
function awaitsEoi({ deliveryMode }: RedirectionTableEntry): boolean {
  return deliveryMode === "fixed" || deliveryMode === "lowest";
}

function messagesOf({ entries, flavour }: Ioapic, pin: number): readonly Msi[] {
  const message = messageFromEntry(entries[pin]!, flavour);
  return message ? [message] : [];
}

function entryOf({ entries }: Ioapic, pin: number): RedirectionTableEntry {
  return redirectionTableEntry.decode(entries[pin]!);
}

function isLevel(chip: Ioapic, pin: number): boolean {
  return entryOf(chip, pin).trigger === "level";
}

function withEntry(chip: Ioapic, pin: number, raw: bigint): Ioapic {
  return { ...chip, entries: chip.entries.with(pin, raw) };
}

function quiet(ioapic: Ioapic): Step {
  return { ioapic, sent: [] };
}

function then(first: Step, second: Step): Step {
  return { ioapic: second.ioapic, sent: [...first.sent, ...second.sent] };
}

function requirePin({ entries }: Ioapic, pin: number): void {
  if (pin >= 0 && pin < entries.length && Number.isInteger(pin)) return;
  throw new RangeError(`Cannot move line ${pin}: the I/O APIC has pins 0 to ${entries.length - 1}`);
}
