/** "Is this device mine?": the recognisers, each domain's answer, and the look-up. */
import assert from "node:assert/strict";
import { boot } from "../../lib/linux/boot.ts";
import { drhdUnits } from "../../lib/linux/drhd_units.ts";
import { eraOf } from "../../lib/linux/eras.ts";
import { parseCmdline } from "../../lib/linux/cmdline.ts";
import {
  type Fwspec,
  hpetFwspec,
  ioapicFwspec,
  x86FwspecIsHpet,
  x86FwspecIsIoapic,
} from "../../lib/linux/fwspec.ts";
import { findMatchingFwspec, type IrqDomain } from "../../lib/linux/irqdomain.ts";
import {
  amdIrqRemappingSelect,
  apicIdValid,
  hypervIrqRemappingSelect,
  intelIrqRemappingSelect,
  x86VectorSelect,
} from "../../lib/linux/select.ts";
import { dmar, ivrs, machine } from "./machines.ts";

const E511 = eraOf({ version: "5.15", release: "5.15" });
const E611 = eraOf({ version: "6.12", release: "6.12" });

Deno.test.each([
  { no: 88, fwnode: "IO-APIC-8", params: [8], ioapic: true, hpet: false },
  { no: 89, fwnode: "IO-APIC-8", params: [9], ioapic: false, hpet: false },
  { no: 90, fwnode: "IO-APIC-8", params: [8, 0], ioapic: false, hpet: false },
  { no: 91, fwnode: "HPET-MSI-0", params: [0], ioapic: false, hpet: true },
  { no: 92, fwnode: "IR-HPET-MSI-1", params: [1], ioapic: false, hpet: false },
])("#$no $fwnode with parameters $params", ({ fwnode, params, ioapic, hpet }) => {
  assert.equal(x86FwspecIsIoapic({ fwnode, params }), ioapic);
  assert.equal(x86FwspecIsHpet({ fwnode, params }), hpet);
});

Deno.test.each([
  { no: 93, limit: 32767, valid: false, kind: "selected" },
  { no: 93, limit: 255, valid: false, kind: "selected" },
  { no: 93, limit: 254, valid: false, kind: "selected" },
  { no: 94, limit: null, valid: true, kind: "declined" },
])("#$no VECTOR under limit $limit has $kind an I/O APIC and an HPET", (given) => {
  assert.equal(apicIdValid(32768, given.limit), given.valid);
  for (const fwspec of [ioapicFwspec(8), hpetFwspec(0)]) {
    assert.equal(x86VectorSelect(fwspec, { maxApicId: given.limit }).kind, given.kind);
  }
});

const vector: IrqDomain = {
  name: "VECTOR",
  kind: "vector",
  unit: null,
  select: (fwspec) => x86VectorSelect(fwspec, { maxApicId: 254 }),
};
const twoUnits = dmar({ units: [{ ioapics: [8], hpets: [] }, { ioapics: [9], hpets: [] }] });
const intel = (unit: number): IrqDomain => ({
  name: `INTEL-IR-${unit}`,
  kind: "intelIr",
  unit,
  select: (fwspec) => intelIrqRemappingSelect(fwspec, twoUnits, unit),
});
const newestFirst = [intel(1), intel(0), vector];
const find = (fwspec: Fwspec) => findMatchingFwspec(newestFirst, fwspec, "ANY", E511);

Deno.test("#95 remapping in xAPIC mode: VECTOR would agree, but the newer domain is asked first", () => {
  assert.equal(find(ioapicFwspec(8)).domain?.name, "INTEL-IR-0");
  assert.equal(vector.select!(ioapicFwspec(8)).kind, "selected");
});

Deno.test("#96 each unit's domain answers for its own I/O APICs", () => {
  assert.equal(find(ioapicFwspec(9)).domain?.name, "INTEL-IR-1");
  assert.equal(find(hpetFwspec(0)).domain?.name, "VECTOR");
});

Deno.test("units that name their devices are met newest first, before those that take the rest", () => {
  const remapping = dmar({
    units: [
      { includeAll: true, eim: false },
      { includeAll: false, eim: false, ioapics: [] },
      { includeAll: false, eim: false, hpets: [] },
    ],
  });
  assert.deepEqual(drhdUnits(remapping), [2, 1, 0]);
  const select = (fwspec: Fwspec, unit: number) =>
    intelIrqRemappingSelect(fwspec, remapping, unit).kind;
  assert.equal(select(ioapicFwspec(8), 2), "selected");
  assert.equal(select(hpetFwspec(0), 1), "selected");
  const { lines } = boot(machine({ remapping }));
  assert.ok(lines.includes("DMAR-IR: dmar2 does not support EIM"), lines.join("; "));
});

Deno.test("#97 from 6.9 on a look-up with token ANY asks nobody", () => {
  const found = findMatchingFwspec(newestFirst, ioapicFwspec(8), "ANY", E611);
  assert.equal(found.domain, null);
  assert.deepEqual(found.declined.map(({ because }) => because), Array(3).fill("selectNotCalled"));
  const asked = findMatchingFwspec(newestFirst, ioapicFwspec(8), "GENERIC_MSI", E611);
  assert.equal(asked.domain?.name, "INTEL-IR-0");
});

Deno.test("#98 Hyper-V's stub takes no HPET, and VECTOR not while any ID is valid", () => {
  const list: readonly IrqDomain[] = [
    { name: "HYPERV-IR-0", kind: "hypervIr", unit: null, select: hypervIrqRemappingSelect },
    { ...vector, select: (fwspec) => x86VectorSelect(fwspec, { maxApicId: null }) },
  ];
  const found = findMatchingFwspec(list, hpetFwspec(0), "ANY", E511);
  assert.equal(found.domain, null);
  assert.deepEqual(found.declined, [
    { domain: "HYPERV-IR-0", because: "onlyIoapics" },
    { domain: "VECTOR", because: "apicIdsOutOfReach" },
  ]);
});

Deno.test("AMD's domain takes what the IVRS lists, while remapping is on", () => {
  const options = parseCmdline("");
  const select = (id: number, enabled: boolean) =>
    amdIrqRemappingSelect(ioapicFwspec(id), ivrs(), options, { enabled });
  assert.equal(select(8, true).kind, "selected");
  assert.deepEqual(select(9, true), { kind: "declined", because: "notInScope" });
  assert.deepEqual(select(8, false), { kind: "declined", because: "remappingOff" });
});

Deno.test("the command line places an I/O APIC that the IVRS forgot", () => {
  const options = parseCmdline("ivrs_ioapic[9]=00:14.0 ivrs_hpet=1@0000:00:14.0");
  assert.deepEqual([...options.ivrsIoapics], [[9, 0xa0]]);
  assert.deepEqual([...options.ivrsHpets], [[1, 0xa0]]);
  const selection = amdIrqRemappingSelect(ioapicFwspec(9), ivrs(), options, { enabled: true });
  assert.equal(selection.kind, "selected");
});

Deno.test("a VECTOR domain recognises nobody else's children", () => {
  assert.deepEqual(x86VectorSelect({ fwnode: "pci", params: [0] }, { maxApicId: 254 }), {
    kind: "declined",
    because: "neitherIoapicNorHpet",
  });
});
