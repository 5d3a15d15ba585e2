import assert from "node:assert/strict";
import { composeIrte128, composeIrte32 } from "../../lib/linux/irte_amd.ts";
import {
  composeIrteIntel,
  type DmaAlias,
  type Sender,
  type SourceCheck,
  sourceCheck,
} from "../../lib/linux/irte_intel.ts";

const physical = { destMode: "physical", deliveryMode: "fixed" } as const;
const logical = { destMode: "logical", deliveryMode: "fixed" } as const;
const lowest = { destMode: "logical", deliveryMode: "lowestPriority" } as const;
const VECTOR = 0x31;
const requester = (id: number): SourceCheck => ({ kind: "requester", id, qualifier: "all" });

Deno.test.each([
  {
    what: "cluster ID of 0x1ff with EIM",
    apic: logical,
    dest: 0x001f_8000,
    eim: true,
    sid: 0x0108,
    high: 0x4_0108n,
    low: 0x001f_8000_0031_000dn,
  },
  {
    what: "physical 0x1ff with EIM",
    apic: physical,
    dest: 0x1ff,
    eim: true,
    sid: 0xf0f8,
    high: 0x4_f0f8n,
    low: 0x0000_01ff_0031_0009n,
  },
  {
    what: "physical 5 without EIM",
    apic: physical,
    dest: 5,
    eim: false,
    sid: 0xf0f8,
    high: 0x4_f0f8n,
    low: 0x0000_0500_0031_0009n,
  },
  {
    what: "physical 300 without EIM spills into reserved bits",
    apic: physical,
    dest: 300,
    eim: false,
    sid: 0xf0f8,
    high: 0x4_f0f8n,
    low: 0x0001_2c00_0031_0009n,
  },
])("VT-d entry: $what", ({ apic, dest, eim, sid, high, low }) => {
  const entry = composeIrteIntel(apic, { dest, vector: VECTOR }, { eim, check: requester(sid) });
  assert.equal(entry, high << 64n | low);
});

Deno.test.each([
  { what: "an HPET", check: sourceCheck({ kind: "hpet", scope: 0xf0ff }, { checked: true }) },
])("$what is checked without its function number", ({ check }) => {
  const entry = composeIrteIntel(physical, { dest: 0, vector: VECTOR }, { eim: true, check });
  assert.equal(entry >> 64n, 0x7_f0ffn);
});

Deno.test("up to 4.14 entries with logical destinations ask for lowest priority", () => {
  const route = { dest: 4, vector: VECTOR };
  const vtd = composeIrteIntel(lowest, route, { eim: true, check: { kind: "none" } });
  assert.equal(vtd, 0x0000_0004_0031_002dn);
  assert.equal(composeIrte32(lowest, route), 0x0031_0445);
  assert.equal(composeIrte128(lowest, route), 0x31n << 64n | 0x445n);
});

Deno.test("a range of buses puts the first above the last", () => {
  const check = { kind: "buses", first: 2, last: 2 } as const;
  const entry = composeIrteIntel(physical, { dest: 0, vector: VECTOR }, { eim: true, check });
  assert.equal(entry >> 64n, 0x8_0202n);
});

const alias = (device: number, id = device): DmaAlias => ({ device, alias: id });
const pci = (own: number, ...aliases: readonly DmaAlias[]): Sender => ({
  kind: "pci",
  function: own,
  aliases,
});

Deno.test.each<{ what: string; sender: Sender; check: SourceCheck }>([
  {
    what: "an I/O APIC by its scope",
    sender: { kind: "ioapic", scope: 0xf0f8 },
    check: requester(0xf0f8),
  },
  {
    what: "a function on the root bus by its own id",
    sender: pci(0x00fa, alias(0x00fa)),
    check: requester(0x00fa),
  },
  {
    what: "a function behind a PCIe-to-PCI bridge by the bridge's buses",
    sender: pci(0x0310, alias(0x0310), alias(0x0200, 0x0300)),
    check: { kind: "buses", first: 3, last: 3 },
  },
  {
    what: "a function with proxy ids on its bus by that bus",
    sender: pci(0x0210, alias(0x0210), alias(0x0210, 0x0211)),
    check: { kind: "buses", first: 2, last: 2 },
  },
  {
    what: "a function below a bridge that takes requests as its own by the bridge's id",
    sender: pci(0x0310, alias(0x0310), alias(0x0200, 0x0200)),
    check: requester(0x0200),
  },
])("VT-d checks $what", ({ sender, check }) => {
  assert.deepEqual(sourceCheck(sender, { checked: true }), check);
});

Deno.test("intremap=nosid checks nobody", () => {
  const check = sourceCheck(pci(0x00fa, alias(0x00fa)), { checked: false });
  assert.deepEqual(check, { kind: "none" });
  const entry = composeIrteIntel(physical, { dest: 5, vector: VECTOR }, { eim: true, check });
  assert.equal(entry >> 64n, 0n);
});

Deno.test.each([
  { apic: physical, dest: 5, entry: 0x0031_0501 },
  { apic: logical, dest: 4, entry: 0x0031_0441 },
  { apic: physical, dest: 300, entry: 0x0031_2c01 },
])("AMD 32-bit entry of destination $dest", ({ apic, dest, entry }) => {
  assert.equal(composeIrte32(apic, { dest, vector: VECTOR }), entry);
});

Deno.test.each([
  { apic: physical, dest: 0x1ff, low: 0x1_ff01n, high: 0x31n },
  { apic: logical, dest: 0x001f_8000, low: 0x1f80_0041n, high: 0x31n },
  { apic: physical, dest: 0x1234_5678, low: 0x3456_7801n, high: 0x1200_0000_0000_0031n },
])("AMD 128-bit entry of destination $dest", ({ apic, dest, low, high }) => {
  assert.equal(composeIrte128(apic, { dest, vector: VECTOR }), high << 64n | low);
});
