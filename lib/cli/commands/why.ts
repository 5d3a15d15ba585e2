import { boot as bootMachine } from "../../linux/boot.ts";
import type { Decision } from "../../linux/decision.ts";
import { DEVICE_CLASSES } from "../../routing/interrupt.ts";
import type { Hop } from "../../routing/stage.ts";
import { type Rung, type Why, why } from "../../routing/why.ts";
import { command } from "../command.ts";
import { readMachine } from "../machine.ts";
import { choice, one, required, whole } from "../option.ts";
import { columns } from "../terminal.ts";

export const whyCommand = command({
  name: "why",
  summary: "Why can a CPU not be interrupted, and which limit binds",
  positionals: { MACHINE: one("A machine file") },
  options: {
    cpu: required(whole("ID", "The CPU's APIC ID")),
    device: choice(DEVICE_CLASSES, "By this class of device; else by all that carry work"),
  },
  examples: [
    "why notebooks/machines/vtd-without-eim-on-kvm.machine.json --cpu 300",
    "why notebooks/machines/vtd-eim.machine.json --cpu 300 --device hpet",
  ],
  async run({ MACHINE }, { cpu, device }, world) {
    const machine = await readMachine(MACHINE, world);
    const boot = bootMachine(machine);
    const answer = why({ machine, boot }, cpu, device);
    return { json: answer, text: () => textOf(answer, cpu), no: !answer.reachable };
  },
});

function textOf(answer: Why, apicId: number): string {
  const verdict = answer.reachable
    ? `APIC ID ${apicId} can be interrupted`
    : `APIC ID ${apicId} cannot be interrupted: ${answer.binding}`;
  const by = answer.device ? ` (${answer.device})` : "";
  return [
    verdict + by,
    "",
    columns([["limit", "up to", "source"], ...answer.ladder.map(rungRow)]),
    "",
    ...answer.trace.map(stepText),
  ].join("\n");
}

function rungRow({ limit, value, where }: Rung): readonly string[] {
  return [limit, value === null ? "any" : `${value}`, where];
}

function stepText(step: Decision | Hop): string {
  return "step" in step
    ? `${step.step}: ${step.decided} (${step.because}; ${step.source})`
    : `${step.at}: ${step.did} (${step.source})`;
}
