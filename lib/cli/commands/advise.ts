import { advise, isWhole } from "../../advice/advise.ts";
import { boot } from "../../linux/boot.ts";
import type { Machine } from "../../machine/machine.ts";
import { command } from "../command.ts";
import { kernelOption, readMachine } from "../machine.ts";
import { one } from "../option.ts";
import { columns } from "../terminal.ts";
import { everyDevice, orphansOf, orphansText } from "../words.ts";

export const adviseCommand = command({
  name: "advise",
  summary: "The smallest changes that make every CPU reachable",
  positionals: { MACHINE: one("A machine file, or - for standard input") },
  options: { kernel: kernelOption },
  examples: [
    "advise notebooks/machines/kvm-8-bit.machine.json",
  ],
  async run({ MACHINE }, { kernel }, world) {
    const machine = await readMachine(MACHINE, world, kernel);
    const whole = isWhole(machine);
    const advice = advise(machine);
    const rows = advice.map((
      { cost, where, change, result },
    ) => [`${cost}`, where, change, result]);
    return {
      json: advice,
      text: () => {
        if (whole) return wholeText(machine);
        if (rows.length === 0) return "No three changes that this model knows would be enough";
        return columns([["cost", "where", "change", "result"], ...rows]);
      },
      no: !whole && advice.length === 0,
    };
  },
});

function wholeText(machine: Machine): string {
  const orphans = orphansOf({ machine, boot: boot(machine) });
  const verdict = `Every CPU runs and ${everyDevice(orphans)} reaches it`;
  return `${verdict}: nothing to change${orphansText(orphans)}`;
}
