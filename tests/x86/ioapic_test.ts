import assert from "node:assert/strict";
import fc from "fast-check";
import {
  afterEoi,
  endOfInterrupt,
  EOI,
  type Ioapic,
  ioapic,
  IOREGSEL,
  IOWIN,
  pinOfGsi,
  readBlock,
  setLine,
  type Step,
  writeBlock,
} from "../../lib/x86/ioapic.ts";
import { isaRoute } from "../../lib/x86/isa.ts";
import { redirectionTableEntry } from "../../lib/x86/redirection_table_entry.ts";

type Entry = Parameters<typeof redirectionTableEntry.encode>[0];

function write(chip: Ioapic, register: number, value: number): Step {
  return writeBlock(writeBlock(chip, IOREGSEL, register).ioapic, IOWIN, value);
}

function read(chip: Ioapic, register: number): number {
  return readBlock(writeBlock(chip, IOREGSEL, register).ioapic, IOWIN);
}

function program(chip: Ioapic, pin: number, entry: Entry): Ioapic {
  const raw = redirectionTableEntry.encode(entry);
  const high = write(chip, 0x11 + 2 * pin, Number(raw >> 32n)).ioapic;
  return write(high, 0x10 + 2 * pin, Number(raw & 0xffff_ffffn)).ioapic;
}

function entryOf(chip: Ioapic, pin: number) {
  return redirectionTableEntry.decode(chip.entries[pin]!);
}

const LEVEL = { vector: 0x41, trigger: "level", destId0to7: 1 } as const;
const EDGE = { vector: 0x41, trigger: "edge", destId0to7: 1 } as const;

Deno.test("after reset every pin is masked and silent", () => {
  const chip = ioapic();
  for (let pin = 0; pin < 24; pin++) {
    assert.equal(read(chip, 0x10 + 2 * pin), 0x1_0000);
    assert.deepEqual(setLine(chip, pin, true).sent, []);
  }
});

Deno.test("version tells the last pin, identification keeps four bits on an 82093AA", () => {
  assert.equal(read(ioapic({ version: 0x11, pins: 24 }), 1), 0x0017_0011);
  assert.equal(read(ioapic({ version: 0x20, pins: 120 }), 1), 0x0077_0020);
  assert.equal(read(write(ioapic({ version: 0x11 }), 0, 0xff00_0000).ioapic, 0), 0x0f00_0000);
  assert.equal(read(write(ioapic({ version: 0x20 }), 0, 0xff00_0000).ioapic, 0), 0xff00_0000);
  assert.equal(read(ioapic({ id: 5 }), 2), 0x0500_0000);
});

Deno.test("entries read back as written, but for delivery status and remote IRR", () => {
  const words = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  fc.assert(fc.property(words, fc.integer({ min: 0, max: 23 }), (raw, pin) => {
    const high = write(ioapic(), 0x11 + 2 * pin, Number(raw >> 32n)).ioapic;
    const chip = write(high, 0x10 + 2 * pin, Number(raw & 0xffff_ffffn)).ioapic;
    assert.equal(read(chip, 0x11 + 2 * pin), Number(raw >> 32n));
    assert.equal(read(chip, 0x10 + 2 * pin), Number(raw & 0xffff_afffn));
  }));
});

Deno.test("registers that are not there read as zero and swallow writes", () => {
  const chip = ioapic({ pins: 24 });
  for (const register of [3, 0x0f, 0x40, 0xff]) {
    assert.equal(read(chip, register), 0);
    assert.deepEqual(write(chip, register, 0xffff_ffff).ioapic.entries, chip.entries);
  }
  assert.equal(readBlock(chip, 0x20), 0);
});

Deno.test("an edge is one message; while masked it is lost for good", () => {
  const chip = program(ioapic(), 9, EDGE);
  const rise = setLine(chip, 9, true);
  assert.equal(rise.sent.length, 1);
  assert.deepEqual(setLine(rise.ioapic, 9, true).sent, []);
  assert.deepEqual(setLine(rise.ioapic, 9, false).sent, []);
  const masked = setLine(program(ioapic(), 9, { ...EDGE, masked: true }), 9, true).ioapic;
  assert.equal(write(masked, 0x10 + 18, 0x41).sent.length, 0);
});

Deno.test("a level line sends once, waits for its EOI, and sends again while it stays up", () => {
  const up = setLine(program(ioapic(), 9, LEVEL), 9, true);
  assert.equal(up.sent.length, 1);
  assert.equal(entryOf(up.ioapic, 9).remoteIrr, true);
  assert.deepEqual(setLine(up.ioapic, 9, true).sent, []);
  const again = endOfInterrupt(up.ioapic, 0x41);
  assert.equal(again.sent.length, 1);
  const down = setLine(again.ioapic, 9, false).ioapic;
  const done = endOfInterrupt(down, 0x41);
  assert.deepEqual([done.sent.length, entryOf(done.ioapic, 9).remoteIrr], [0, false]);
});

Deno.test("unmasking a level pin whose line is up sends", () => {
  const up = setLine(program(ioapic(), 9, { ...LEVEL, masked: true }), 9, true);
  assert.deepEqual(up.sent, []);
  assert.equal(write(up.ioapic, 0x10 + 18, 0x8041).sent.length, 1);
});

