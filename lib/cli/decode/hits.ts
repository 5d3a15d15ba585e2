/** Whom words hit on a machine whose kernel has booted. */
import type { MessageSender } from "../../x86/deliver.ts";
import type { InterruptMessage } from "../../x86/interrupt_message.ts";
import { messageFromEntry } from "../../x86/ioapic_message.ts";
import type { Msi } from "../../x86/msi_message.ts";
import { deliver } from "../../routing/follow.ts";
import type { Booted, Interrupt } from "../../routing/interrupt.ts";
import { remapWords } from "../../routing/remap.ts";

/** The APIC IDs hit; null where only the remapping table could tell. */
export interface Hits {
  readonly hits: readonly number[] | null;
  /** Why nobody is hit, or why it cannot be told. */
  readonly because?: string;
}

/** A message after every remapper. */
export function hitsOf(booted: Booted, message: InterruptMessage, sender?: MessageSender): Hits {
  const end = deliver(booted, message, sender);
  return end.kind === "lost"
    ? { hits: [], because: end.because }
    : { hits: end.value.takers.map(({ id }) => id) };
}

/** A device's words on their way through remapping unit and platform. */
export function hitsOfWords(booted: Booted, source: "msi" | "ioapic" | "hpet", msi: Msi): Hits {
  const arrived = remapWords(booted, interrupt(source), msi);
  switch (arrived.kind) {
    case "byTable":
      return byTable(arrived.index);
    case "lost":
      return { hits: [], because: arrived.because };
    case "on":
      return hitsOf(booted, arrived.value);
  }
}

/** A redirection entry's; an I/O APIC of eight destination bits drops the upper ones. */
export function hitsOfEntry(booted: Booted, raw: bigint): Hits {
  const msi = messageFromEntry(raw, "ich");
  return msi ? hitsOfWords(booted, "ioapic", msi) : { hits: [], because: "the pin is masked" };
}

function byTable(index: number): Hits {
  return { hits: null, because: `entry ${index} of the remapping table decides; decode irte` };
}

function interrupt(source: "msi" | "ioapic" | "hpet"): Interrupt {
  return source === "ioapic"
    ? { source, device: "ioapic:0", pin: 0, trigger: "edge", activeLow: false }
    : { source, device: source === "msi" ? "0000:00:00.0" : "hpet:0" };
}
