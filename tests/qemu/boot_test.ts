/** Real kernels, booted here and now: predicted before, compared after. */
import assert from "node:assert/strict";
import { readMachineFiles } from "../../lib/firmware/machine_fields.ts";
import { boot } from "../../lib/linux/boot.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { findTool, lacks } from "../run/tools.ts";
import { bootMachine, type Collected } from "./boot_machine.ts";
import { guestFiles } from "./debian.ts";
import { emulatedMachines } from "./machines.ts";
import { machineFiles, observe } from "./observe.ts";

const name = "real boots";
const tools = lacks(name, "qemu", "dpkgDeb");
const files = tools ? undefined : await guestFiles();
if (typeof files === "string") console.log(`skipped: ${name}: ${files}`);

if (files === undefined || typeof files === "string") {
  Deno.test({ name, ignore: true, fn: () => {} });
} else {
  for (const emulated of emulatedMachines(files)) {
    Deno.test(`Linux ${files.release} on ${emulated.title} does as predicted`, async () => {
      const predicted = prediction(emulated.machine);
      const collected = await bootMachine(findTool("qemu")!, files, emulated);
      assertTold(collected, files.config, emulated.machine);
      assert.deepEqual(observe(collected), predicted);
    });
  }
}

function prediction(machine: Machine) {
  const { apicDriver, x2apic, irqRemapping, online, possible, present, chips } = boot(machine);
  return { apicDriver, x2apic, irqRemapping, online, possible, present, chips };
}

/** What the guest's own files tell of the machine is what its machine file says. */
function assertTold(collected: Collected, config: string, machine: Machine): void {
  const { fields, faults } = readMachineFiles(machineFiles(collected, config));
  assert.deepEqual(faults, []);
  const told = common(machine, fields) as Readonly<Record<string, unknown>>;
  for (const field of ["kernel", "cpu", "firmware", "cpus", "ioapics", "remapping", "devices"]) {
    assert.notEqual(told[field], undefined, `nothing tells ${field}`);
  }
  assert.deepEqual(told, common(fields, machine));
}

/** `value` with those members only that `other` has too, at any depth. */
function common(value: unknown, other: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((item, i) => common(item, (other as readonly unknown[] | undefined)?.[i]));
  }
  if (value === null || typeof value !== "object" || other === null || typeof other !== "object") {
    return value;
  }
  const shared = Object.entries(value).filter(([key]) => key in other);
  return Object.fromEntries(
    shared.map(([key, item]) => [key, common(item, (other as Record<string, unknown>)[key])]),
  );
}
