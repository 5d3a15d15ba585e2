import assert from "node:assert/strict";
import { reachRow } from "../../lib/chart/reach_of_boot.ts";
import { boot } from "../../lib/linux/boot.ts";
import { parseMachine } from "../../lib/machine/parse_machine.ts";

const folder = new URL("../../notebooks/machines/", import.meta.url);

function booted(name: string) {
  const file = new URL(`${name}.machine.json`, folder);
  const machine = parseMachine(Deno.readTextFileSync(file), { file: name });
  return { machine, boot: boot(machine) };
}

Deno.test.each<{ name: string; bar: [number, number][]; ids: number[]; offline: number[] }>([
  { name: "bare", bar: [[0, 254]], ids: [0], offline: [256, 257] },
  { name: "kvm-8-bit", bar: [[0, 255]], ids: [0], offline: [300, 1000, 32000, 33000] },
  { name: "kvm-15-bit", bar: [[0, 32767]], ids: [0, 300, 1000, 32000], offline: [33000] },
  { name: "vtd-without-eim-on-kvm", bar: [[0, 255]], ids: [0, 254, 300], offline: [33000] },
  // Cluster mode: 65535 clusters of 16, the last one being left to broadcast.
  { name: "vtd-eim", bar: [[0, 65535 * 16 - 1]], ids: [0, 1, 300], offline: [] },
])("the row of $name spans $bar and has $ids running", ({ name, bar, ids, offline }) => {
  const row = reachRow(name, booted(name), "ioapic");
  assert.deepEqual([...row.reach.intervals()], bar);
  assert.deepEqual([row.ids, row.offline], [ids, offline]);
});

Deno.test("a device that nobody parents can name no CPU", () => {
  assert.deepEqual([...reachRow("HPET", booted("vtd-eim"), "hpet").reach.intervals()], []);
});
