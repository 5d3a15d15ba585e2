import assert from "node:assert/strict";
import fc from "fast-check";
import { boot, bootFacts } from "../../lib/linux/boot.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { parseMachine } from "../../lib/machine/parse_machine.ts";
import { bootOutcome } from "../../lib/routing/outcome.ts";
import {
  CPUS,
  KERNEL,
  machineWith,
  PLAIN,
  sizeOf,
  SPACE,
  TIMERS,
} from "../../lib/routing/space.ts";
import { differences, sweep } from "../../lib/routing/sweep.ts";

Deno.test("a sweep visits every configuration once, the last axis fastest", () => {
  const seen: string[] = [];
  const count = sweep([TIMERS, CPUS], ({ picks }) => void seen.push(picks.join(",")));
  assert.deepEqual([count, seen.length, new Set(seen).size], [12, 12, 12]);
  assert.deepEqual([...seen.slice(0, 2), seen.at(-1)], ["0,0", "0,1", "1,5"]);
});

Deno.test("progress is told now and then and ends with all done", () => {
  const told: (readonly [number, number])[] = [];
  const axes = SPACE.slice(2, 6);
  sweep(axes, () => {}, { onProgress: (...progress) => told.push(progress) });
  assert.deepEqual(told.at(-1), [sizeOf(axes), sizeOf(axes)]);
  const six = [KERNEL, ...SPACE.slice(2, 6)];
  const counts: number[] = [];
  sweep(six, () => {}, { onProgress: (done) => counts.push(done) });
  assert.ok(counts.length > 1 && counts.every((done, at) => at === 0 || done >= counts[at - 1]!));
});

Deno.test("the space has its size by its axes, more than a million", () => {
  assert.equal(sizeOf(SPACE), 12 * 5 * 9 * 16 * 17 * 2 * 6);
});

Deno.test("a configuration is told by what it differs in", () => {
  assert.deepEqual(differences(SPACE, SPACE.map(() => 0)), []);
  assert.deepEqual(differences(SPACE, [1, 0, 2, 0, 0, 0, 1]), [
    "kernel: mail",
    "platform: KVM, 0xFF is everyone",
    "CPUs: nine small IDs",
  ]);
});

Deno.test.each([
  { choices: { colour: "red" }, message: /Cannot choose "colour": the axes are kernel, firmware/ },
  {
    choices: { timers: "sundial" },
    message: /Cannot choose timers "sundial": there are ARAT; HPET/,
  },
])("$choices is misuse", ({ choices, message }) => {
  assert.throws(() => machineWith(choices as unknown as Record<string, string>), {
    name: "RangeError",
    message,
  });
});

const anyChoices = fc.record(
  Object.fromEntries(SPACE.map(({ name, choices }) => [
    name,
    fc.constantFrom(...choices.map((choice) => choice.name)),
  ])),
);

Deno.test("every configuration is a machine file's machine", () => {
  fc.assert(fc.property(anyChoices, (choices) => {
    const machine = machineWith(choices as Record<string, string>);
    assert.deepEqual(parseMachine(JSON.stringify(machine), { file: "space" }), machine);
  }));
});

Deno.test("the facts a sweep works on are those of the whole boot", () => {
  fc.assert(fc.property(anyChoices, (choices) => {
    const machine = machineWith(choices as Record<string, string>);
    const whole: Record<string, unknown> = { ...boot(machine) };
    for (const [name, fact] of Object.entries(bootFacts(machine))) {
      assert.deepEqual(fact, whole[name], name);
    }
  }));
});

/** The classes of APIC IDs: the representative, and who else is in it. */
const CLASSES = [
  { of: 0, first: 0, last: 0 },
  { of: 1, first: 1, last: 7 },
  { of: 254, first: 8, last: 254 },
  { of: 255, first: 255, last: 255 },
  { of: 300, first: 256, last: 32_767 },
  { of: 40_000, first: 32_768, last: 0xffff_fffe },
] as const;

const anyMembers = fc.tuple(
  ...CLASSES.map(({ first, last }) => fc.integer({ min: first, max: last })),
);

Deno.test("an APIC ID stands for its whole class", () => {
  const few = fc.constantFrom("IDs up to 255", ...CPUS.choices.slice(3).map(({ name }) => name));
  fc.assert(
    fc.property(anyChoices, few, anyMembers, (choices, CPUs, members) => {
      const machine = machineWith({ ...choices as Record<string, string>, CPUs });
      const rename = new Map(CLASSES.map(({ of }, at) => [of as number, members[at]!]));
      const other = renamed(machine, (id) => rename.get(id)!);
      assert.deepEqual(fates(other), fates(machine, (id) => rename.get(id)!));
    }),
    { numRuns: 1500 },
  );
});

function renamed(machine: Machine, rename: (apicId: number) => number): Machine {
  const { cpus, firmware } = machine;
  return {
    ...machine,
    cpus: cpus.map((cpu) => ({ ...cpu, apicId: rename(cpu.apicId) })),
    firmware: { ...firmware, bootApicId: rename(firmware.bootApicId) },
  };
}

/** All that is decided, with APIC IDs renamed. */
function fates(machine: Machine, rename: (apicId: number) => number = (id) => id) {
  const { outcome, apicDriver, x2apic, maxApicId, irqRemapping, ...answer } = bootOutcome(machine);
  return {
    facts: { outcome, apicDriver, x2apic, maxApicId, irqRemapping },
    chips: answer.chips,
    parents: answer.parents,
    online: answer.online.map(({ cpu, apicId }) => ({ cpu, apicId: rename(apicId) })),
    offline: answer.offline.map(({ apicId }) => rename(apicId)),
    lost: answer.lost.map(({ device, apicId, hazard }) => [device, rename(apicId), hazard]),
  };
}

Deno.test("the plain machine is up", () => {
  assert.equal(bootOutcome(machineWith({})).outcome, "up");
  assert.equal(PLAIN.cpus.length, 0);
});
