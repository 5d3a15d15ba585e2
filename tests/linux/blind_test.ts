/** What Linux cannot see or does not care about must not change what it decides. */
import assert from "node:assert/strict";
import { type Boot, boot } from "../../lib/linux/boot.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { parseMachine } from "../../lib/machine/parse_machine.ts";
import { recordedBoots } from "../boots/boots.ts";

const machines = (await recordedBoots()).map(({ name, machine }) =>
  parseMachine(machine, { file: name })
);

Deno.test("no decision reads the machine's name or what becomes of messages", () => {
  for (const machine of machines) {
    const delivery = { messageDestBits: machine.delivery.messageDestBits === 8 ? 15 : 8 } as const;
    assert.deepEqual(boot({ ...machine, name: "", delivery }), boot(machine), machine.name);
  }
});

Deno.test("no decision depends on the order of PCI functions", () => {
  for (const machine of machines) {
    const turned = boot({ ...machine, devices: machine.devices.toReversed() });
    assert.deepEqual(sorted(turned), sorted(boot(machine)), machine.name);
  }
});

Deno.test("I/O APICs may bear any id: the decisions stay but for the id", () => {
  for (const machine of machines) {
    const renumbered = boot(withIoapicIds(machine, (id) => id + 100));
    assert.deepEqual(
      JSON.parse(JSON.stringify(sorted(renumbered)).replaceAll(IOAPIC_ID, withoutHundred)),
      JSON.parse(JSON.stringify(sorted(boot(machine)))),
      machine.name,
    );
  }
});

Deno.test("a boot is a value: booting twice gives the same", () => {
  for (const machine of machines) assert.deepEqual(boot(machine), boot(machine));
});

function sorted(answer: Boot) {
  const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) =>
    a < b ? -1 : 1;
  const inOrder = <T>(record: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(record).sort(byKey));
  return { ...answer, domains: inOrder(answer.domains), parents: inOrder(answer.parents) };
}

function withIoapicIds(machine: Machine, renumber: (id: number) => number): Machine {
  return {
    ...machine,
    ioapics: machine.ioapics.map((ioapic) => ({ ...ioapic, id: renumber(ioapic.id) })),
    remapping: remappingWith(machine.remapping, renumber),
  };
}

function remappingWith(
  remapping: Machine["remapping"],
  renumber: (id: number) => number,
): Machine["remapping"] {
  if (remapping?.vendor === "intel") {
    const units = remapping.units.map((unit) => ({
      ...unit,
      ioapics: unit.ioapics.map(renumber),
    }));
    return { ...remapping, units };
  }
  if (!remapping) return null;
  const ioapics = remapping.ioapics.map((entry) => ({ ...entry, id: renumber(entry.id) }));
  return { ...remapping, ioapics };
}

const IOAPIC_ID = /(IO-APIC-|ioapic:|ioapic |IOAPIC\[)(1\d\d|2\d\d)\b/g;
const withoutHundred = (_: string, stem: string, id: string) => `${stem}${Number(id) - 100}`;
