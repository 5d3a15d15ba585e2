/** Each hazard on the smallest machine that has it, and next to it a machine that has it not. */
import assert from "node:assert/strict";
import { boot } from "../../lib/linux/boot.ts";
import { type HazardId, HAZARDS } from "../../lib/routing/hazards.ts";
import { bootOutcome, hazardsOf } from "../../lib/routing/outcome.ts";
import { machineWith } from "../../lib/routing/space.ts";

type Choices = Parameters<typeof machineWith>[0];

interface Row {
  readonly id: HazardId;
  readonly choices: Choices;
  readonly outcome: "up" | "lossy" | "panic";
  /** Of the lost pairs, `device@apicId`. */
  readonly lost?: readonly string[];
  /** One choice that avoids it. */
  readonly avoidedBy: Choices;
}

const X2APIC = { firmware: "x2APIC", CPUs: "IDs of every class" } as const;
const DISK = "0000:00:1f.2";

Deno.test.each<Row>([
  {
    id: "H1",
    choices: { ...X2APIC, cmdline: "noapic" },
    outcome: "lossy",
    lost: [`${DISK}@254`, `${DISK}@255`, `${DISK}@300`],
    avoidedBy: { cmdline: "no options" },
  },
  {
    id: "H2",
    choices: { kernel: "6.6", firmware: "x2APIC locked" },
    outcome: "panic",
    avoidedBy: { remapping: "VT-d with EIM" },
  },
  {
    id: "H3",
    choices: { ...X2APIC, platform: "KVM, 15 bits", remapping: "VT-d without EIM" },
    outcome: "lossy",
    lost: ["ioapic:0@300", `${DISK}@300`],
    avoidedBy: { remapping: "VT-d with EIM" },
  },
  {
    id: "H4",
    choices: { remapping: "VT-d without EIM", timers: "HPET messages" },
    outcome: "lossy",
    lost: ["hpet:0@0", "hpet:0@1"],
    avoidedBy: { remapping: "VT-d without EIM, HPET in scope" },
  },
  {
    id: "H5",
    choices: { firmware: "NumaConnect" },
    outcome: "panic",
    avoidedBy: { firmware: "xAPIC" },
  },
  {
    id: "H6",
    choices: { platform: "KVM", CPUs: "boot CPU 300 in x2APIC mode, IDs of every class" },
    outcome: "lossy",
    lost: ["ioapic:0@300", `${DISK}@300`],
    avoidedBy: { platform: "KVM, 15 bits" },
  },
  {
    id: "H7",
    choices: { ...X2APIC, platform: "KVM, 0xFF is everyone" },
    outcome: "lossy",
    lost: ["ioapic:0@255", `${DISK}@255`],
    avoidedBy: { platform: "KVM" },
  },
  {
    id: "H8",
    choices: {
      ...X2APIC,
      kernel: "5.10",
      remapping: "AMD with XT",
      timers: "HPET messages",
    },
    outcome: "lossy",
    lost: ["hpet:0@254", "hpet:0@255", "hpet:0@300"],
    avoidedBy: { kernel: "6.1" },
  },
  {
    id: "H9",
    choices: { kernel: "mail", remapping: "VT-d with EIM, disk of two messages" },
    outcome: "lossy",
    lost: [`${DISK}@0`, `${DISK}@1`],
    avoidedBy: { kernel: "6.1" },
  },
  {
    id: "H10",
    choices: { remapping: "VT-d with EIM, disk in no scope" },
    outcome: "up",
    avoidedBy: { remapping: "VT-d with EIM" },
  },
  {
    id: "H11",
    choices: { CPUs: "IDs of every class" },
    outcome: "up",
    avoidedBy: { CPUs: "IDs up to 255" },
  },
  {
    id: "H12",
    choices: { kernel: "5.10", remapping: "AMD with XT" },
    outcome: "up",
    avoidedBy: { kernel: "6.1" },
  },
  {
    id: "H13",
    choices: { ...X2APIC, platform: "Hyper-V" },
    outcome: "lossy",
    lost: [`${DISK}@300`],
    avoidedBy: { platform: "Hyper-V, 15 bits" },
  },
  {
    id: "H14",
    choices: { firmware: "x2APIC", cmdline: "x2apic_phys" },
    outcome: "panic",
    avoidedBy: { cmdline: "no options" },
  },
])("$id: $choices is $outcome", ({ id, choices, outcome, lost = [], avoidedBy }) => {
  const machine = machineWith(choices);
  const booted = bootOutcome(machine);
  assert.equal(booted.outcome, outcome);
  const named = booted.lost.filter(({ hazard }) => hazard === id);
  assert.deepEqual(
    named.map(({ device, apicId }) => `${device}@${apicId}`).sort(),
    [...lost].sort(),
  );
  assert.ok(hazardsOf({ machine, boot: booted }).includes(id));

  const other = machineWith({ ...choices, ...avoidedBy });
  assert.ok(!hazardsOf({ machine: other, boot: boot(other) }).includes(id), "not avoided");
});

Deno.test("under the mail's rule an I/O APIC without parent fails to initialise, no BUG", () => {
  const orphan = { firmware: "x2APIC", cmdline: "x2apic_phys" };
  const mainline = bootOutcome(machineWith({ ...orphan, kernel: "6.1" }));
  const mail = bootOutcome(machineWith({ ...orphan, kernel: "mail" }));
  assert.deepEqual([mainline.outcome, mail.outcome], ["panic", "lossy"]);
  assert.deepEqual(mail.lost.map(({ device, apicId }) => `${device}@${apicId}`), [
    "ioapic:0@0",
    "ioapic:0@1",
  ]);
});

Deno.test("CPUs beyond the HPET's channels have no timer of its to lose", () => {
  const machine = machineWith({
    remapping: "VT-d without EIM",
    timers: "HPET messages",
    CPUs: "nine small IDs",
  });
  const lost = (timers: number) =>
    bootOutcome({ ...machine, hpet: { id: 0, fsb: true, timers } }).lost.length;
  assert.deepEqual([lost(3), lost(4), lost(8), lost(32)], [0, 1, 5, 9]);
});

Deno.test("every hazard is told with what it does and where that is written", () => {
  for (const { id, situation, effect, source, explains, meets } of HAZARDS) {
    assert.ok(situation && effect && source, id);
    assert.ok(explains || meets, id);
  }
});
