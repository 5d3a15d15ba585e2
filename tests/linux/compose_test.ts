import assert from "node:assert/strict";
import fc from "fast-check";
import type { ApicState } from "../../lib/linux/boot.ts";
import { destinationOf } from "../../lib/linux/compose_destination.ts";
import { composeHpetRoute } from "../../lib/linux/compose_hpet.ts";
import { composeIntcapxt } from "../../lib/linux/compose_intcapxt.ts";
import {
  composeAmdMessage,
  composeDmarMessage,
  composeMessage,
  composeVtdMessage,
  droppedBits,
  type MessageWords,
} from "../../lib/linux/compose_message.ts";
import { composeRedirectionEntry } from "../../lib/linux/compose_redirection_entry.ts";
import { type Era, eraOf } from "../../lib/linux/eras.ts";
import { msiAddressLow } from "../../lib/x86/msi_address.ts";
import { redirectionTableEntry } from "../../lib/x86/redirection_table_entry.ts";

const apicStates = {
  flat: { driver: "flat", mode: "xapic", destMode: "logical", destId: "cpuBit" },
  physicalFlat: { driver: "physical flat", mode: "xapic", destMode: "physical", destId: "apicId" },
  physical: { driver: "physical x2apic", mode: "x2apic", destMode: "physical", destId: "apicId" },
  cluster: { driver: "cluster x2apic", mode: "x2apic", destMode: "logical", destId: "cluster" },
} as const;

type Flavour = keyof typeof apicStates | "extended" | "flat41";

function apicOf(flavour: Flavour): ApicState {
  const plain = { deliveryMode: "fixed", maxApicId: null, extDestId: false } as const;
  switch (flavour) {
    case "extended":
      return { ...plain, ...apicStates.physical, extDestId: true };
    case "flat41":
      return { ...plain, ...apicStates.flat, deliveryMode: "lowestPriority" };
    default:
      return { ...plain, ...apicStates[flavour] };
  }
}

const linux = (version: string, release = version) => eraOf({ version, release });
const eras = { "4.1": linux("4.1"), "5.10": linux("5.10"), "6.1": linux("6.1") } as const;

const hex = (word: number) => word.toString(16).padStart(8, "0");
const texts = ({ addressLow, addressHigh, data }: MessageWords) =>
  [addressLow, addressHigh, data].map(hex);
const entryText = (entry: bigint) => entry.toString(16).padStart(16, "0");
const VECTOR = 0x31;
const edge = { trigger: "edge", activeLow: false } as const;
const levelMasked = { trigger: "level", activeLow: true, masked: true } as const;

interface Row {
  readonly flavour: Flavour;
  readonly apicId: number;
  readonly cpu?: number;
  readonly version?: keyof typeof eras;
  readonly words: readonly string[];
  readonly entry: string;
  readonly masked?: string;
}

