import { type Boot, boot as bootMachine } from "../../linux/boot.ts";
import { DEVICE_CLASSES, type DeviceClass } from "../../routing/interrupt.ts";
import { type Reach, reach } from "../../routing/reach.ts";
import { command } from "../command.ts";
import { kernelOption, readMachine } from "../machine.ts";
import { choice, one, whole } from "../option.ts";
import { columns } from "../terminal.ts";
import { ranges } from "../words.ts";

interface Row {
  readonly of: DeviceClass;
  readonly found: Reach;
  /** Asked about one CPU: whether the class interrupts it, in words too. */
  readonly one?: { readonly cpu: number; readonly hits: boolean; readonly says: string };
}

export const reachCommand = command({
  name: "reach",
  summary: "Which APIC IDs can each class of device interrupt",
  positionals: { MACHINE: one("A machine file, or - for standard input") },
  options: {
    device: choice(DEVICE_CLASSES, "Only this class of device"),
    cpu: whole("ID", "Only this APIC ID"),
    kernel: kernelOption,
  },
  examples: [
    "reach notebooks/machines/vtd-eim.machine.json",
    "reach notebooks/machines/kvm-15-bit.machine.json --device msi --cpu 300",
  ],
  async run({ MACHINE }, { device, cpu, kernel }, world) {
    const machine = await readMachine(MACHINE, world, kernel);
    const boot = bootMachine(machine);
    const classes = device ? [device] : DEVICE_CLASSES;
    const rows = classes.map((of) => rowOf(of, reach({ machine, boot }, of), boot, cpu));
    return {
      json: Object.fromEntries(rows.map((row) => [row.of, jsonOf(row)])),
      text: () => table(rows, boot),
      no: boot.panic !== null || rows.some(isNo),
    };
  },
});

function rowOf(of: DeviceClass, found: Reach, boot: Boot, cpu: number | undefined): Row {
  if (cpu === undefined) return { of, found };
  const unreachable = found.unreachable.filter((apicId) => apicId === cpu);
  return { of, found: { ...found, unreachable }, one: { cpu, ...fateOf(cpu, found, boot) } };
}

/** Whether a class interrupts a CPU; a CPU that does not run is interrupted by none. */
function fateOf(cpu: number, { ids, sends, unreachable }: Reach, { online, offline }: Boot) {
  if (!online.some(({ apicId }) => apicId === cpu)) {
    const because = offline.find(({ apicId }) => apicId === cpu)?.because;
    return { hits: false, says: `does not run: ${because ?? "the machine has no such CPU"}` };
  }
  if (!sends) return { hits: false, says: "" };
  const hits = ids.has(cpu) && !unreachable.includes(cpu);
  return { hits, says: hits ? "yes" : "no: out of reach" };
}

/** A class that sends nothing misses nobody. */
function isNo({ found: { sends, unreachable }, one }: Row): boolean {
  return unreachable.length > 0 || one !== undefined && sends && !one.hits;
}

function jsonOf({ found: { parent, ids, broadcast, unreachable }, one }: Row) {
  const reachable = one ? { reachable: one.hits } : {};
  return { parent, intervals: [...ids.intervals()], broadcast, unreachable, ...reachable };
}

function table(rows: readonly Row[], { apic }: Boot): string {
  const [first] = rows;
  const asked = first?.one ? `APIC ID ${first.one.cpu}` : "online CPUs it cannot";
  const head = ["device", "parent", NAMED[apic.destMode], asked];
  const body = rows.map(({ of, found: { parent, ids, sends, unreachable }, one }) => [
    of,
    parent ?? "none",
    sends ? String(ids).replaceAll(",", ", ") || "nobody" : "sends no messages",
    one ? one.says : ranges(unreachable),
  ]);
  return columns([head, ...body]);
}

/** Logical destinations name CPUs that are there; physical ones any APIC ID of so many bits. */
const NAMED: Readonly<Record<Boot["apic"]["destMode"], string>> = {
  physical: "APIC IDs it can name",
  logical: "CPUs of this machine it can name",
};
