import { type BootAnswer, bootOutcome } from "../../routing/outcome.ts";
import type { Machine } from "../../machine/machine.ts";
import { declinedInWords } from "../../linux/reasons.ts";
import { block, lostRows, offlineRows } from "../boot_rows.ts";
import { command } from "../command.ts";
import { kernelOption, readMachine } from "../machine.ts";
import { one } from "../option.ts";
import { columns, paint, type Terminal } from "../terminal.ts";
import { bootVerdict } from "../verdict.ts";
import { numberedCpus } from "../words.ts";

export const bootCommand = command({
  name: "boot",
  summary: "What does this kernel make of this machine",
  positionals: { MACHINE: one("A machine file, or - for standard input") },
  options: { kernel: kernelOption },
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
    `${title(machine.name)}: ${bootVerdict(machine, answer, terminal)}`,
    columns(facts(answer)),
    ...block(title("Parents"), parents(answer)),
    ...block(title("CPUs that do not run"), offlineRows(answer)),
    ...block(title("Lost"), lostRows(answer)),
    ...block(title("Decisions"), decisions(answer)),
  ].join("\n");
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

function decisions({ trace }: BootAnswer): readonly (readonly string[])[] {
  return trace.map(({ step, decided, because }) => [step, decided, because]);
}
