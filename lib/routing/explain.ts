/**
 * A real machine explained: the machine its files tell, what the model makes of it, and where that
 * is not what happened.
 */
import type { MachineReading } from "../firmware/machine_fields.ts";
import type { SeenBoot } from "../firmware/seen_boot.ts";
import {
  type CompleteMachine,
  completeMachine,
  type CompleteOptions,
  type Suppositions,
} from "../machine/complete_machine.ts";
import { type Disagreement, disagreements } from "./disagreements.ts";
import { type BootAnswer, bootOutcome } from "./outcome.ts";

export interface Explanation extends CompleteMachine {
  readonly boot: BootAnswer;
  readonly disagreements: readonly Disagreement[];
}

/**
 * The explanation of a machine's files. What none of them tells outright, the boot itself may show:
 * the supposition is taken under which the model does what the files show, and the usual one where
 * all end the same.
 *
 * @throws {MachineError} when the files contradict each other.
 */
export function explain(
  reading: MachineReading,
  seen: SeenBoot,
  options: Omit<CompleteOptions, "suppose">,
): Explanation {
  let best = explained(reading, seen, options);
  for (const suppose of suppositions(reading)) {
    if (best.disagreements.length === 0) break;
    const other = explained(reading, seen, { ...options, suppose });
    if (other.disagreements.length < best.disagreements.length) best = other;
  }
  return best;
}

function explained(
  reading: MachineReading,
  seen: SeenBoot,
  options: CompleteOptions,
): Explanation {
  const complete = completeMachine(reading, options);
  const boot = bootOutcome(complete.machine);
  return { ...complete, boot, disagreements: disagreements({ ...complete, boot }, seen) };
}

/** Other than the usual, where the files leave it open. */
function suppositions({ fields, hints }: MachineReading): readonly Suppositions[] {
  return [
    ...hints.promiseUntold ? [{ promise: shown(true) }] : [],
    ...fields.cpu.x2apic === undefined && !fields.firmware.x2apicEnabled
      ? [{ x2apic: shown(false) }]
      : [],
  ];
}

function shown(value: boolean) {
  return { value, because: `no file tells it; so the model does what the files show` };
}
