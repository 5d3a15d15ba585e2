/** Which processors of the MADT become CPUs, in kernels that count differently. */
import assert from "node:assert/strict";
import { type Boot, boot } from "../../lib/linux/boot.ts";
import type { Machine, MadtProcessor } from "../../lib/machine/machine.ts";
import { type Given, KVM, machine, NO_HYPERVISOR, range } from "./machines.ts";

interface Case extends Given {
  readonly title: string;
  readonly entries?: readonly MadtProcessor[];
  readonly online: readonly number[];
  readonly possible: string;
  readonly present: string;
  readonly line?: string;
  readonly driver?: string;
}

const lapic = (apicId: number, enabled = true): MadtProcessor => ({
  apicId,
  entry: "lapic",
  enabled,
});
const x2apic = (apicId: number, enabled = true): MadtProcessor => ({
  apicId,
  entry: "x2apic",
  enabled,
});

/** Three CPUs and two empty slots, as a VMM leaves them for hot-plugging. */
const slots = [lapic(0), lapic(1), lapic(2, false), lapic(3, false), lapic(4)];

const CASES: readonly Case[] = [
  {
    title: "6.1 counts empty slots as possible CPUs",
    version: "6.1",
    entries: slots,
    online: [0, 1, 4],
    possible: "0-4",
    present: "0-2",
  },
  {
    title: "6.15 does not on bare metal",
    version: "6.15",
    entries: slots,
    online: [0, 1, 4],
    possible: "0-2",
    present: "0-2",
  },
  {
    title: "6.15 does in a guest",
    version: "6.15",
    hypervisor: KVM,
    entries: slots,
    online: [0, 1, 4],
    possible: "0-4",
    present: "0-2",
  },
  {
    title: "6.9 leaves out empty slots of a package that is present",
    version: "6.9",
    cpu: { packageShift: 2 },
    entries: slots,
    online: [0, 1, 4],
    possible: "0-2",
    present: "0-2",
  },
  {
    title: "the online-capable flag counts from FADT 6.3 on",
    version: "6.1",
    firmware: { fadtRevision: 6, fadtMinorRevision: 4 },
    entries: [lapic(0), { ...lapic(1, false), onlineCapable: true }, lapic(2, false)],
    online: [0],
    possible: "0-1",
    present: "0",
  },
  {
    title: "placeholders are no CPUs",
    entries: [lapic(0), lapic(255, false), x2apic(0xffff_ffff, false)],
    online: [0],
    possible: "0",
    present: "0",
  },
  {
    title: "the boot CPU is number 0 wherever it is listed",
    bootId: 2,
    entries: [lapic(0), lapic(1), lapic(2)],
    online: [2, 0, 1],
    possible: "0-2",
    present: "0-2",
  },
  {
    title: "nr_cpus= keeps the last number for the boot CPU",
    cmdline: "nr_cpus=2",
    bootId: 2,
    entries: [lapic(0), lapic(1), lapic(2)],
    online: [2, 0],
    possible: "0-1",
    present: "0-1",
  },
  {
    title: "nr_cpus= on 6.9",
    version: "6.9",
    cmdline: "nr_cpus=2",
    ids: range(0, 3),
    online: [0, 1],
    possible: "0-1",
    present: "0-1",
    line: "CPU topo: CPU limit of 2 reached. Ignoring further CPUs",
  },
  {
    title: "possible_cpus= makes room",
    cmdline: "possible_cpus=8",
    online: [0, 1, 2, 3],
    possible: "0-7",
    present: "0-3",
  },
  {
    title: "NR_CPUS of the build",
    config: { NR_CPUS: 2 },
    online: [0, 1],
    possible: "0-1",
    present: "0-1",
  },
  { title: "nosmp", cmdline: "nosmp", online: [0], possible: "0", present: "0" },
  {
    title: "nosmp on 6.12",
    version: "6.12",
    cmdline: "nosmp",
    online: [0],
    possible: "0",
    present: "0",
    line: "CPU topo: CPU limit of 1 reached. Ignoring further CPUs",
  },
  {
    title: "nolapic where firmware left an MP table",
    version: "6.12",
    cmdline: "nolapic",
    online: [0],
    possible: "0",
    present: "0",
    driver: "physical flat",
    line: "CPU topo: CPU limit of 1 reached. Ignoring further CPUs",
  },
  {
    title: "nolapic where it left one, before 6.9",
    version: "6.1",
    cmdline: "nolapic",
    online: [0],
    possible: "0",
    present: "0",
    driver: "flat",
  },
  {
    title: "nolapic without",
    version: "6.12",
    firmware: { mpTable: false },
    cmdline: "nolapic",
    driver: "noop",
    online: [0],
    possible: "0",
    present: "0",
    line: "APIC: Switched APIC routing to: noop",
  },
  {
    title: "maxcpus= counts CPUs that came online",
    version: "6.1",
    cmdline: "maxcpus=2",
    bios: "x2apic",
    ids: [0, 300, 1],
    online: [0, 1],
    possible: "0-2",
    present: "0-2",
  },
  {
    title: "and from 6.5 on attempts",
    version: "6.12",
    cmdline: "maxcpus=2",
    bios: "x2apic",
    ids: [0, 300, 1],
    online: [0],
    possible: "0-2",
    present: "0-2",
  },
  {
    title: "disable_cpu_apicid= on 6.1",
    cmdline: "disable_cpu_apicid=1",
    online: [0, 2, 3],
    possible: "0-3",
    present: "0-2",
    line: "APIC: Disabling requested cpu. Processor 1/0x1 ignored.",
  },
  {
    title: "disable_cpu_apicid= is unknown to 6.9",
    version: "6.9",
    cmdline: "disable_cpu_apicid=1",
    online: [0, 1, 2, 3],
    possible: "0-3",
    present: "0-3",
  },
  {
    title: "disable_cpu_apicid= spares the boot CPU",
    cmdline: "disable_cpu_apicid=0",
    online: [0, 1, 2, 3],
    possible: "0-3",
    present: "0-3",
  },
];

Deno.test.each(CASES)(
  "$title",
  ({ entries, online, possible, present, line, driver, ...given }) => {
    const answer = boot({ ...machine(given), ...(entries ? { cpus: entries } : {}) });
    assert.deepEqual(answer.online.map(({ apicId }) => apicId), online);
    assert.deepEqual([answer.possible, answer.present], [possible, present]);
    if (driver) assert.equal(answer.apicDriver, driver);
    if (line) assert.ok(answer.lines.includes(line), answer.lines.join("\n"));
    assertAccounted(answer, entries ?? machine(given).cpus);
  },
);

/** Every entry of the table either runs or has a reason not to. */
function assertAccounted({ online, offline }: Boot, cpus: Machine["cpus"]) {
  const told = [...online, ...offline].map(({ apicId }) => apicId).sort((a, b) => a - b);
  assert.deepEqual(told, cpus.map(({ apicId }) => apicId).sort((a, b) => a - b));
}

Deno.test("an unknown hypervisor is bare metal", () => {
  assert.equal(boot(machine({ hypervisor: NO_HYPERVISOR })).x2apic, false);
});
