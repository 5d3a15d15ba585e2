/**
 * A test for a machine nobody has: the QEMU command that makes it as nearly as stock QEMU can, and
 * what must then be seen.
 */
import type { Boot } from "../linux/boot.ts";
import type { Machine } from "../machine/machine.ts";
import { follow } from "../routing/follow.ts";
import { type Booted, devicesOf, type Interrupt } from "../routing/interrupt.ts";
import { move } from "../routing/move.ts";
import { bootOutcome } from "../routing/outcome.ts";
import { oldestQemu, qemuCommand } from "./qemu_command.ts";
import { type Cannot, differences } from "./qemu_differences.ts";
import { planOf } from "./qemu_machine.ts";

/** A test; without a command where QEMU cannot be such a machine at all. */
export interface Oracle {
  /** The command line, word by word. */
  readonly qemu: readonly string[] | null;
  /** The oldest QEMU that takes them. */
  readonly since: string | null;
  readonly expect: Expectation | null;
  /** What is not as in the machine asked for. */
  readonly cannot: readonly Cannot[];
  /** The machine that the command makes. */
  readonly machine: Machine | null;
}

/** What a guest's files and its affinity files show. */
export interface Expectation extends
  Pick<
    Boot,
    | "apicDriver"
    | "x2apic"
    | "irqRemapping"
    | "online"
    | "possible"
    | "present"
    | "chips"
    | "lines"
  > {
  readonly outcome: "up" | "lossy" | "panic";
  readonly moves: readonly ExpectedMove[];
}

/** A write of one CPU to an interrupt's smp_affinity_list. */
export interface ExpectedMove {
  readonly class: "ioapic" | "msi";
  readonly device: string;
  readonly cpu: number;
  readonly apicId: number;
  readonly accepted: boolean;
  /** An interrupt that comes afterwards arrives there. */
  readonly delivered: boolean;
}

export function oracle(machine: Machine): Oracle {
  const plan = planOf(machine);
  if ("impossible" in plan) {
    const cannot = [{ what: "this machine", because: plan.impossible }];
    return { qemu: null, since: null, expect: null, cannot, machine: null };
  }
  return {
    qemu: qemuCommand(plan),
    since: oldestQemu(plan),
    expect: expectationOf(plan.machine),
    cannot: differences(machine, plan),
    machine: plan.machine,
  };
}

function expectationOf(machine: Machine): Expectation {
  const boot = bootOutcome(machine);
  const { apicDriver, x2apic, irqRemapping, online, possible, present, chips, lines, outcome } =
    boot;
  return {
    outcome,
    apicDriver,
    x2apic,
    irqRemapping,
    online,
    possible,
    present,
    chips,
    lines,
    moves: outcome === "panic" ? [] : movesOf({ machine, boot }),
  };
}

/** The first serial line's pin, and the first PCI function that sends messages. */
function movesOf(booted: Booted): readonly ExpectedMove[] {
  const [ioapic] = devicesOf(booted, "ioapic");
  const [function0] = devicesOf(booted, "msi");
  const pin = { pin: SERIAL_PIN, trigger: "edge", activeLow: false } as const;
  const interrupts: readonly Interrupt[] = [
    ...ioapic ? [{ source: "ioapic", device: ioapic, ...pin } as const] : [],
    ...function0 ? [{ source: "msi", device: function0 } as const] : [],
  ];
  return interrupts.flatMap((interrupt) =>
    booted.boot.online.map((target) => moveOf(booted, interrupt, target))
  );
}

const SERIAL_PIN = 4;
const ANY_VECTOR = 0x31;

function moveOf(
  booted: Booted,
  interrupt: Interrupt,
  { cpu, apicId }: { readonly cpu: number; readonly apicId: number },
): ExpectedMove {
  const { kind } = move(booted, interrupt, cpu);
  const { end } = follow(booted, interrupt, { cpu, apicId, vector: ANY_VECTOR });
  return {
    class: interrupt.source === "ioapic" ? "ioapic" : "msi",
    device: interrupt.device,
    cpu,
    apicId,
    accepted: kind !== "refused",
    delivered: kind === "moved" && end === "delivered",
  };
}