Deno.test.each<Row>([
  {
    flavour: "physicalFlat",
    apicId: 5,
    words: ["fee05000", "00000000", "00000031"],
    entry: "0500000000000031",
    masked: "050000000001a031",
  },
  {
    flavour: "flat",
    apicId: 9,
    cpu: 2,
    words: ["fee04004", "00000000", "00000031"],
    entry: "0400000000000831",
    masked: "040000000001a831",
  },
  {
    flavour: "physical",
    apicId: 0xff,
    words: ["feeff000", "00000000", "00000031"],
    entry: "ff00000000000031",
    masked: "ff0000000001a031",
  },
  {
    flavour: "extended",
    apicId: 0x100,
    words: ["fee00020", "00000000", "00000031"],
    entry: "0002000000000031",
    masked: "000200000001a031",
  },
  {
    flavour: "extended",
    apicId: 0x1ff,
    words: ["feeff020", "00000000", "00000031"],
    entry: "ff02000000000031",
    masked: "ff0200000001a031",
  },
  {
    flavour: "extended",
    apicId: 0x7fff,
    words: ["feefffe0", "00000000", "00000031"],
    entry: "fffe000000000031",
    masked: "fffe00000001a031",
  },
  {
    flavour: "physical",
    apicId: 0x1ff,
    words: ["feeff000", "00000000", "00000031"],
    entry: "ff00000000000031",
  },
  {
    flavour: "physical",
    apicId: 0x1ff,
    version: "5.10",
    words: ["feeff000", "00000100", "00004031"],
    entry: "ff00000000000031",
  },
  {
    flavour: "physicalFlat",
    apicId: 7,
    version: "5.10",
    words: ["fee07000", "00000000", "00004031"],
    entry: "0700000000000031",
  },
  {
    flavour: "flat41",
    apicId: 9,
    cpu: 2,
    version: "4.1",
    words: ["fee0400c", "00000000", "00004131"],
    entry: "0400000000000931",
  },
  // 32768 can never be online; forced, it falls back to eight bits, of which none is left.
  {
    flavour: "extended",
    apicId: 0x8000,
    words: ["fee00000", "00000000", "00000031"],
    entry: "0000000000000031",
  },
  // Logical x2APIC IDs of cluster 1 and up do not fit the message: hazard H1.
  {
    flavour: "cluster",
    apicId: 300,
    words: ["fee00004", "00000000", "00000031"],
    entry: "0000000000000831",
  },
])(
  "$flavour, APIC ID $apicId, Linux $version: $words",
  ({ flavour, apicId, cpu = 0, version = "6.1", words, entry, masked }) => {
    const apic = apicOf(flavour);
    const route = { dest: destinationOf(apic, { cpu, apicId }), vector: VECTOR };
    const message = composeMessage({ apic, era: eras[version] }, route);
    assert.deepEqual(texts(message), words);
    assert.equal(entryText(composeRedirectionEntry(message, edge)), entry);
    if (masked) assert.equal(entryText(composeRedirectionEntry(message, levelMasked)), masked);
  },
);

Deno.test.each([
  { apicId: 0, dest: 1 },
  { apicId: 5, dest: 0x20 },
  { apicId: 0x123, dest: 0x0012_0008 },
  { apicId: 0x1ff, dest: 0x001f_8000 },
  { apicId: 0x7fff, dest: 0x07ff_8000 },
])("in cluster mode APIC ID $apicId is destination $dest", ({ apicId, dest }) => {
  assert.equal(destinationOf(apicOf("cluster"), { cpu: 0, apicId }), dest);
});

Deno.test.each(
  [
    { flavour: "physical", dest: 0x1ff, words: ["feeff000", "00000100", "00000031"] },
    { flavour: "cluster", dest: 0x001f_8000, words: ["fee00004", "001f8000", "00000031"] },
    { flavour: "physical", dest: 0x1234_5678, words: ["fee78000", "12345600", "00000031"] },
    { flavour: "extended", dest: 0x1ff, words: ["feeff000", "00000100", "00000031"] },
  ] as const,
)("a DMAR unit's own message holds $dest whole ($flavour)", ({ flavour, dest, words }) => {
  const composer = { apic: apicOf(flavour), era: eras["6.1"] };
  assert.deepEqual(texts(composeDmarMessage(composer, { dest, vector: VECTOR })), words);
});

Deno.test.each([
  { index: 0x2a, subhandle: 0, words: ["fee00558", "00000000", "00000000"] },
  { index: 0x8001, subhandle: 3, words: ["fee0003c", "00000000", "00000003"] },
])("the VT-d message of entry $index + $subhandle is $words", ({ words, ...request }) => {
  assert.deepEqual(texts(composeVtdMessage({ era: eras["6.1"] }, request)), words);
});

Deno.test.each([
  { index: 5, pin: 2, traits: edge, entry: "000b000000000002" },
  { index: 0x8001, pin: 9, traits: levelMasked, entry: "000300000001a809" },
])("behind VT-d pin $pin holds entry $index", ({ index, pin, traits, entry }) => {
  const message = composeVtdMessage({ era: eras["6.1"] }, { index, subhandle: pin });
  assert.equal(entryText(composeRedirectionEntry(message, traits)), entry);
});

