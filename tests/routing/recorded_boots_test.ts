/** Every recorded boot: the words found in hardware, the moves that arrived or not, the outcome. */
import assert from "node:assert/strict";
import { parseMachine } from "../../lib/machine/parse_machine.ts";
import { follow } from "../../lib/routing/follow.ts";
import type { Booted, Interrupt } from "../../lib/routing/interrupt.ts";
import { move } from "../../lib/routing/move.ts";
import { type BootAnswer, bootOutcome } from "../../lib/routing/outcome.ts";
import { type HardwareWord, type InterruptTarget, program } from "../../lib/routing/program.ts";
import { reach } from "../../lib/routing/reach.ts";
import { remappableAddressLow } from "../../lib/x86/msi_address.ts";
import { readRedirectionTableEntry } from "../../lib/x86/redirection_table_entry.ts";
import {
  type ObservedHpetMessage,
  type ObservedMessage,
  type ObservedMove,
  type RecordedBoot,
  recordedBoots,
} from "../boots/boots.ts";

type Pin = Extract<ObservedMessage, { source: "ioapic" }>;
type Msi = Exclude<ObservedMessage, Pin>;

interface Case extends RecordedBoot {
  readonly booted: Booted & { readonly boot: BootAnswer };
}

const cases: readonly Case[] = (await recordedBoots())
  .filter(({ observed }) => !observed.emulatorArtefact)
  .map((recorded) => {
    const machine = parseMachine(recorded.machine, { file: recorded.name });
    return { ...recorded, booted: { machine, boot: bootOutcome(machine) } };
  });

Deno.test.each(cases)(
  "$name: every word in hardware is the one Linux is said to write",
  (recorded) => {
    const { booted, observed } = recorded;
    for (const message of observed.messages) assertMessage(booted, message);
    for (const message of observed.hpetMessages) assertHpetMessage(booted, message);
  },
);

Deno.test.each(cases)("$name: what arrived is reachable, what was lost is lost", (recorded) => {
  for (const move of recorded.observed.moves) assertMove(recorded, move);
});

Deno.test.each(cases)("$name: writes to smp_affinity end as recorded", (recorded) => {
  for (const seen of recorded.observed.moves) assertWrite(recorded, seen);
});

Deno.test.each(cases)("$name: outcome", ({ booted: { boot }, observed }) => {
  const lossy = !observed.finished || observed.moves.some(({ lost }) => lost);
  const found = { outcome: boot.outcome, lost: boot.lost.length > 0 };
  assert.deepEqual(
    found,
    { outcome: lossy ? "lossy" : "up", lost: lossy },
    JSON.stringify(boot.lost),
  );
});

function assertMessage(booted: Booted, message: ObservedMessage): void {
  if (message.source === "ioapic") assertPin(booted, message);
  else assertMsi(booted, message);
}

/** Bits 12 and 14, delivery status and remote IRR, are hardware's own. */
const READ_ONLY = 0x5000n;

function assertPin(booted: Booted, { pin, rte, cpu, apicId }: Pin): void {
  const word = BigInt(`0x${rte}`);
  const entry = readRedirectionTableEntry(word);
  const index = entry.kind === "remappable" ? { index: entry.index } : {};
  const { trigger, activeLow, masked } = entry;
  const device = `ioapic:${booted.machine.ioapics[0]!.id}`;
  const interrupt = {
    source: "ioapic",
    device,
    pin,
    trigger,
    activeLow,
    masked,
    ...index,
  } as const;
  const found = wordOf(booted, interrupt, { cpu, apicId, vector: entry.vector });
  assert.ok(found.kind === "redirectionEntry");
  assert.equal(found.entry.toString(16), (word & ~READ_ONLY).toString(16), `pin ${pin}`);
}

function assertMsi(booted: Booted, message: Msi): void {
  const { device, cpu, apicId } = message;
  const [addressLow, addressHigh, data] = [message.addressLow, message.addressHigh, message.data]
    .map((digits) => parseInt(digits, 16)) as [number, number, number];
  const interrupt = { source: "msi", device, index: indexOf(addressLow, data) } as const;
  const found = wordOf(booted, interrupt, { cpu, apicId, vector: data & 0xff });
  assert.deepEqual(found, { kind: "message", words: { addressLow, addressHigh, data } }, device);
}

