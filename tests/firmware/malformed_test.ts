import assert from "node:assert/strict";
import { buildDmar, parseDmar } from "../../lib/firmware/dmar.ts";
import { buildIvrs, parseIvrs } from "../../lib/firmware/ivrs.ts";
import { buildMadt, parseMadt } from "../../lib/firmware/madt.ts";
import { isMalformed, type Malformed, malformedText } from "../../lib/firmware/malformed.ts";
import { readTable } from "../../lib/firmware/read_table.ts";
import { sound } from "./tables.ts";

const madt = buildMadt({
  localApicAddress: 0xfee0_0000,
  flags: 1,
  entries: [
    { kind: "ioapic", ioapicId: 0, address: 0xfec0_0000, gsiBase: 0 },
    { kind: "lapic", acpiProcessorUid: 0, apicId: 0, flags: 1 },
  ],
});

const dmar = buildDmar({
  hostAddressWidth: 38,
  flags: 1,
  entries: [{
    kind: "drhd",
    flags: 0,
    pages: 0,
    segment: 0,
    registerBase: 0xfed9_0000n,
    scopes: [
      {
        kind: "hpet",
        flags: 0,
        enumerationId: 0,
        startBus: 0,
        path: [{ device: 15, function: 0 }],
      },
      { kind: "ioapic", flags: 0, enumerationId: 2, startBus: 0xf0, path: [] },
    ],
  }],
});

const ivrs = buildIvrs({
  ivInfo: 0,
  entries: [{
    kind: "ivhd10",
    flags: 0,
    requesterId: 2,
    capabilityOffset: 0,
    base: 0n,
    segment: 0,
    info: 0,
    featureReporting: 0,
    devices: [{ kind: "all", data: 0 }, {
      kind: "special",
      data: 0,
      handle: 0,
      requesterId: 0xa0,
      variety: 1,
    }],
  }],
});

Deno.test.each([
  {
    bytes: changed(madt, { 0: 0x58 }),
    parse: parseMadt,
    says: 'Cannot read APIC at byte 0: signature "XPIC"; this table\'s is "APIC"',
  },
  {
    bytes: madt.subarray(0, 60),
    parse: parseMadt,
    says: "Cannot read APIC at byte 4: length 64; only 60 bytes are given",
  },
  {
    bytes: changed(madt, { 4: 43 }),
    parse: parseMadt,
    says: "Cannot read APIC at byte 4: length 43; APIC has at least 44",
  },
  {
    bytes: changed(madt, { 45: 0 }),
    parse: parseMadt,
    says: "Cannot read APIC at ioapic 0, byte 44: length 0; I/O APIC takes at least 12 bytes",
  },
  {
    bytes: changed(madt, { 57: 9 }),
    parse: parseMadt,
    says: "Cannot read APIC at lapic 1, byte 56: length 9; only 8 bytes are left",
  },
  {
    bytes: changed(madt, { 56: 200, 57: 1 }),
    parse: parseMadt,
    says: "Cannot read APIC at MADT entry 1, byte 56: length 1; MADT entry takes at least 2 bytes",
  },
  {
    bytes: changed(madt, { 4: 57 }),
    parse: parseMadt,
    says: "Cannot read APIC at byte 56: 1 bytes left; MADT entry takes at least 2 bytes",
  },
  {
    bytes: changed(dmar, { 73: 5 }),
    parse: parseDmar,
    says:
      "Cannot read DMAR at drhd 0, ioapic 1, byte 72: length 5; device scope takes at least 6 bytes",
  },
  {
    bytes: changed(dmar, { 65: 7 }),
    parse: parseDmar,
    says: "Cannot read DMAR at drhd 0, hpet 0, byte 70: a path of 1 bytes; a path is pairs of " +
      "device and function",
  },
  {
    bytes: changed(ivrs, { 72: 0xf1 }),
    parse: parseIvrs,
    says: "Cannot read IVRS at ivhd10 0, IVHD device entry 0, byte 72: length 0; " +
      "IVHD device entry takes at least 1 bytes",
  },
  {
    bytes: new Uint8Array(3),
    parse: readTable,
    says: 'Cannot read an ACPI table at byte 0: signature ""; the known ones are APIC, DMAR, ' +
      "IVRS, HPET, FACP",
  },
])("$says", ({ bytes, parse, says }) => {
  const answer = parse(bytes);
  assert(isMalformed(answer));
  assert.equal(malformedText(answer as Malformed), says);
});

Deno.test("a wrong checksum is told, and the table read all the same", () => {
  const { checksumFits, entries } = sound(parseMadt(changed(madt, { 9: madt[9]! + 1 })));
  assert.equal(checksumFits, false);
  assert.equal(entries.length, 2);
});

Deno.test("an entry of an unknown type is kept raw and skipped by its length", () => {
  const { entries } = sound(parseMadt(changed(madt, { 44: 0x7f })));
  assert.deepEqual(entries.map(({ kind }) => kind), ["unknown", "lapic"]);
  assert.deepEqual(entries[0], {
    kind: "unknown",
    type: 0x7f,
    bytes: changed(madt, { 44: 0x7f }).slice(44, 56),
  });
});

Deno.test("an entry longer than its layout keeps the bytes of the newer revision", () => {
  const longer = {
    kind: "lapic",
    acpiProcessorUid: 1,
    apicId: 2,
    flags: 1,
    extra: Uint8Array.of(7, 8),
  } as const;
  const bytes = buildMadt({ localApicAddress: 0, flags: 0, entries: [longer] });
  assert.equal(bytes[45], 10);
  assert.deepEqual(sound(parseMadt(bytes)).entries, [longer]);
});

Deno.test("a field too wide for its bytes is not built", () => {
  const entries = [{ kind: "lapic", acpiProcessorUid: 0, apicId: 300, flags: 1 }] as const;
  assert.throws(
    () => buildMadt({ localApicAddress: 0, flags: 0, entries }),
    new RangeError(
      'Cannot encode "APIC ID, 0–254; 255 marks an unused entry": 300 is outside 0 … 255',
    ),
  );
});

Deno.test("an entry too long for its length field is not built", () => {
  const extra = new Uint8Array(250);
  const entries = [{ kind: "lapic", acpiProcessorUid: 0, apicId: 0, flags: 1, extra }] as const;
  assert.throws(
    () => buildMadt({ localApicAddress: 0, flags: 0, entries }),
    /its length field holds 255/,
  );
});

function changed(bytes: Uint8Array, at: Readonly<Record<number, number>>): Uint8Array {
  const copy = new Uint8Array(bytes);
  for (const [offset, byte] of Object.entries(at)) copy[Number(offset)] = byte;
  return copy;
}
