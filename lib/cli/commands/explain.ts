import { readMachineFiles } from "../../firmware/machine_fields.ts";
import type { MachineReading, Untold } from "../../firmware/machine_fields.ts";
import { seenBoot } from "../../firmware/seen_boot.ts";
import type { Malformed } from "../../firmware/malformed.ts";
import type { Assumed } from "../../machine/complete_machine.ts";
import { explain, type Explanation } from "../../routing/explain.ts";
import { command } from "../command.ts";
import { collect, type Collected, malformed } from "../explain/collect.ts";
import { evidenceIn, placeText, showsAnything, story } from "../explain/story.ts";
import { rest } from "../option.ts";
import { paint } from "../terminal.ts";
import type { World } from "../world.ts";

export const explainCommand = command({
  name: "explain",
  summary: "What happened on a real machine, and why, by its own files",
  positionals: {
    DIR_OR_FILE: rest("Folders or files: dmesg, ACPI tables, texts of /proc, a machine file"),
  },
  options: {},
  examples: [
    "explain tests/boots/whole/k7.3-vtd-eim-ids-0-255-300-1000",
    "explain tests/boots/whole/k6.1-bare-9cpus/dmesg.txt --json",
  ],
  async run({ DIR_OR_FILE }, _, world) {
    const collected = await collect(DIR_OR_FILE, world);
    const reading = readMachineFiles(collected.files);
    refuseFaults(reading, collected);
    const seen = seenBoot(collected.files);
    const explanation = explain(reading, seen, collected);
    tell(explanation.assumed, reading.untold, collected, world);
    const evidence = evidenceIn(explanation, seen, collected.pathOf);
    const call = `deno task -q irqscope explain ${DIR_OR_FILE.join(" ")}`;
    return {
      json: { ...jsonOf(explanation, collected), evidence },
      text: (terminal) =>
        story(explanation, evidence, collected.pathOf, {
          call,
          shows: showsAnything(seen),
          terminal,
        }),
      no: explanation.boot.outcome !== "up" || explanation.disagreements.length > 0,
    };
  },
});

/** A file that is broken is no missing one: an answer without it would be half an answer. */
function refuseFaults({ faults }: MachineReading, { pathOf }: Collected): void {
  const [first] = faults;
  if (first) throw malformed(pathOf(FILE_OF[first.table] ?? first.table), first);
}

/** Which file a reader's fault is in, where it is not an ACPI table of that signature. */
const FILE_OF: Readonly<Record<Malformed["table"], string>> = {
  CPUID: "cpuid",
  "PCI configuration space": "pciConfig",
};

function jsonOf({ machine, assumed, boot, disagreements }: Explanation, { pathOf }: Collected) {
  return {
    machine,
    boot,
    disagreements: disagreements.map((each) => ({ ...each, where: placeText(each.where, pathOf) })),
    assumed,
  };
}

/** What was taken for granted, and which file would have told. */
function tell(
  assumed: readonly Assumed[],
  untold: readonly Untold[],
  { repeated }: Collected,
  world: World,
): void {
  const say = (line: string) => world.talk(paint(world.err, "yellow", line));
  for (const path of repeated) say(`Left aside ${path}: an earlier file tells the same`);
  for (const { field, value, because } of assumed) {
    const needs = untold.find((each) => field.startsWith(each.field))?.needs;
    say(`Assumed ${field}${shortly(value)}: ${because}${needs ? `; give ${needs}` : ""}`);
  }
}

function shortly(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 40 ? ` ${text}` : "";
}