/** A remapped message names its table entry; in AMD's the address names nobody. */
function indexOf(addressLow: number, data: number): number {
  const { remappable, handle0to14, handle15 } = remappableAddressLow.decode(addressLow);
  return remappable ? handle15 << 15 | handle0to14 : data & 0x7ff;
}

function assertHpetMessage(booted: Booted, { cpu, apicId, ...message }: ObservedHpetMessage): void {
  const [address, data] = [parseInt(message.address, 16), parseInt(message.data, 16)];
  const device = `hpet:${booted.machine.hpet!.id}`;
  const found = wordOf(booted, { source: "hpet", device }, { cpu, apicId, vector: data & 0xff });
  const route = BigInt(address) << 32n | BigInt(data);
  assert.deepEqual(found, { kind: "hpetRoute", route }, `timer ${message.timer}`);
}

function wordOf(booted: Booted, interrupt: Interrupt, target: InterruptTarget): HardwareWord {
  const programming = program(booted, interrupt, target);
  assert.ok(programming.kind === "programmed", `${interrupt.device} has no parent`);
  return programming.hardware;
}

const ANY_VECTOR = 0x31;

function assertMove({ booted, observed }: Case, move: ObservedMove): void {
  if (!move.delivered && !move.lost) return;
  const { cpu, apicId } = move;
  if (isBy8259(booted, move)) {
    // Without I/O APICs a line goes through the 8259 to the boot CPU, by no message at all.
    assert.equal(apicId, booted.machine.firmware.bootApicId);
    return;
  }
  const interrupt = interruptOf(booted, observed.messages, move);
  const { end, because } = follow(booted, interrupt, { cpu, apicId, vector: ANY_VECTOR });
  const what = `${move.source} to APIC ID ${apicId}: ${because}`;
  assert.equal(end === "delivered", move.delivered, what);
  assert.equal(reach(booted, interrupt.source).ids.has(apicId), move.delivered, what);
  const isLost = booted.boot.lost.some((pair) =>
    pair.device === interrupt.device && pair.apicId === apicId
  );
  assert.equal(isLost, move.lost, what);
}

/** The write, and the CPU that affinity speaks of afterwards. */
function assertWrite({ booted, observed }: Case, seen: ObservedMove): void {
  const found = move(booted, interruptOf(booted, observed.messages, seen), seen.cpu);
  const what = `${seen.source} to CPU ${seen.cpu}: ${found.because}`;
  assert.equal(found.kind !== "refused", seen.accepted, what);
  if (seen.effective === null) return;
  const isThere = seen.effective === `${seen.cpu}`;
  if (found.kind !== "moved") assert.equal(isThere, false, what);
  else if (found.when === "atOnce" || seen.delivered) assert.equal(isThere, true, what);
}

function isBy8259({ boot: { chips } }: Booted, { source }: ObservedMove): boolean {
  return source.startsWith("ioapic") && chips.ioapic === undefined;
}

function interruptOf(
  { machine }: Booted,
  messages: readonly ObservedMessage[],
  { irq, source }: ObservedMove,
): Interrupt {
  if (source.startsWith("ioapic")) {
    const device = `ioapic:${machine.ioapics[0]!.id}`;
    return { source: "ioapic", device, pin: irq, trigger: "edge", activeLow: false };
  }
  const message = messages.find((message) => message.irq === irq && message.source !== "ioapic");
  const device = message && "device" in message ? message.device : firstUser(machine, source);
  return { source: "msi", device };
}

const CLASS_CODES: Readonly<Record<string, string>> = { ahci: "0106", eth: "0200", nvme: "0108" };

/** A stalled recording's moves name the driver; its device is told by the class code. */
function firstUser({ devices }: Booted["machine"], source: string): string {
  const driver = /-(ahci|eth|nvme)/.exec(source)?.[1] ?? "";
  const found = devices.find((each) => each.class.startsWith(CLASS_CODES[driver] ?? "?"));
  assert.ok(found, `no device of ${source}`);
  return found.bdf;
}
