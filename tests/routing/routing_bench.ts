/** Costs of asking: reach and losses of one machine, and of a million configurations. */
import { boot } from "../../lib/linux/boot.ts";
import { follow } from "../../lib/routing/follow.ts";
import { anyInterrupt, DEVICE_CLASSES } from "../../lib/routing/interrupt.ts";
import { bootOutcome, lostPairs } from "../../lib/routing/outcome.ts";
import { pathOf } from "../../lib/routing/path.ts";
import { reach, reachOf } from "../../lib/routing/reach.ts";
import { machineWith, SPACE } from "../../lib/routing/space.ts";
import { sweep } from "../../lib/routing/sweep.ts";
import { bootFacts } from "../../lib/linux/boot.ts";

const machines = {
  "KVM, 15 bits": machineWith({
    platform: "KVM, 15 bits",
    firmware: "x2APIC",
    CPUs: "IDs of every class",
  }),
  "VT-d with EIM": machineWith({ remapping: "VT-d with EIM", CPUs: "IDs of every class" }),
  "bare metal": machineWith({}),
} as const;

for (const [name, machine] of Object.entries(machines)) {
  const booted = { machine, boot: boot(machine) };
  const group = name;
  const path = pathOf(booted, "ioapic", "ioapic:0")!;
  const target = { ...booted.boot.online[0]!, vector: 0x31 };
  Deno.bench(`${name}: reach of one device`, { group }, () => void reachOf(booted, path));
  for (const of of DEVICE_CLASSES) {
    Deno.bench(`${name}: reach of class ${of}`, { group }, () => void reach(booted, of));
  }
  Deno.bench(`${name}: follow one interrupt`, { group }, () => {
    follow(booted, anyInterrupt("ioapic", "ioapic:0"), target);
  });
  Deno.bench(`${name}: every lost pair`, { group }, () => void lostPairs(booted));
  Deno.bench(`${name}: boot with outcome`, { group }, () => void bootOutcome(machine));
}

for (const count of [4, 64, 1024, 4096]) {
  const machine = many(count);
  Deno.bench(
    `boot with outcome, ${count} CPUs`,
    { group: "CPUs" },
    () => void bootOutcome(machine),
  );
}

for (const count of [1, 16, 256]) {
  const machine = manyDevices(count);
  Deno.bench(`boot with outcome, ${count} devices`, { group: "devices" }, () => {
    bootOutcome(machine);
  });
}

/** Without the nine-CPU choice and with six kernels of twelve: 1,009,800 by its axes. */
Deno.bench("sweep of a million configurations", { group: "sweep", n: 1, warmup: 0 }, () => {
  const axes = SPACE.map((axis) =>
    axis.name === "kernel" ? { ...axis, choices: axis.choices.slice(0, 7) } : axis
  );
  sweep(axes, ({ machine }) => void lostPairs({ machine, boot: bootFacts(machine) }), {
    onProgress: (done, total) => {
      if (done % 100_000 === 0) console.error(`${done} of ${total}`);
    },
  });
});

function many(count: number) {
  const machine = machines["KVM, 15 bits"];
  const cpus = Array.from({ length: count }, (_, apicId) => ({
    apicId,
    entry: apicId < 255 ? "lapic" : "x2apic",
    enabled: true,
  } as const));
  return { ...machine, cpus };
}

function manyDevices(count: number) {
  const machine = machines["KVM, 15 bits"];
  const devices = Array.from({ length: count }, (_, at) => ({
    bdf: `0000:${(at >> 5).toString(16).padStart(2, "0")}:${
      (at & 31).toString(16).padStart(2, "0")
    }.0`,
    id: "8086:10d3",
    class: "020000",
    msi: 1,
    msix: 5,
    uses: "msix",
  } as const));
  return { ...machine, devices };
}
