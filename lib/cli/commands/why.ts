import { boot as bootMachine } from "../../linux/boot.ts";
import type { Decision } from "../../linux/decision.ts";
import {
  DEVICE_CLASSES,
  type DeviceClass,
  devicesOf,
  WORKING_CLASSES,
} from "../../routing/interrupt.ts";
import type { Hop } from "../../routing/stage.ts";
import { type LadderRung, type Why, why } from "../../routing/why.ts";
import { command } from "../command.ts";
import { kernelOption, readMachine } from "../machine.ts";
import { choice, one, required, whole } from "../option.ts";
import { columns } from "../terminal.ts";

export const whyCommand = command({
  name: "why",
  summary: "Why can a CPU not be interrupted, and which limit binds",
  positionals: { MACHINE: one("A machine file, or - for standard input") },
  options: {
    cpu: required(whole("ID", "The CPU's APIC ID")),
    kernel: kernelOption,
    device: choice(DEVICE_CLASSES, "By this class of device; else by all that carry work"),
  },
  examples: [
    "why notebooks/machines/vtd-without-eim-on-kvm.machine.json --cpu 300",
    "why notebooks/machines/vtd-eim.machine.json --cpu 300 --device hpet",
  ],
  async run({ MACHINE }, { cpu, device, kernel }, world) {
    const machine = await readMachine(MACHINE, world, kernel);
    const boot = bootMachine(machine);
    const answer = why({ machine, boot }, cpu, device);
    const verdict = () => verdictOn(answer, perClass({ machine, boot }, cpu, device), cpu);
    return { json: answer, text: () => textOf(answer, verdict()), no: !answer.reachable };
  },
});

type ByClass = readonly (readonly [of: DeviceClass, why: Why])[];

/** Asked of each class alone; classes that send nothing are left out. */
function perClass(booted: Parameters<typeof why>[0], apicId: number, of?: DeviceClass): ByClass {
  return (of ? [of] : WORKING_CLASSES)
    .filter((each) => devicesOf(booted, each).length > 0)
    .map((each) => [each, why(booted, apicId, each)] as const);
}

/** One sentence where all classes fare alike, else who does what and why. */
function verdictOn(answer: Why, classes: ByClass, apicId: number): string {
  const can = classes.filter(([, { reachable }]) => reachable);
  const cannot = classes.filter(([, { reachable }]) => !reachable);
  if (can.length > 0 && cannot.length > 0) {
    return [
      `APIC ID ${apicId} can be interrupted by ${names(can)}, not by ${names(cannot)}`,
      ...cannot.map(([, { device, binding }]) => `  ${device}: ${binding}`),
    ].join("\n");
  }
  const by = answer.device ? ` (${answer.device})` : "";
  return answer.reachable
    ? `APIC ID ${apicId} can be interrupted${by}`
    : `APIC ID ${apicId} cannot be interrupted: ${bindingInWords(answer)}${by}`;
}

/** The limit that binds, with its number where its bits do not tell it. */
function bindingInWords({ binding, ladder }: Why): string {
  const value = ladder.find(({ limit }) => limit === binding)?.value;
  const told = typeof value !== "number" || binding!.endsWith("bits");
  return told ? `${binding}` : `${binding}, up to ${value}`;
}

function names(classes: ByClass): string {
  return classes.map(([of]) => of).join(" and ");
}

function textOf(answer: Why, verdict: string): string {
  return [
    verdict,
    "",
    columns([
      ["", "limit", "up to", "source"],
      ...answer.ladder.map((rung) => rungRow(rung, answer.binding)),
    ]),
    "",
    ...answer.trace.map(stepText),
  ].join("\n");
}

/** Whose refusals make a limit long is told in the verdict. */
function rungRow({ limit, value, where }: LadderRung, binding: string | null): readonly string[] {
  const mark = limit === binding ? "binds" : "";
  return [mark, limit.split(";")[0]!, value === null ? "any" : `${value}`, where];
}

function stepText(step: Decision | Hop): string {
  return "step" in step
    ? `${step.step}: ${step.decided} (${step.because}; ${step.source})`
    : `${step.at}: ${step.did} (${step.source})`;
}
