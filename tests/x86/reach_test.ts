import assert from "node:assert/strict";
import fc from "fast-check";
import { IdSet } from "../../lib/bits/id_set.ts";
import { deliver } from "../../lib/x86/deliver.ts";
import { hypervFormat, VS_INTERFACE } from "../../lib/x86/hyperv.ts";
import { fixedMessage } from "../../lib/x86/interrupt_message.ts";
import { lapic } from "../../lib/x86/lapic.ts";
import { lapicRules } from "../../lib/x86/lapic_rules.ts";
import { blockIndexes, messageBlock, msiLayout } from "../../lib/x86/pci_msi.ts";
import { preset, type PresetName, PRESETS } from "../../lib/x86/presets.ts";
import {
  compatibilityReach,
  DEST_WIDTHS,
  type LapicReading,
  type MessageFormat,
  type MessageSource,
  reachable,
  reachByWidth,
  reachOf,
} from "../../lib/x86/reach.ts";

const READINGS: readonly LapicReading[] = [
  "xapic-physical",
  "xapic-logical-flat",
  "xapic-logical-cluster",
  "x2apic-physical",
  "x2apic-logical",
];
const FORMATS = Object.keys(DEST_WIDTHS) as MessageFormat[];
const SOURCES: readonly MessageSource[] = ["msi", "ioapic", "hpet-fsb", "iommu-own", "ipi"];

Deno.test.each(
  [8, 9, 12, 15, 16].flatMap((bits) =>
    (["physical", "logical"] as const).map((destMode) => ({ bits, destMode }))
  ),
)(
  "$bits-bit $destMode destinations name singly what the closed form says",
  ({ bits, destMode }) => {
    const ids = Array.from({ length: 40 }, (_, n) => [n, 255 + n, 2 ** bits - 20 + n]).flat();
    const lapics = [...new Set(ids)].map((id) => lapic({ id, mode: "x2apic" }));
    const alone = new Set<number>();
    const rules = lapicRules("arch");
    const step = bits > 12 ? 7 : 1;
    const dests = new Set([...lapics.map(({ id }) => id), ...lapics.map(({ ldr }) => ldr)]);
    for (let dest = 0; dest < 2 ** bits; dest += step) dests.add(dest);
    for (const dest of dests) {
      if (dest >= 2 ** bits) continue;
      const { matched } = deliver(fixedMessage({ dest, destMode, vector: 48 }), lapics, rules);
      if (matched.length === 1) alone.add(matched[0]!.id);
    }
    const reach = reachByWidth(`x2apic-${destMode}`, bits);
    assert.ok(reach.kind === "ids");
    const expected = lapics.filter(({ id }) => reach.ids.has(id)).map(({ id }) => id);
    assert.deepEqual([...alone].sort((a, b) => a - b), expected.sort((a, b) => a - b));
  },
);

Deno.test("the extended ID, and then remapping with EIM, never shrink a set", () => {
  const lapics = fc.array(fc.integer({ min: 0, max: 70000 }), { maxLength: 50 }).map((l) =>
    IdSet.ids(l)
  );
  const wider: MessageFormat[] = ["compat", "ext15", "vtd-eim"];
  fc.assert(
    fc.property(
      lapics,
      fc.constantFrom(...READINGS),
      fc.constantFrom(...SOURCES),
      (l, reading, source) => {
        const sets = wider.map((format) =>
          reachable(reachOf({ reading, format, source }), { lapics: l })
        );
        assert.ok(sets[0]!.isSubsetOf(sets[1]!) && sets[1]!.isSubsetOf(sets[2]!));
      },
    ),
  );
});

Deno.test("IPIs reach as far as the sender's mode, whatever lies between devices and LAPICs", () => {
  for (const format of FORMATS) {
    for (const reading of READINGS) {
      assert.deepEqual(
        reachOf({ reading, format, source: "ipi" }),
        reachByWidth(reading, reading.startsWith("x2") ? 32 : 8),
      );
    }
  }
});

