import assert from "node:assert/strict";
import { parseDmar } from "../../lib/firmware/dmar.ts";
import { digestDmar } from "../../lib/firmware/dmar_digest.ts";
import { digestHpet, parseHpetTable } from "../../lib/firmware/hpet_table.ts";
import { parseIvrs } from "../../lib/firmware/ivrs.ts";
import { digestIvrs } from "../../lib/firmware/ivrs_digest.ts";
import { parseMadt } from "../../lib/firmware/madt.ts";
import { digestMadt } from "../../lib/firmware/madt_digest.ts";
import { type RecordedBoot, recordedBoots } from "../boots/boots.ts";
import { sound, TABLES } from "./tables.ts";

const boots = await recordedBoots();

for (const { signature, parse, rebuild } of TABLES) {
  const recorded = distinct(boots.flatMap(({ raw }) => raw.acpi[signature] ?? []));
  if (recorded.length === 0) continue;
  Deno.test(`every recorded ${signature} parses, and is built again byte by byte`, () => {
    for (const hex of recorded) {
      const bytes = Uint8Array.fromHex(hex);
      assert.equal((sound(parse(bytes)) as { checksumFits?: boolean }).checksumFits, true);
      assert.deepEqual(rebuild(bytes), bytes);
    }
  });
}

Deno.test("every recorded MADT means the processors and I/O APICs of its machine file", () => {
  for (const boot of boots) {
    const { cpus, ioapics } = digestMadt(sound(parseMadt(tableOf(boot, "APIC"))));
    assert.deepEqual(cpus.map(({ uid: _, ...cpu }) => cpu), boot.machine.cpus, boot.name);
    const pins = (boot.machine.ioapics as { pins: number }[]).map(({ pins }) => pins);
    const read = ioapics.map(({ id, address, gsiBase }, i) => (
      { id, address: `0x${address.toString(16)}`, gsiBase, pins: pins[i] }
    ));
    assert.deepEqual(read, boot.machine.ioapics, boot.name);
  }
});

Deno.test("every recorded DMAR means the remapping of its machine file, but for ECAP", () => {
  for (const boot of boots.filter(({ raw }) => raw.acpi.DMAR)) {
    const recorded = boot.machine.remapping as { units: object[] };
    const units = recorded.units.map((unit) => ({ ...unit, ir: null, eim: null }));
    const digest = digestDmar(sound(parseDmar(tableOf(boot, "DMAR"))));
    assert.deepEqual(digest, { ...recorded, units }, boot.name);
  }
});

Deno.test("every recorded IVRS means the remapping of its machine file", () => {
  for (const boot of boots.filter(({ raw }) => raw.acpi.IVRS)) {
    const digest = digestIvrs(sound(parseIvrs(tableOf(boot, "IVRS"))));
    assert.deepEqual(digest, boot.machine.remapping, boot.name);
  }
});

Deno.test("every recorded HPET table has the number of its machine file's HPET", () => {
  for (const boot of boots.filter(({ raw }) => raw.acpi.HPET)) {
    const { hpetNumber } = digestHpet(sound(parseHpetTable(tableOf(boot, "HPET"))));
    assert.equal(hpetNumber, (boot.machine.hpet as { id: number }).id, boot.name);
  }
});

Deno.test("a machine without a remapping or HPET table has none in its machine file", () => {
  for (const { name, raw, machine } of boots) {
    if (!raw.acpi.DMAR && !raw.acpi.IVRS) assert.equal(machine.remapping, null, name);
    if (!raw.acpi.HPET) assert.equal(machine.hpet, null, name);
  }
});

function tableOf({ raw }: RecordedBoot, signature: string): Uint8Array {
  return Uint8Array.fromHex(raw.acpi[signature]!);
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
