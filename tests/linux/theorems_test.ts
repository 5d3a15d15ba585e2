/**
 * The mail's theorems over the space of configurations. The short run takes four eras of twelve;
 * with IRQSCOPE_LONG set it takes them all.
 */
import assert from "node:assert/strict";
import { boot } from "../../lib/linux/boot.ts";
import { parseMachine } from "../../lib/machine/parse_machine.ts";
import { HAZARDS } from "../../lib/routing/hazards.ts";
import { hazardsOf } from "../../lib/routing/outcome.ts";
import { KERNEL, sizeOf, SPACE } from "../../lib/routing/space.ts";
import { proveTheMail } from "../../lib/routing/theorems.ts";
import { recordedBoots } from "../boots/boots.ts";

const SHORT = ["6.1", "mail", "5.10", "7.3"];
const long = Deno.env.has("IRQSCOPE_LONG");
const choices = KERNEL.choices.filter(({ name }) => long || SHORT.includes(name));
const axes = SPACE.map((axis) => axis === KERNEL ? { ...KERNEL, choices } : axis);

const proof = proveTheMail({ axes });
const eras = choices.map(({ name }) => name).join(", ");
console.log(`${proof.configurations} configurations of Linux ${eras}`);
for (const { criterion, declinesForNothing, acceptsTooMuch } of proof.refuted) {
  console.log(`"Decline when ${criterion}" is refuted:`);
  console.log(`  it declines for nothing on ${declinesForNothing?.join(", ")}`);
  console.log(`  it accepts too much on ${acceptsTooMuch?.join(", ")}`);
}

Deno.test("every configuration of the space is asked", () => {
  assert.equal(proof.configurations, sizeOf(axes));
  assert.ok(proof.offersWhenItReaches.checked > proof.configurations / 4);
});

Deno.test("the vector domain offers itself exactly when its messages reach every valid ID", () => {
  assert.equal(proof.offersWhenItReaches.exceptions, 0);
});

Deno.test("a boot CPU above the limit is the one CPU the rule does not speak of", () => {
  assert.ok(proof.bootCpuAboveLimit.count > 0);
  assert.deepEqual(proof.bootCpuAboveLimit.smallest, [
    "platform: KVM",
    "CPUs: boot CPU 300 in x2APIC mode, IDs of every class",
  ]);
});

Deno.test('"interrupt remapping is enabled" is no criterion, in either direction', () => {
  const [remapping] = proof.refuted;
  assert.equal(remapping?.criterion, "interrupt remapping is enabled");
  assert.deepEqual(remapping?.declinesForNothing, ["remapping: VT-d without EIM"]);
  assert.deepEqual(remapping?.acceptsTooMuch, ["platform: Hyper-V"]);
});

Deno.test('"x2APIC is enabled" is no criterion, in either direction', () => {
  const [, x2apic] = proof.refuted;
  assert.equal(x2apic?.criterion, "x2APIC is enabled");
  assert.deepEqual(x2apic?.declinesForNothing, ["platform: KVM"]);
  assert.deepEqual(x2apic?.acceptsTooMuch, ["firmware: NumaConnect"]);
});

Deno.test("no parented device loses an interrupt outside the named hazards", () => {
  const unnamed = proof.lost.filter(({ hazard }) => hazard === null);
  assert.deepEqual(unnamed, []);
});

Deno.test("under the mail's rule two losses are outside H1 to H12: Hyper-V, and a driver's slip", () => {
  const beyond = proof.lost
    .filter(({ hazard, mail }) => mail > 0 && Number(hazard?.slice(1)) > 12)
    .map(({ hazard }) => hazard);
  assert.deepEqual(beyond.sort(), ["H13", "H14"]);
});

Deno.test("each hazard is met by a configuration", () => {
  const missing = HAZARDS.map(({ id }) => id).filter((id) => !proof.met[id]);
  assert.deepEqual(missing, []);
});

Deno.test("hazards that were recorded are met by recorded boots", async () => {
  const met = new Set((await recordedBoots()).flatMap(({ name, machine: json }) => {
    const machine = parseMachine(json, { file: name });
    return hazardsOf({ machine, boot: boot(machine) });
  }));
  assert.deepEqual([...met].sort(), ["H11", "H13", "H3", "H6", "H8"]);
});