Deno.test("the exact powers of two: 2^8 and 2^15, and 2^20 - 16 by cluster", () => {
  const count = (reading: LapicReading, bits: number) => {
    const reach = reachByWidth(reading, bits);
    return reach.kind === "ids" ? reach.count : null;
  };
  assert.equal(count("x2apic-physical", 8), 2 ** 8);
  assert.equal(count("x2apic-physical", 15), 2 ** 15);
  assert.equal(count("x2apic-physical", 32), 2 ** 32 - 1);
  assert.equal(count("x2apic-logical", 16), 16);
  assert.equal(count("x2apic-logical", 32), 2 ** 20 - 16);
  assert.equal(count("xapic-physical", 32), 255);
});

Deno.test("compatibility messages under VT-d: blocked, but through the hole of CFIS", () => {
  const at = (extendedInterruptMode: boolean, compatibilityFormat: boolean) =>
    compatibilityReach("x2apic-physical", { extendedInterruptMode, compatibilityFormat }).kind;
  assert.deepEqual([at(true, true), at(true, false), at(false, false), at(false, true)], [
    "blocked",
    "blocked",
    "blocked",
    "ids",
  ]);
});

Deno.test("where a byte of ones is broadcast, ID 255 has no message of its own", () => {
  const lapics = IdSet.of([250, 300]);
  const reach = reachOf({ reading: "x2apic-physical", format: "ext15", source: "msi" });
  assert.equal(String(reachable(reach, { lapics })), "250-300");
  assert.equal(String(reachable(reach, { lapics, byteIsBroadcast: true })), "250-254,256-300");
  const none = reachOf({ reading: "x2apic-physical", format: "ext15", source: "iommu-own" });
  assert.ok(reachable(none, { lapics }).isEmpty);
  const hypercall = reachOf({ reading: "x2apic-physical", format: "hyperv-no-ext", source: "msi" });
  assert.ok(reachable(hypercall, { lapics }).equals(lapics));
});

Deno.test("widths outside 8 to 32 bits are misuse", () => {
  assert.throws(() => reachByWidth("x2apic-physical", 7), /^RangeError: Cannot reach by 7-bit/);
});

Deno.test("Hyper-V's format needs both leaves", () => {
  const format = (interfaceEax: number, propertiesEax: number) =>
    hypervFormat({ interfaceEax, propertiesEax });
  assert.equal(format(VS_INTERFACE, 4), "hyperv-ext");
  assert.equal(format(VS_INTERFACE, 3), "hyperv-no-ext");
  assert.equal(format(0, 4), "hyperv-no-ext");
});

Deno.test.each(Object.keys(PRESETS).map((name) => ({ name: name as PresetName })))(
  "preset $name does not contradict itself",
  ({ name }) => {
    const { remapper, msiBits, ioapicBits, mode, vmm, lapicOptions, kvm32BitIds } = preset(name);
    if (remapper.kind === "vtd") assert.equal(msiBits === 32, remapper.extendedInterruptMode);
    if (remapper.kind === "amd") assert.equal(msiBits === 32, remapper.xt);
    if (msiBits === 32) assert.equal(mode, "x2apic");
    if (msiBits !== "hypercall") assert.ok(ioapicBits <= msiBits);
    if (msiBits === 15 && preset(name).lapic === "kvm") {
      assert.ok(kvm32BitIds && vmm && !lapicOptions?.broadcastQuirk);
    }
  },
);

Deno.test("a block of messages shares its address, and with VT-d has an entry for each", () => {
  const remappable = { address: 0xfee0_0418n, data: 0 };
  assert.deepEqual(blockIndexes(remappable, 2), [0x20, 0x21, 0x22, 0x23]);
  const block = messageBlock({ address: 0xfee0_1000n, data: 0x47 }, 2);
  assert.deepEqual(block.map(({ data }) => data), [0x44, 0x45, 0x46, 0x47]);
  assert.equal(new Set(block.map(({ address }) => address)).size, 1);
  assert.throws(
    () => messageBlock({ address: 0n, data: 0 }, 6),
    /^RangeError: Cannot send 64 messages/,
  );
});

Deno.test("an MSI capability's words lie by its control word", () => {
  const at = (address64: boolean, maskable: boolean) => msiLayout({ address64, maskable });
  assert.deepEqual(at(false, false), {
    address: 4,
    upperAddress: null,
    data: 8,
    mask: null,
    pending: null,
  });
  assert.deepEqual(at(true, true), {
    address: 4,
    upperAddress: 8,
    data: 12,
    mask: 16,
    pending: 20,
  });
});
