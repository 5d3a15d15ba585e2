import { type BootAnswer, bootOutcome } from "../../routing/outcome.ts";
import type { Machine } from "../../machine/machine.ts";
import { declinedInWords } from "../../linux/reasons.ts";
import type { Booted } from "../../routing/interrupt.ts";
import { command } from "../command.ts";
import { readMachine } from "../machine.ts";
import { one, text as textOption } from "../option.ts";
import { columns, paint, type Terminal } from "../terminal.ts";
import { counted, everyDevice, numberedCpus, orphansOf, orphansText, ranges } from "../words.ts";

export const bootCommand = command({
  name: "boot",
  summary: "What does this kernel make of this machine",
  positionals: { MACHINE: one("A machine file, or - for standard input") },
  options: { kernel: textOption("VERSION", "Another kernel than the file's, such as 6.1 or mail") },
  examples: [
    "boot notebooks/machines/vtd-eim.machine.json",
    "boot notebooks/machines/vtd-eim.machine.json --kernel 5.10 --json",
  ],
  async run({ MACHINE }, { kernel }, world) {
    const machine = await readMachine(MACHINE, world, kernel);
    const answer = bootOutcome(machine);
    return {
      json: answer,
      text: (terminal) => textOf(machine, answer, terminal),
      no: answer.outcome !== "up",
    };
  },
});

function textOf(machine: Machine, answer: BootAnswer, terminal: Terminal): string {
  const title = (words: string) => paint(terminal, "bold", words);
  return [
    `${title(machine.name)}: ${verdict(machine, answer, terminal)}`,
    columns(facts(answer)),
    ...block(title("Parents"), parents(answer)),
    ...block(title("CPUs that do not run"), offline(answer)),
    ...block(title("Lost"), lost(answer)),
    ...block(title("Decisions"), decisions(answer)),
  ].join("\n");
}

function verdict(machine: Machine, boot: BootAnswer, terminal: Terminal): string {
  const { outcome, panic, lost } = boot;
  switch (outcome) {
    case "up":
      return `${paint(terminal, "green", "up")}, ${up({ machine, boot })}`;
    case "lossy":
      return `${paint(terminal, "yellow", "lossy")}, ${counted(lost.length, "pair")} ` +
        "of device and CPU";
    case "panic":
      return `${paint(terminal, "red", "panic")}, ${panic}`;
  }
}

/** `every device reaches all 3 CPUs`, or how many of those that firmware offers run at all. */
function up(booted: Booted): string {
  const orphans = orphansOf(booted);
  return `${reached(booted, everyDevice(orphans))}${orphansText(orphans)}`;
}

function reached({ machine, boot: { online } }: Booted, devices: string): string {
  const offered = machine.cpus.filter(({ enabled }) => enabled).length;
  const one = online.length === 1;
  if (online.length < offered) {
    const run = `${online.length} of ${counted(offered, "CPU")} ${one ? "runs" : "run"}`;
    return `${run}, ${devices} reaches ${one ? "it" : "them"}`;
  }
  return `${devices} reaches ${one ? "the only CPU" : `all ${online.length} CPUs`}`;
}

function facts(answer: BootAnswer): readonly (readonly string[])[] {
  const chips = Object.values(answer.chips).flat();
  return [
    ["era", answer.era],
    ["APIC driver", answer.apicDriver],
    ["x2APIC", answer.x2apic ? "on" : "off"],
    ["APIC IDs", answer.maxApicId === null ? "no limit" : `up to ${answer.maxApicId}`],
    ["remapping", answer.irqRemapping],
    ["online", numberedCpus(answer.online)],
    ["possible", answer.possible],
    ["present", answer.present],
    ["chips", chips.join(", ") || "none"],
  ];
}

function parents({ parents }: BootAnswer): readonly (readonly string[])[] {
  return Object.entries(parents).map(([device, { domain, declined }]) => [
    device,
    domain ?? "none",
    declinedInWords(declined),
  ]);
}

/** One row per reason, with all its CPUs. */
function offline({ offline }: BootAnswer): readonly (readonly string[])[] {
  const byReason = Map.groupBy(offline, ({ because }) => because);
  return [...byReason].map((
    [because, cpus],
  ) => [ranges(cpus.map(({ apicId }) => apicId)), because]);
}

/** One row per reason and device, with all its CPUs. */
function lost({ lost }: BootAnswer): readonly (readonly string[])[] {
  const byReason = Map.groupBy(lost, ({ device, because }) => `${device}\0${because}`);
  return [...byReason.values()].map((pairs) => [
    pairs[0]!.device,
    ranges(pairs.map(({ apicId }) => apicId)),
    pairs[0]!.because,
  ]);
}

function decisions({ trace }: BootAnswer): readonly (readonly string[])[] {
  return trace.map(({ step, decided, because }) => [step, decided, because]);
}

function block(title: string, rows: readonly (readonly string[])[]): readonly string[] {
  return rows.length === 0 ? [] : ["", title, columns(rows, "  ")];
}
