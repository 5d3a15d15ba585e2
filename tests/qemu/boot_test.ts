/** Real kernels, booted here and now: predicted before, compared after. */
import assert from "node:assert/strict";
import { boot } from "../../lib/linux/boot.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { findTool, lacks } from "../run/tools.ts";
import { bootMachine, type Collected } from "./boot_machine.ts";
import { guestFiles } from "./debian.ts";
import { emulatedMachines } from "./machines.ts";
import { acpiTable, observe } from "./observe.ts";

const name = "real boots";
const tools = lacks(name, "qemu", "dpkgDeb");
const files = tools ? undefined : await guestFiles();
if (typeof files === "string") console.log(`skipped: ${name}: ${files}`);

if (files === undefined || typeof files === "string") {
  Deno.test({ name, ignore: true, fn: () => {} });
} else {
  for (const emulated of emulatedMachines(files.release)) {
    Deno.test(`Linux ${files.release} on ${emulated.title} does as predicted`, async () => {
      const predicted = prediction(emulated.machine);
      const collected = await bootMachine(findTool("qemu")!, files, emulated);
      assertFirmware(collected, emulated.machine);
      assert.deepEqual(observe(collected), predicted);
    });
  }
}

function prediction(machine: Machine) {
  const { apicDriver, x2apic, irqRemapping, online, possible, present, chips } = boot(machine);
  return { apicDriver, x2apic, irqRemapping, online, possible, present, chips };
}

/** The machine file tells the machine that booted: its firmware's tables say the same. */
function assertFirmware(collected: Collected, machine: Machine): void {
  const madt = acpiTable(collected, "APIC");
  assert.ok(madt && "cpus" in madt);
  assert.deepEqual(
    madt.cpus.map(({ apicId, enabled }) => ({ apicId: Number(apicId), enabled })),
    machine.cpus.map(({ apicId, enabled }) => ({ apicId, enabled })),
  );
  assert.deepEqual(madt.ioapics.map(({ id }) => id), machine.ioapics.map(({ id }) => id));
  assert.deepEqual(acpiTable(collected, "DMAR") ?? null, told(machine.remapping));
}

/** What a DMAR tells of a machine's remapping: all but the units' own capabilities. */
function told(remapping: Machine["remapping"]) {
  if (remapping?.vendor !== "intel") return remapping;
  return { ...remapping, units: remapping.units.map((u) => ({ ...u, ir: null, eim: null })) };
}