Deno.test("behind AMD-Vi the address names nobody and the data is the entry", () => {
  assert.deepEqual(texts(composeAmdMessage({ index: 0x2a })), ["fee00000", "00000000", "0000002a"]);
  const pin9 = composeRedirectionEntry(composeAmdMessage({ index: 9 }), edge);
  assert.equal(entryText(pin9), "0000000000000009");
});

Deno.test.each([
  { version: "5.10", release: "5.10.44", lost: false },
  { version: "5.11", release: "5.11.5", lost: true },
  { version: "5.15", release: "5.15.33", lost: true },
  { version: "5.15", release: "5.15.100", lost: false },
  { version: "5.17", release: "5.17.2-arch1", lost: true },
  { version: "5.18", release: "5.18.0", lost: false },
  { version: "mail", release: "mail", lost: true },
])("Linux $release loses VT-d subhandles: $lost", ({ version, release, lost }) => {
  assert.equal(
    composeVtdMessage({ era: linux(version, release) }, { index: 5, subhandle: 3 }).data,
    lost ? 0 : 3,
  );
});

Deno.test.each(
  [
    { flavour: "physical", apicId: 0x1ff, register: "000000310001ff00" },
    { flavour: "cluster", apicId: 0x1ff, register: "000000311f800004" },
  ] as const,
)("an AMD unit with XT names APIC ID $apicId by $register", (row) => {
  const apic = apicOf(row.flavour);
  const dest = destinationOf(apic, { cpu: 0, apicId: row.apicId });
  assert.equal(entryText(composeIntcapxt(apic, { dest, vector: VECTOR })), row.register);
});

Deno.test("an HPET's route for APIC ID 0x1ff is data 0x31 below address 0xfeeff020", () => {
  const composer = { apic: apicOf("extended"), era: eras["6.1"] };
  const message = composeMessage(composer, { dest: 0x1ff, vector: VECTOR });
  assert.equal(composeHpetRoute(message), 0xfeef_f020_0000_0031n);
});

Deno.test.each(
  [
    { flavour: "extended", dest: 0x7fff, dropped: 0 },
    { flavour: "extended", dest: 0x8000, dropped: 0x8000 },
    { flavour: "physical", dest: 0xff, dropped: 0 },
    { flavour: "physical", dest: 300, dropped: 0x100 },
  ] as const,
)("of destination $dest $dropped is dropped ($flavour)", ({ flavour, dest, dropped }) => {
  assert.equal(droppedBits(apicOf(flavour), { dest, vector: VECTOR }), dropped);
});

const anyEra: fc.Arbitrary<Era> = fc.constantFrom(...Object.values(eras));
const anyFlavour = fc.constantFrom<Flavour>(
  "flat",
  "physicalFlat",
  "physical",
  "cluster",
  "extended",
  "flat41",
);
const anyRoute = fc.record({
  dest: fc.nat({ max: 0xffff_ffff }),
  vector: fc.integer({ min: 16, max: 255 }),
});

Deno.test("entry bits 63:48 are address bits 19:4, entry bit 11 is address bit 2", () => {
  fc.assert(fc.property(anyFlavour, anyEra, anyRoute, (flavour, found, route) => {
    const message = composeMessage({ apic: apicOf(flavour), era: found }, route);
    const entry = composeRedirectionEntry(message, edge);
    assert.equal(Number(entry >> 48n), message.addressLow >>> 4 & 0xffff);
    assert.equal(Number(entry >> 11n & 1n), message.addressLow >>> 2 & 1);
  }));
});

Deno.test("the entry of an extended destination reads back as that destination", () => {
  const composer = { apic: apicOf("extended"), era: eras["6.1"] };
  fc.assert(fc.property(fc.nat({ max: 0x7fff }), (dest) => {
    const message = composeMessage(composer, { dest, vector: VECTOR });
    const entry = redirectionTableEntry.decode(composeRedirectionEntry(message, edge));
    assert.equal(entry.destId8to14 << 8 | entry.destId0to7, dest);
    const low = msiAddressLow.decode(message.addressLow);
    assert.equal(low.destId8to14 << 8 | low.destId0to7, dest);
  }));
});
