import { withKernel } from "../../machine/with_kernel.ts";
import type { Machine } from "../../machine/machine.ts";
import {
  type BootedAnswer,
  compareBoots,
  type Comparison,
  type DecisionDifference,
  type PairDifference,
} from "../../routing/compare.ts";
import { bootOutcome } from "../../routing/outcome.ts";
import { command } from "../command.ts";
import { readMachine } from "../machine.ts";
import { maybe, one, text as textOption } from "../option.ts";
import { columns } from "../terminal.ts";

export const compareCommand = command({
  name: "compare",
  summary: "Which decisions and which pairs of device and CPU differ",
  positionals: {
    MACHINE: one("A machine file"),
    OTHER: maybe("Another; the same one when left out"),
  },
  options: {
    kernel: textOption("VERSION", "Boot the other with this kernel, such as 5.10 or mail"),
  },
  examples: [
    "compare notebooks/machines/kvm-8-bit.machine.json notebooks/machines/kvm-15-bit.machine.json",
    "compare notebooks/machines/vtd-without-eim-on-kvm.machine.json --kernel 5.10",
  ],
  async run({ MACHINE, OTHER = MACHINE }, { kernel }, world) {
    const before = await readMachine(MACHINE, world);
    const after = withKernel(await readMachine(OTHER, world), kernel);
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
    table(["device", "APIC ID", "first", "second"], pairs.map(pairRow)),
  ].filter(Boolean).join("\n\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length > 0 ? columns([head, ...rows]) : "";
}

function decisionRow({ step, before, after }: DecisionDifference): readonly string[] {
  return [step, before?.decided ?? "—", after?.decided ?? "—"];
}

function pairRow({ device, apicId, before, after }: PairDifference): readonly string[] {
  return [device, `${apicId}`, before, after];
}
