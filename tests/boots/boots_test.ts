import assert from "node:assert/strict";
import { catalogue, firstBoots, recordedBoots, wholeBoots } from "./boots.ts";

Deno.test("every recorded boot has a machine, facts and its MADT", async () => {
  const boots = await recordedBoots();
  assert.equal(boots.length, 197);
  for (const { name, machine, observed, raw } of boots) {
    assert.equal(machine.name, name);
    assert.equal(observed.name, name);
    assert.match(raw.acpi.APIC!, /^41504943/);
  }
});

Deno.test("every boot to start with is recorded", async () => {
  const names = (await Deno.readTextFile(new URL("first.txt", import.meta.url))).trim().split("\n");
  assert.deepEqual((await firstBoots()).map(({ name }) => name), names);
});

Deno.test("every recorded line is one the catalogue names", async () => {
  const { texts, patterns } = await catalogue();
  const named = patterns.map((pattern) => new RegExp(pattern));
  const known = (line: string) =>
    texts.some((text) => line.endsWith(text)) || named.some((pattern) => pattern.test(line));
  const lines = (await recordedBoots()).flatMap(({ observed }) => observed.lines);
  assert.deepEqual(lines.filter((line) => !known(line)), []);
});

Deno.test("a boot kept whole has the machine file of the packed one", async () => {
  const packed = new Map((await recordedBoots()).map((boot) => [boot.name, boot.machine]));
  for (const { name, folder } of wholeBoots()) {
    const machine = JSON.parse(await Deno.readTextFile(new URL("machine.json", folder)));
    assert.deepEqual(machine, packed.get(name));
  }
});
