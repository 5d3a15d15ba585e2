/** A boot's outcome in one sentence. */
import type { Machine } from "../machine/machine.ts";
import type { Booted } from "../routing/interrupt.ts";
import type { BootAnswer } from "../routing/outcome.ts";
import { paint, type Terminal } from "./terminal.ts";
import { counted, everyDevice, orphansOf, orphansText } from "./words.ts";

/** `up`, `lossy` or `panic`, and what it means for the devices. */
export function bootVerdict(machine: Machine, boot: BootAnswer, terminal: Terminal): string {
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