Deno.test("an EOI reaches every level entry with its vector and no other", () => {
  let chip = ioapic();
  for (const [pin, vector] of [[1, 0x41], [2, 0x41], [3, 0x42]] as const) {
    chip = setLine(program(chip, pin, { ...LEVEL, vector }), pin, true).ioapic;
  }
  const { ioapic: after, sent } = endOfInterrupt(chip, 0x41);
  assert.equal(sent.length, 2);
  assert.deepEqual([1, 2, 3].map((pin) => entryOf(after, pin).remoteIrr), [true, true, true]);
  const lowered = setLine(setLine(after, 1, false).ioapic, 3, false).ioapic;
  const last = endOfInterrupt(lowered, 0x41).ioapic;
  assert.deepEqual([1, 2, 3].map((pin) => entryOf(last, pin).remoteIrr), [false, true, true]);
});

Deno.test("an EOI leaves an edge entry with its vector alone", () => {
  const awaits = { ...EDGE, vector: 0x41, remoteIrr: true };
  const pin = redirectionTableEntry.encode(awaits);
  const chip = { ...ioapic(), entries: ioapic().entries.with(3, pin) };
  const { ioapic: after, sent } = endOfInterrupt(chip, 0x41);
  assert.deepEqual([after.entries[3], sent], [pin, []]);
});

Deno.test("the EOI register works from version 0x20 on; older chips forget by turning to edge", () => {
  const held = (version: number) =>
    setLine(setLine(program(ioapic({ version }), 9, LEVEL), 9, true).ioapic, 9, false).ioapic;
  assert.equal(entryOf(writeBlock(held(0x20), EOI, 0x41).ioapic, 9).remoteIrr, false);
  assert.equal(entryOf(writeBlock(held(0x11), EOI, 0x41).ioapic, 9).remoteIrr, true);
  const edge = write(held(0x11), 0x10 + 18, 0x1_0041).ioapic;
  assert.equal(entryOf(write(edge, 0x10 + 18, 0x8041).ioapic, 9).remoteIrr, false);
});

Deno.test.each([
  { deliveryMode: "fixed" as const, awaits: true },
  { deliveryMode: "lowest" as const, awaits: true },
  { deliveryMode: "nmi" as const, awaits: false },
  { deliveryMode: "smi" as const, awaits: false },
  { deliveryMode: "init" as const, awaits: false },
  { deliveryMode: "extint" as const, awaits: false },
])("a level $deliveryMode sets remote IRR: $awaits", ({ deliveryMode, awaits }) => {
  const { ioapic: chip } = setLine(program(ioapic(), 9, { ...LEVEL, deliveryMode }), 9, true);
  assert.equal(entryOf(chip, 9).remoteIrr, awaits);
});

Deno.test("masked pins deliver nothing, whatever happens to their lines", () => {
  const moves = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.boolean()), { maxLength: 30 });
  const triggers = fc.array(fc.constantFrom("edge", "level" as const), {
    minLength: 4,
    maxLength: 4,
  });
  fc.assert(fc.property(moves, triggers, (moves, triggers) => {
    let chip = triggers.reduce<Ioapic>(
      (chip, trigger, pin) => program(chip, pin, { ...EDGE, trigger, masked: true }),
      ioapic(),
    );
    for (const [pin, asserted] of moves) {
      const step = setLine(chip, pin, asserted);
      assert.deepEqual(step.sent, []);
      chip = endOfInterrupt(step.ioapic, 0x41).ioapic;
    }
  }));
});

Deno.test("a remapped pin's EOI carries the entry's own vector, or misses it", () => {
  const raw = 0x000b_0000_0000_c010n;
  assert.equal(afterEoi(raw, 0x41), raw);
  assert.equal(afterEoi(raw, 0x10), 0x000b_0000_0000_8010n);
});

Deno.test("a GSI finds its pin by the base, an ISA interrupt by its override", () => {
  const second = ioapic({ gsiBase: 24, pins: 8 });
  assert.deepEqual([23, 24, 31, 32].map((gsi) => pinOfGsi(second, gsi)), [null, 0, 7, null]);
  const overrides = [{ irq: 0, gsi: 2, flags: 0 }, { irq: 9, gsi: 9, flags: 0xf }, {
    irq: 5,
    gsi: 5,
    flags: 0x5,
  }];
  assert.deepEqual(isaRoute(0, overrides), { gsi: 2, trigger: "edge", activeLow: false });
  assert.deepEqual(isaRoute(9, overrides), { gsi: 9, trigger: "level", activeLow: true });
  assert.deepEqual(isaRoute(5, overrides), { gsi: 5, trigger: "edge", activeLow: false });
  assert.deepEqual(isaRoute(1, overrides), { gsi: 1, trigger: "edge", activeLow: false });
});

Deno.test("pins that are not there are misuse", () => {
  assert.throws(() => ioapic({ pins: 241 }), /^RangeError: Cannot make an I\/O APIC: 241 pins/);
  assert.throws(() => setLine(ioapic(), 24, true), { message: /^Cannot move line 24/ });
});
