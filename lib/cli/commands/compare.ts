import type { Machine } from "../../machine/machine.ts";
import {
  type BootedAnswer,
  compareBoots,
  type Comparison,
  type DecisionDifference,
  type PairDifference,
} from "../../routing/compare.ts";
import { bootOutcome } from "../../routing/outcome.ts";
import { withKernel } from "../../machine/with_kernel.ts";
import { command } from "../command.ts";
import { Misuse } from "../error.ts";
import { readMachine } from "../machine.ts";
import { maybe, one, text as textOption } from "../option.ts";
import { columns } from "../terminal.ts";
import { ranges } from "../words.ts";

export const compareCommand = command({
  name: "compare",
  summary: "Which decisions and which pairs of device and CPU differ",
  positionals: {
    MACHINE: one("A machine file, or - for standard input"),
    OTHER: maybe("Another; or the same one under --kernel"),
  },
  options: {
    kernel: textOption("VERSION", "Boot the other with this kernel, such as 5.10 or mail"),
  },
  examples: [
    "compare notebooks/machines/kvm-8-bit.machine.json notebooks/machines/kvm-15-bit.machine.json",
    "compare notebooks/machines/vtd-without-eim-on-kvm.machine.json --kernel 5.10",
  ],
  async run({ MACHINE, OTHER }, { kernel }, world) {
    if (OTHER === undefined && kernel === undefined) {
      throw new Misuse("Cannot compare a machine with itself: give another, or --kernel VERSION");
    }
    if (MACHINE === "-" && OTHER === "-") {
      throw new Misuse("Cannot read two machines from standard input: give one of them as a file");
    }
    const before = await readMachine(MACHINE, world);
    const after = OTHER === undefined
      ? withKernel(before, kernel)
      : await readMachine(OTHER, world, kernel);
    const comparison = compareBoots(booted(before), booted(after));
    const differs = comparison.decisions.length + comparison.pairs.length > 0;
    return { json: comparison, text: () => textOf(comparison), no: differs };
  },
});

function booted(machine: Machine): BootedAnswer {
  return { machine, boot: bootOutcome(machine) };
}

function textOf({ decisions, pairs }: Comparison): string {
  if (decisions.length + pairs.length === 0) return "No difference";
  return [
    table(["decision", "first", "second"], decisions.map(decisionRow)),
    table(["device", "APIC ID", "first", "second"], pairRows(pairs)),
  ].filter(Boolean).join("\n\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length > 0 ? columns([head, ...rows]) : "";
}

function decisionRow({ step, before, after }: DecisionDifference): readonly string[] {
  return [step, before?.decided ?? "—", after?.decided ?? "—"];
}

/** One row per device and fate, with all its CPUs. */
function pairRows(pairs: readonly PairDifference[]): readonly (readonly string[])[] {
  const alike = Map.groupBy(
    pairs,
    ({ device, before, after }) => [device, before, after].join("\0"),
  );
  return [...alike.values()].map((group) => {
    const { device, before, after } = group[0]!;
    return [device, ranges(group.map(({ apicId }) => apicId)), before, after];
  });
}
