/**
 * The first stage of a route: what Linux programs so that one interrupt of one device arrives at
 * one CPU. The parent domain composes a message; the device's own hardware gives it its shape.
 */
import type { DeclinedDomain, OnlineCpu, Parent, RemappingState } from "../linux/boot.ts";
import { destinationOf } from "../linux/compose_destination.ts";
import { composeHpetRoute } from "../linux/compose_hpet.ts";
import { composeIntcapxt } from "../linux/compose_intcapxt.ts";
import {
  composeAmdMessage,
  composeDmarMessage,
  composeMessage,
  type Composer,
  composeVtdMessage,
  type MessageWords,
  type Route,
} from "../linux/compose_message.ts";
import { composeRedirectionEntry } from "../linux/compose_redirection_entry.ts";
import { eraOf } from "../linux/eras.ts";
import { composeIrte128, composeIrte32 } from "../linux/irte_amd.ts";
import { composeIrteIntel, type SourceCheck, sourceCheck } from "../linux/irte_intel.ts";
import { type Booted, hasXtRegister, type Interrupt, requesterId } from "./interrupt.ts";

/** Where the interrupt shall arrive. */
export interface InterruptTarget extends OnlineCpu {
  /** The CPU's interrupt vector, 0–255. */
  readonly vector: number;
}

/** What Linux writes for an interrupt, or nobody to compose it. */
export type Programming =
  | {
    readonly kind: "orphan";
    readonly device: string;
    readonly declined: readonly DeclinedDomain[];
  }
  | Programmed;

/** What Linux writes for an interrupt. */
export interface Programmed {
  /** Tells it from an orphan's. */
  readonly kind: "programmed";
  /** Who composes. */
  readonly parent: Parent;
  /** `irq_cfg.dest_apicid`, 32 bits. */
  readonly dest: number;
  /** The device's own words. */
  readonly hardware: HardwareWord;
  /** The remapping entry, null without one. */
  readonly remap: RemapEntry | null;
}

/** What stands in the device's own registers. */
export type HardwareWord =
  | { readonly kind: "message"; readonly words: MessageWords }
  | { readonly kind: "redirectionEntry"; readonly entry: bigint }
  | { readonly kind: "hpetRoute"; readonly route: bigint }
  /** An AMD unit with XT; kernels up to 5.10 derived the register from the unit's MSI. */
  | { readonly kind: "xtRegister"; readonly register: bigint };

/** An entry of a remapping table, and its place. */
export type RemapEntry =
  | { readonly table: "vtd"; readonly index: number; readonly eim: boolean; readonly word: bigint }
  | { readonly table: "amd"; readonly index: number; readonly bits: 32; readonly word: number }
  | { readonly table: "amd"; readonly index: number; readonly bits: 128; readonly word: bigint };

/** What Linux writes where. An orphan is a device that nobody parents: it has no interrupts. */
export function program(
  { machine, boot }: Booted,
  interrupt: Interrupt,
  target: InterruptTarget,
): Programming {
  const parent = boot.parents[interrupt.device];
  if (!parent?.kind) {
    return { kind: "orphan", device: interrupt.device, declined: parent?.declined ?? [] };
  }
  const route = { dest: destinationOf(boot.apic, target), vector: target.vector };
  const composer = { apic: boot.apic, era: eraOf(machine.kernel) };
  const programmed = { kind: "programmed", parent, dest: route.dest } as const;
  if (interrupt.source === "iommu") {
    return { ...programmed, hardware: ownWord({ machine, boot }, composer, route), remap: null };
  }
  const { words, remap } = byParent(composer, boot.remapping, parent, interrupt, route);
  return { ...programmed, hardware: shape(interrupt, words), remap };
}

/** An IOMMU's own interrupt is never remapped; each vendor has its registers for it. */
function ownWord({ machine, boot }: Booted, composer: Composer, route: Route): HardwareWord {
  if (machine.remapping?.vendor === "intel") {
    return { kind: "message", words: composeDmarMessage(composer, route) };
  }
  return hasXtRegister(boot)
    ? { kind: "xtRegister", register: composeIntcapxt(composer.apic, route) }
    : { kind: "message", words: composeMessage(composer, route) };
}

type Remappable = Exclude<Interrupt, { source: "iommu" }>;

const UNCHECKED: SourceCheck = { kind: "none" };

interface Composed {
  readonly words: MessageWords;
  readonly remap: RemapEntry | null;
}

/** Remapping domains compose who-am-I; the vector domain composes where-to. */
function byParent(
  composer: Composer,
  remapping: RemappingState,
  { kind }: Parent,
  interrupt: Remappable,
  route: Route,
): Composed {
  if (kind === "intelIr" && remapping.kind === "intel") {
    return behindVtd(composer, remapping, interrupt, route);
  }
  if (kind === "amdIr" && remapping.kind === "amd") {
    return behindAmd(composer, remapping, interrupt, route);
  }
  return { words: composeMessage(composer, route), remap: null };
}

function behindVtd(
  { apic, era }: Composer,
  { mode, sidChecked }: Extract<RemappingState, { kind: "intel" }>,
  interrupt: Remappable,
  route: Route,
): Composed {
  const eim = mode === "x2apic";
  const index = interrupt.index ?? 0;
  const check = sidChecked ? checkOf(interrupt) : UNCHECKED;
  const word = composeIrteIntel(apic, route, { eim, check });
  return {
    words: composeVtdMessage({ era }, { index, subhandle: subhandleOf(interrupt) }),
    remap: { table: "vtd", index: index + messageOf(interrupt), eim, word },
  };
}

function behindAmd(
  { apic }: Composer,
  { irteBits }: Extract<RemappingState, { kind: "amd" }>,
  interrupt: Remappable,
  route: Route,
): Composed {
  const index = interrupt.index ?? (interrupt.source === "ioapic" ? interrupt.pin : 0);
  const remap: RemapEntry = irteBits === 32
    ? { table: "amd", index, bits: 32, word: composeIrte32(apic, route) }
    : { table: "amd", index, bits: 128, word: composeIrte128(apic, route) };
  return { words: composeAmdMessage({ index }), remap };
}

/** What the data word of a remappable message says besides the index: a pin says its number. */
function subhandleOf(interrupt: Remappable): number {
  return interrupt.source === "ioapic" ? interrupt.pin : messageOf(interrupt);
}

/** Which of a function's several messages: each has an entry of its own. */
function messageOf(interrupt: Remappable): number {
  return interrupt.source === "msi" ? interrupt.subhandle ?? 0 : 0;
}

/** The machine file tells a function's requester id, not those of the scopes of pins and timers. */
function checkOf(interrupt: Remappable): SourceCheck {
  if (interrupt.source !== "msi") return UNCHECKED;
  const own = requesterId(interrupt.device);
  const aliases = [{ device: own, alias: own }];
  return sourceCheck({ kind: "pci", function: own, aliases }, { checked: true });
}

function shape(interrupt: Remappable, words: MessageWords): HardwareWord {
  switch (interrupt.source) {
    case "msi":
      return { kind: "message", words };
    case "ioapic":
      return { kind: "redirectionEntry", entry: composeRedirectionEntry(words, interrupt) };
    case "hpet":
      return { kind: "hpetRoute", route: composeHpetRoute(words) };
  }
}
