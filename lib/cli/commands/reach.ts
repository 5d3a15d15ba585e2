import { type Boot, boot as bootMachine } from "../../linux/boot.ts";
import { DEVICE_CLASSES, type DeviceClass } from "../../routing/interrupt.ts";
import { type Reach, reach } from "../../routing/reach.ts";
import { command } from "../command.ts";
import { readMachine } from "../machine.ts";
import { choice, one, whole } from "../option.ts";
import { columns } from "../terminal.ts";
import { ranges } from "../words.ts";

interface Row {
  readonly of: DeviceClass;
  readonly found: Reach;
  /** Asked about one CPU: whether the class can interrupt it. */
  readonly hits: boolean | undefined;
}

export const reachCommand = command({
  name: "reach",
  summary: "Which APIC IDs can each class of device interrupt",
  positionals: { MACHINE: one("A machine file, or - for standard input") },
  options: {
    device: choice(DEVICE_CLASSES, "Only this class of device"),
    cpu: whole("ID", "Only this APIC ID"),
  },
  examples: [
    "reach notebooks/machines/vtd-eim.machine.json",
    "reach notebooks/machines/kvm-15-bit.machine.json --device msi --cpu 300",
  ],
  async run({ MACHINE }, { device, cpu }, world) {
    const machine = await readMachine(MACHINE, world);
    const boot = bootMachine(machine);
    const classes = device ? [device] : DEVICE_CLASSES;
    const rows = classes.map((of) => rowOf(of, reach({ machine, boot }, of), boot, cpu));
    return {
      json: Object.fromEntries(rows.map((row) => [row.of, jsonOf(row)])),
      text: () => table(rows, boot),
      no: boot.panic !== null || rows.some(({ found }) => found.unreachable.length > 0),
    };
  },
});

function rowOf(of: DeviceClass, found: Reach, boot: Boot, cpu: number | undefined): Row {
  if (cpu === undefined) return { of, found, hits: undefined };
  const hits = found.ids.has(cpu) && boot.online.some(({ apicId }) => apicId === cpu);
  const unreachable = found.sends && !hits ? [cpu] : [];
  return { of, found: { ...found, unreachable }, hits };
}

function jsonOf({ found: { parent, ids, broadcast, unreachable }, hits }: Row) {
  const reachable = hits === undefined ? {} : { reachable: hits };
  return { parent, intervals: [...ids.intervals()], broadcast, unreachable, ...reachable };
}

function table(rows: readonly Row[], { apic }: Boot): string {
  const head = ["device", "parent", NAMED[apic.destMode], "online CPUs it cannot"];
  const body = rows.map(({ of, found: { parent, ids, sends, unreachable } }) => [
    of,
    parent ?? "none",
    sends ? String(ids).replaceAll(",", ", ") || "nobody" : "sends no messages",
    ranges(unreachable),
  ]);
  return columns([head, ...body]);
}

/** Logical destinations name CPUs that are there; physical ones any APIC ID of so many bits. */
const NAMED: Readonly<Record<Boot["apic"]["destMode"], string>> = {
  physical: "APIC IDs it can name",
  logical: "CPUs of this machine it can name",
};
