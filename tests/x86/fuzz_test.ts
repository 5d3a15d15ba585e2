import assert from "node:assert/strict";
import type { Register } from "../../lib/bits/register.ts";
import { AMD_FLAVOURS } from "../../lib/x86/amd_flavour.ts";
import { remapAmd } from "../../lib/x86/amd_remap.ts";
import { deliver } from "../../lib/x86/deliver.ts";
import {
  IOAPIC_RULES,
  type IoapicFlavour,
  messageFromEntry,
} from "../../lib/x86/ioapic_message.ts";
import { endOfInterrupt, ioapic, setLine, writeBlock } from "../../lib/x86/ioapic.ts";
import { lapic } from "../../lib/x86/lapic.ts";
import { lapicRules } from "../../lib/x86/lapic_rules.ts";
import { messageFromMsi, readMsi } from "../../lib/x86/msi_message.ts";
import { VTD_FLAVOURS } from "../../lib/x86/vtd_flavour.ts";
import { remapVtd } from "../../lib/x86/vtd_remap.ts";
import { LAYOUTS } from "../../lib/x86/words.ts";
import { fuzzRuns, fuzzSeed, randomWords } from "../firmware/fuzz.ts";

const MILLION = 1_000_000;

/** Words of any width: noise, a few set bits, or all ones. */
function wordsOf(next: () => number): (width: number) => bigint {
  const noise = (width: number) => {
    let word = 0n;
    for (let at = 0; at < width; at += 32) word |= BigInt(next()) << BigInt(at);
    return BigInt.asUintN(width, word);
  };
  return (width) => {
    if (next() % 8 === 0) return (1n << BigInt(width)) - 1n;
    return next() % 2 ? noise(width) : 1n << BigInt(next() % width) | 1n << BigInt(next() % width);
  };
}

function fuzz(
  name: string,
  runs: number,
  once: (word: (width: number) => bigint, next: () => number) => void,
) {
  Deno.test(name, () => {
    const seed = fuzzSeed();
    const next = randomWords(seed), word = wordsOf(next);
    try {
      for (let run = fuzzRuns(runs); run > 0; run--) once(word, next);
    } catch (cause) {
      throw new Error(`with IRQSCOPE_SEED=${seed}`, { cause });
    }
  });
}

for (const [name, layout] of Object.entries(LAYOUTS)) {
  const { width, decode, encode, misused } = layout as unknown as Register<Record<never, never>>;
  fuzz(`a million random words into ${name} come back as they were`, MILLION, (word) => {
    const raw = width <= 32 ? Number(word(width)) : word(width);
    misused(raw);
    if (encode(decode(raw)) !== raw) assert.fail(`${raw.toString(16)} does not come back`);
  });
}

fuzz(
  "a million random messages are read, remapped and delivered, or lost with a reason",
  MILLION,
  (word, next) => {
    const msi = { address: word(64), data: Number(word(32)) };
    const reading = readMsi(msi);
    assert.ok(reading.kind === "remappable" || reading.destId15 < 2 ** 15);
    const request = {
      ...msi,
      address: 0xfee0_0000n | msi.address & 0xf_ffffn,
      requesterId: next() & 0xffff,
    };
    const bit = (at: number) => (next() >>> at & 1) === 1;
    const vtd = remapVtd(request, {
      enabled: bit(0),
      compatibilityFormat: bit(1),
      extendedInterruptMode: bit(2),
      entries: 65536,
      read: () => next() % 16 ? word(128) : undefined,
    }, pick(Object.values(VTD_FLAVOURS), next));
    const device = { valid: bit(3), interrupt: word(64), read: () => word(128) };
    const amd = remapAmd(request, {
      enabled: bit(4),
      guestApic: bit(5),
      xt: bit(6),
      tables2048: bit(7),
      device: () => next() % 16 ? device : undefined,
    }, pick(Object.values(AMD_FLAVOURS), next));
    for (const outcome of [vtd, amd]) {
      const message = outcome.kind === "remapped" ? outcome.message : messageFromMsi(msi, "kvm32");
      const { takers, lost } = deliver(message, LAPICS, pick(RULES, next));
      assert.equal(lost === null, takers.length > 0);
    }
  },
);

const LAPICS = [0, 1, 44, 255, 256, 300, 0x8000].flatMap((id, n) => [
  lapic({ id, mode: "x2apic" }),
  lapic({ id, mode: "xapic", ldr: n * 16 + 1, destFormat: n % 2 ? "flat" : "cluster" }),
]);
const RULES = (["arch", "kvm", "qemu-tcg", "xen"] as const).map((name) => lapicRules(name));

fuzz(
  "a hundred thousand random writes and line moves leave every I/O APIC sane",
  100_000,
  (word, next) => {
    const flavour = pick(Object.keys(IOAPIC_RULES) as IoapicFlavour[], next);
    let chip = ioapic({ flavour, version: next() % 2 ? 0x20 : 0x11, pins: 1 + next() % 4 });
    for (let move = 0; move < 8; move++) {
      const step = [
        () => writeBlock(chip, [0x00, 0x10, 0x40][next() % 3]!, Number(word(32))),
        () => setLine(chip, next() % chip.entries.length, next() % 2 === 1),
        () => endOfInterrupt(chip, next() & 0xff),
      ][next() % 3]!();
      chip = step.ioapic;
      for (const { address } of step.sent) assert.equal(address >> 20n, 0xfeen);
      for (const entry of chip.entries) messageFromEntry(entry, flavour);
    }
  },
);

function pick<T>(from: readonly T[], next: () => number): T {
  return from[next() % from.length]!;
}
