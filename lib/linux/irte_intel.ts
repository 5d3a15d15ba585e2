/**
 * The remapping entries Linux writes into a VT-d unit's table.
 *
 * Source: Linux 6.1 drivers/iommu/intel/irq_remapping.c prepare_irte, set_msi_sid,
 * set_ioapic_sid, set_hpet_sid.
 */
import { irteRemapped } from "../x86/vtd_irte.ts";
import type { ApicState } from "./boot.ts";
import type { Route } from "./compose_message.ts";

/** A PCI requester id: bus 15:8, device 7:3, function 2:0. */
export type RequesterId = number;

/** Which requesters the unit lets use an entry. */
export type SourceCheck =
  | { readonly kind: "none" }
  | {
    readonly kind: "requester";
    readonly id: RequesterId;
    readonly qualifier: "all" | "ignoreBits2to0";
  }
  | { readonly kind: "buses"; readonly first: number; readonly last: number };

/** Who will send the interrupt, as far as the check is concerned. */
export type Sender =
  | { readonly kind: "ioapic"; readonly scope: RequesterId }
  | { readonly kind: "hpet"; readonly scope: RequesterId }
  /** `aliases` is what pci_for_each_dma_alias yields, the function's own id first. */
  | { readonly kind: "pci"; readonly function: RequesterId; readonly aliases: readonly DmaAlias[] };

/** One requester id a function's requests may bear, and the function or bridge that puts it there. */
export interface DmaAlias {
  readonly device: RequesterId;
  readonly alias: RequesterId;
}

/**
 * The check Linux asks for. HPETs are checked without their function number, for firmware that
 * misreports it; a bridge to conventional PCI owns all its buses' requests.
 */
export function sourceCheck(
  sender: Sender,
  { checked }: { readonly checked: boolean },
): SourceCheck {
  if (!checked) return { kind: "none" };
  switch (sender.kind) {
    case "ioapic":
      return { kind: "requester", id: sender.scope, qualifier: "all" };
    case "hpet":
      return { kind: "requester", id: sender.scope, qualifier: "ignoreBits2to0" };
    case "pci":
      return pciCheck(sender);
  }
}

/**
 * Behind a bridge from PCIe to PCI the alias is on the bus below: only buses can be told apart.
 * Several aliases on one bus are proxy ids, as NTB hardware uses them. An alias put there by a
 * device on another bus comes from the topology; any other is a DMA quirk, and says nothing of MSI.
 */
function pciCheck({ function: own, aliases }: Extract<Sender, { kind: "pci" }>): SourceCheck {
  const last = aliases.at(-1) ?? { device: own, alias: own };
  if (busOf(last.alias) !== busOf(last.device)) return buses(busOf(last.alias), busOf(own));
  if (aliases.length >= 2 && onOneBus(aliases)) return buses(busOf(own), busOf(own));
  const id = busOf(last.device) === busOf(own) ? own : last.alias;
  return { kind: "requester", id, qualifier: "all" };
}

function buses(first: number, last: number): SourceCheck {
  return { kind: "buses", first, last };
}

function onOneBus(aliases: readonly DmaAlias[]): boolean {
  return new Set(aliases.map(({ alias }) => busOf(alias))).size === 1;
}

/**
 * A remapped entry. It names its CPU in 32 bits with EIM; without, hardware reads bits 47:40 alone
 * and Linux shifts the ID there, so that the upper bits of an ID above 255 end in reserved bits.
 * The entry is edge even for level pins: the redirection entry alone is level.
 */
export function composeIrteIntel(
  { destMode, deliveryMode }: Pick<ApicState, "destMode" | "deliveryMode">,
  { dest, vector }: Route,
  { eim, check }: { readonly eim: boolean; readonly check: SourceCheck },
): bigint {
  return irteRemapped.encode({
    present: true,
    destMode,
    redirectionHint: true,
    trigger: "edge",
    deliveryMode: deliveryMode === "lowestPriority" ? "lowest" : "fixed",
    vector,
    destId: eim ? dest : dest << 8 >>> 0,
    ...checkFields(check),
  });
}

function checkFields(check: SourceCheck) {
  switch (check.kind) {
    case "none":
      return {};
    case "requester":
      return {
        sourceValidationType: "sourceId",
        sourceIdQualifier: check.qualifier,
        sourceId: check.id,
      } as const;
    case "buses":
      return {
        sourceValidationType: "busRange",
        sourceId: check.first << 8 | check.last,
      } as const;
  }
}

function busOf(id: RequesterId): number {
  return id >> 8;
}
