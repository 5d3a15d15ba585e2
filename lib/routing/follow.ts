/**
 * One interrupt, followed from the words Linux programs to the CPUs that take it.
 *
 * ```text
 *  program ──► send ──► remap ──► deliver
 *   words       bus     message    LAPICs
 * ```
 *
 * Each stage yields what the next one needs, or why the interrupt ends there; what they did is the
 * trace.
 */
import {
  deliver as deliverTo,
  type Delivery,
  DEVICE,
  type LostBecause,
  type MessageSender,
} from "../x86/deliver.ts";
import type { InterruptMessage } from "../x86/interrupt_message.ts";
import { type Lapic, lapic } from "../x86/lapic.ts";
import { lapicRules } from "../x86/lapic_rules.ts";
import type { BootFacts } from "../linux/boot.ts";
import type { Booted, Interrupt } from "./interrupt.ts";
import { type HardwareWord, type InterruptTarget, program, type Programmed } from "./program.ts";
import { remap } from "./remap.ts";
import { send } from "./send.ts";
import { cite, hex, type Hop, lost, on, orphaned, type Stage, then } from "./stage.ts";

/** One interrupt on its way from device to CPUs. */
export interface Journey {
  /** APIC IDs of the CPUs that take the interrupt. */
  readonly hits: readonly number[];
  /** Exactly the CPU meant takes it, it among others, others instead, or nobody. */
  readonly end: "delivered" | "broadcast" | "misdelivered" | "lost";
  /** Null when it is delivered. */
  readonly because: string | null;
  /** What each stage did, in order; the last says how it ends. */
  readonly trace: readonly Hop[];
}

/** Follows an interrupt that Linux aims at a CPU. */
export function follow(booted: Booted, interrupt: Interrupt, target: InterruptTarget): Journey {
  const trace: Hop[] = [];
  const programmed = programStage(booted, interrupt, target);
  const sent = then(programmed, trace, (words) => send(booted.machine, interrupt, words));
  const remapped = then(sent, trace, (request) => remap(booted, interrupt, request));
  const end = then(remapped, trace, (message) => deliver(booted, message));
  trace.push(end.hop);
  return end.kind === "lost"
    ? { hits: [], end: "lost", because: end.because, trace }
    : { ...verdict(end.value, target), trace };
}

function programStage(
  booted: Booted,
  interrupt: Interrupt,
  target: InterruptTarget,
): Stage<Programmed> {
  const programming = program(booted, interrupt, target);
  if (programming.kind === "orphan") {
    const source = cite(booted.machine, "kernel/irq/irqdomain.c irq_find_matching_fwspec");
    return lost(interrupt.device, orphaned(programming.declined), source);
  }
  const { parent, hardware, dest } = programming;
  const did = `composes ${wordText(hardware)} for destination ${hex(dest)}`;
  const source = cite(booted.machine, "kernel/irq/chip.c irq_chip_compose_msi_msg");
  return on(parent.domain ?? "", did, source, programming);
}

function wordText(hardware: HardwareWord): string {
  switch (hardware.kind) {
    case "message":
      return `message ${hex(hardware.words.addressLow)} ${hex(hardware.words.data)}`;
    case "redirectionEntry":
      return `redirection entry ${hex(hardware.entry)}`;
    case "hpetRoute":
      return `HPET route ${hex(hardware.route)}`;
    case "xtRegister":
      return `XT register ${hex(hardware.register)}`;
  }
}

/** The last stage: who answers to a message, under the rules of this machine's LAPICs. */
export function deliver(
  { machine, boot }: Booted,
  message: InterruptMessage,
  sender: MessageSender = DEVICE,
): Stage<Delivery> {
  const { apic = "arch", kvmBroadcastQuirk = false } = machine.delivery;
  const rules = lapicRules(apic, { broadcastQuirk: kvmBroadcastQuirk });
  const delivery = deliverTo(message, lapicsOf(boot), rules, sender);
  const { takers } = delivery;
  if (takers.length > 0) {
    const did = `take it: APIC ID ${takers.map(({ id }) => id).join(", ")}`;
    return on("LAPICs", did, rules.source, delivery);
  }
  return lost("LAPICs", REFUSALS[delivery.lost!](message), rules.source);
}

/** Why no LAPIC takes a message, in words. */
const REFUSALS: Readonly<Record<LostBecause, (message: InterruptMessage) => string>> = {
  nobodyNamed: ({ destMode, dest }) => `nobody answers to ${destMode} ${hex(dest)}`,
  softwareDisabled: () => "software has disabled the LAPICs it names",
  illegalVector: ({ vector }) => `vector ${hex(vector)} is below 0x10: LAPICs drop it`,
  deliveryModeDropped: ({ deliveryMode }) => `LAPICs drop delivery mode ${deliveryMode} here`,
  arbitrationSync: () => "INIT de-assert reaches no LAPIC",
};

/** The LAPICs as Linux left them: one logical bit a CPU number in flat mode. */
function lapicsOf({ online, apic }: BootFacts): readonly Lapic[] {
  const mode = apic.mode === "x2apic" ? "x2apic" : "xapic";
  return online.map(({ cpu, apicId }) =>
    apic.destId === "cpuBit"
      ? lapic({ id: apicId, mode, ldr: 1 << cpu & 0xff })
      : lapic({ id: apicId, mode })
  );
}

function verdict({ takers }: Delivery, { apicId }: InterruptTarget): Omit<Journey, "trace"> {
  const hits = takers.map(({ id }) => id);
  if (!hits.includes(apicId)) {
    const because = `APIC ID ${hits.join(", ")} takes it instead`;
    return { hits, end: "misdelivered", because };
  }
  return hits.length === 1
    ? { hits, end: "delivered", because: null }
    : { hits, end: "broadcast", because: `${hits.length} CPUs take it` };
}
