import assert from "node:assert/strict";
import { advise, isWhole } from "../../lib/advice/advise.ts";
import { REMEDIES } from "../../lib/advice/remedies.ts";
import { parseMachine } from "../../lib/machine/parse_machine.ts";
import { machineWith } from "../../lib/routing/space.ts";
import { recordedBoots } from "../boots/boots.ts";

const machines = new Map(
  (await recordedBoots()).map(({ name, machine }) => [name, parseMachine(machine, { file: name })]),
);

Deno.test.each([
  {
    name: "k6.1-kvmnoext-ids-0-254-255-256",
    cheapest: /offer 15-bit destinations/,
    where: "hypervisor",
    cost: 2,
  },
  {
    name: "k6.12-vtd-noeim-kvmext-ids-0-254-300-skipnvme",
    cheapest: /turn EIM on/,
    where: "hypervisor",
    cost: 2,
  },
  {
    name: "k6.1-kvmext-nox2apic-ids-0-254-255-300",
    cheapest: /take nox2apic away/,
    where: "kernel command line",
    cost: 1,
  },
  {
    name: "k6.1-hyperv-noext-ids-0-255-300",
    cheapest: /offer 15-bit destinations/,
    where: "hypervisor",
    cost: 2,
  },
])("$name: the cheapest advice is $cheapest", ({ name, cheapest, where, cost }) => {
  const [first] = advise(machines.get(name)!);
  assert.match(first?.change ?? "", cheapest);
  assert.deepEqual([first?.where, first?.cost], [where, cost]);
});

Deno.test("an opt-out of firmware is overridden on the command line, on bare metal too", () => {
  const machine = machineWith({
    firmware: "x2APIC",
    remapping: "VT-d opted out",
    CPUs: "IDs of every class",
  });
  const cpus = machine.cpus.filter(({ apicId }) => apicId < 0x8000);
  const [first] = advise({ ...machine, cpus });
  assert.deepEqual([first?.change, first?.cost], ["add intremap=no_x2apic_optout", 1]);
});

Deno.test("two limits in a row take two changes, and no smaller set is left out", () => {
  const machine = machineWith({
    platform: "KVM, 15 bits",
    cmdline: "nox2apic",
    remapping: "VT-d without EIM",
    CPUs: "IDs of every class",
  });
  const cpus = machine.cpus.filter(({ apicId }) => apicId < 0x8000);
  const advice = advise({ ...machine, cpus });
  const pairs = advice.filter(({ change }) => change.includes("; and "));
  assert.ok(pairs.length > 0);
  assert.ok(pairs.every(({ change }) => change.includes("take nox2apic away")));
});

Deno.test("a machine whose every CPU is reachable needs no advice", () => {
  const machine = machines.get("k6.1-kvmext-small")!;
  assert.ok(isWhole(machine));
  assert.deepEqual(advise(machine), []);
});

Deno.test("an ID that Linux cannot register is beyond every option but another topology", () => {
  const advice = advise(machines.get("k6.1-kvmext-ids-0-255-32767-32768")!);
  assert.deepEqual(advice.map(({ change }) => change), [
    "choose a topology whose APIC IDs have no gaps",
  ]);
});

Deno.test("advice comes cheapest first, and every machine that is not whole gets some", () => {
  for (const [name, machine] of machines) {
    const advice = advise(machine);
    const costs = advice.map(({ cost }) => cost);
    assert.deepEqual(costs, costs.toSorted((a, b) => a - b), name);
    assert.ok(isWhole(machine) || advice.length > 0, name);
  }
});

Deno.test("a change that applies changes something", () => {
  for (const [name, machine] of machines) {
    for (const { change, apply } of REMEDIES) {
      const after = apply(machine);
      if (after) assert.notDeepEqual(after, machine, `${name}: ${change}`);
    }
  }
});
