import { KERNEL, SPACE } from "../../routing/space.ts";
import { HAZARDS } from "../../routing/hazards.ts";
import {
  type LostCount,
  type Proof,
  type ProofExample,
  proveTheMail,
} from "../../routing/theorems.ts";
import { bar } from "../book_progress.ts";
import { command } from "../command.ts";
import { liveLine } from "../live_line.ts";
import { choice } from "../option.ts";
import { columns } from "../terminal.ts";

export const sweepCommand = command({
  name: "sweep",
  summary: "Does the mail's rule hold, and where do interrupts get lost, in all configurations",
  positionals: {},
  options: {
    kernel: choice(KERNEL.choices.map(({ name }) => name), "Only this kernel", "VERSION"),
  },
  examples: ["sweep --kernel mail", "sweep --kernel 6.1 --json"],
  run(_, { kernel }, world) {
    const line = liveLine(world);
    const proof = proveTheMail({
      axes: only(kernel),
      onProgress: (done, total) => line.show(progressText(done, total)),
    });
    line.end();
    const holds = proof.offersWhenItReaches.exceptions === 0 &&
      proof.lost.every(({ hazard }) => hazard !== null);
    return { json: proof, text: () => textOf(proof), no: !holds };
  },
});

function only(kernel: string | undefined) {
  const choices = KERNEL.choices.filter(({ name }) => !kernel || name === kernel);
  return SPACE.map((axis) => axis === KERNEL ? { ...KERNEL, choices } : axis);
}

/** Tenths on a pipe would be lines of noise: the text changes with each of them alone. */
function progressText(done: number, total: number): string {
  return bar({ done: Math.floor(10 * done / total), total: 10 });
}

function textOf(proof: Proof): string {
  const { offersWhenItReaches: { checked, exceptions }, bootCpuAboveLimit } = proof;
  return [
    `${proof.configurations} configurations`,
    `The vector domain offers itself exactly when it reaches every valid ID: ` +
    `${checked} asked, ${exceptions} exceptions`,
    `Boot CPUs above the limit, whom no check asks: ${bootCpuAboveLimit.count}, ` +
    `such as ${inWords(bootCpuAboveLimit.smallest)}`,
    ...proof.refuted.flatMap(({ criterion, declinesForNothing, acceptsTooMuch }) => [
      `"Decline when ${criterion}" is no criterion:`,
      `  it declines for nothing on ${inWords(declinesForNothing)}`,
      `  it accepts too much on ${inWords(acceptsTooMuch)}`,
    ]),
    "",
    columns([["lost by", "pairs", "smallest configuration"], ...proof.lost.map(lostRow)]),
    "",
    "A pair is a device and a CPU that runs and that it cannot interrupt. They are lost where",
    ...HAZARDS.filter(({ id }) => proof.lost.some(({ hazard }) => hazard === id))
      .map(({ id, situation, effect }) => `  ${id}: ${situation}: ${effect}`),
  ].join("\n");
}

function lostRow({ hazard, all, smallest }: LostCount): readonly string[] {
  return [hazard ?? "nothing known", `${all}`, inWords(smallest)];
}

function inWords(example: ProofExample | null): string {
  if (example === null) return "no configuration";
  return example.join(", ") || "the plain machine";
}
