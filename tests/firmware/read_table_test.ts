import assert from "node:assert/strict";
import { bytesOfHex } from "../../lib/firmware/hex.ts";
import { buildDmar } from "../../lib/firmware/dmar.ts";
import { buildIvrs, type IvrsEntry } from "../../lib/firmware/ivrs.ts";
import { buildFadt } from "../../lib/firmware/fadt.ts";
import { readTable } from "../../lib/firmware/read_table.ts";

Deno.test("a Firecracker guest's MADT lists its I/O APIC and two processors", () => {
  const table = bytesOfHex(
    "4150494348000000065646495245434b4643564d4d4144540000000046434154190124200000e0fe00000000" +
      "010c00000000c0fe0000000000080000010000000008010101000000",
  );
  assert.deepEqual(readTable(table!), {
    localApicAddress: "0xfee00000",
    flags: "0x0",
    cpus: [
      { type: 0, apicId: "0x0", uid: 0, enabled: true },
      { type: 0, apicId: "0x1", uid: 1, enabled: true },
    ],
    ioapics: [{ id: 0, address: "0xfec00000", gsiBase: 0 }],
    overrides: [],
  });
});

Deno.test("its HPET table tells the timer block", () => {
  const table = bytesOfHex(
    "485045543800000001464d4f44454c20564543544f52532001000000544553540100000001a28680004000000000d0fe" +
      "0000000000800000",
  );
  assert.deepEqual(readTable(table!), {
    eventTimerBlockId: "0x8086a201",
    comparators: 3,
    counter64: true,
    legacyReplacement: true,
    vendor: "0x8086",
    address: "0xfed00000",
    hpetNumber: 0,
    minTick: 128,
  });
});

Deno.test("a DMAR's units take devices, whole bridges, I/O APICs and HPETs", () => {
  const path = [{ device: 0x1f, function: 7 }];
  const at = { flags: 0, enumerationId: 0, startBus: 0xf0 };
  const unit = {
    kind: "drhd",
    flags: 0,
    pages: 0,
    segment: 1,
    registerBase: 0xd_fed9_0000n,
  } as const;
  const table = buildDmar({
    hostAddressWidth: 45,
    flags: 3,
    entries: [
      {
        ...unit,
        scopes: [
          { ...at, kind: "endpoint", path },
          { ...at, kind: "bridge", startBus: 0, path: [{ device: 1, function: 0 }] },
          {
            ...at,
            kind: "endpoint",
            startBus: 0,
            path: [{ device: 1, function: 0 }, { device: 0, function: 1 }],
          },
          { ...at, kind: "namespaceDevice", path },
        ],
      },
      {
        ...unit,
        flags: 1,
        scopes: [
          { ...at, kind: "ioapic", enumerationId: 8, path },
          { ...at, kind: "hpet", enumerationId: 1, path },
          { ...at, kind: "ioapic", enumerationId: 9, path },
        ],
      },
    ],
  });
  const common = { address: "0xdfed90000", segment: 1, ir: null, eim: null };
  assert.deepEqual(readTable(table), {
    vendor: "intel",
    intrRemapFlag: true,
    x2apicOptOut: true,
    units: [
      {
        ...common,
        includeAll: false,
        ioapics: [],
        hpets: [],
        devices: ["0001:f0:1f.7", "0001:00:01.0", "0001:00:01.0/00.1"],
      },
      { ...common, includeAll: true, ioapics: [8, 9], hpets: [1], devices: [] },
    ],
  });
});

const head = { flags: 0, requesterId: 2, capabilityOffset: 64, base: 0n, segment: 0, info: 0 };
const ioapic = { kind: "special", data: 0xd7, handle: 32, requesterId: 0xa0, variety: 1 } as const;
const hpet = { ...ioapic, handle: 0, variety: 2 } as const;
const ivhd10 = {
  ...head,
  kind: "ivhd10",
  featureReporting: 0x41,
  devices: [ioapic, hpet],
} as const;
const ivhd11 = {
  ...head,
  kind: "ivhd11",
  attributes: 0,
  efrImage: 0x84n,
  efr2Image: 0n,
  devices: [hpet, ioapic],
} as const;
const ioapics = [{ id: 32, requesterId: "0x00a0" }];
const hpets = [{ id: 0, requesterId: "0x00a0" }];

Deno.test.each<{ what: string; entries: IvrsEntry[]; says: object }>([
  {
    what: "type 10h alone",
    entries: [ivhd10],
    says: { ivhdTypes: ["0x10"], efr: null, ga: true, xt: true, ioapics, hpets },
  },
  {
    what: "types 10h, 11h and 40h of one unit: 40h",
    entries: [ivhd10, ivhd11, { ...ivhd11, kind: "ivhd40", efrImage: 0x80n, devices: [ioapic] }],
    says: {
      ivhdTypes: ["0x10", "0x11", "0x40"],
      efr: "0x80",
      ga: true,
      xt: false,
      ioapics,
      hpets: [],
    },
  },
  {
    what: "two units of type 11h, one without 128-bit entries",
    entries: [ivhd11, { ...ivhd11, requesterId: 0x4002, efrImage: 4n, devices: [] }],
    says: { ivhdTypes: ["0x11"], efr: "0x84", ga: false, xt: true, ioapics, hpets },
  },
  {
    what: "no unit",
    entries: [],
    says: { ivhdTypes: [], efr: null, ga: false, xt: false, ioapics: [], hpets: [] },
  },
])("an IVRS is read from $what", ({ entries, says }) => {
  const answer = readTable(buildIvrs({ ivInfo: 0, entries }));
  assert.deepEqual(answer, { vendor: "amd", ...says });
});

Deno.test("an FADT tells its revision and whether destinations must be physical", () => {
  const table = buildFadt({ flags: 1 << 19, header: { revision: 4 }, entries: [] });
  assert.deepEqual(readTable(table), { fadtRevision: 4, fadtPhysical: true });
});
