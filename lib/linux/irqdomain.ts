/**
 * The list of irqdomains and the look-up of a parent in it.
 * Source: Linux kernel/irq/irqdomain.c irq_find_matching_fwspec.
 */
import type { DeclinedDomain, ParentKind } from "./boot.ts";
import type { Era } from "./eras.ts";
import type { Fwspec } from "./fwspec.ts";
import type { Selection } from "./select.ts";

/** A domain that may parent I/O APICs and HPETs. */
export interface IrqDomain {
  readonly name: string;
  readonly kind: ParentKind;
  /** Index of its remapping unit, null where none is behind it. */
  readonly unit: number | null;
  /** Null: this kernel's domain has no such function. */
  readonly select: ((fwspec: Fwspec) => Selection) | null;
}

export interface Found {
  readonly domain: IrqDomain | null;
  /** Those asked before it, newest first. */
  readonly declined: readonly DeclinedDomain[];
}

/** The bus token of a look-up. */
export type LookupToken = Era["lookupToken"];

/**
 * The first domain of the list that selects the device. The list is newest first, so remapping
 * domains are asked before VECTOR, which was created first of all. A fresh I/O APIC or HPET node
 * belongs to no domain yet: only `select` can answer.
 */
export function findMatchingFwspec(
  newestFirst: readonly IrqDomain[],
  fwspec: Fwspec,
  token: LookupToken,
  { selectCalled }: Pick<Era, "selectCalled">,
): Found {
  const called = selectCalled === "unlessTokenAny" ? token !== "ANY" : fwspec.params.length > 0;
  const declined: DeclinedDomain[] = [];
  for (const domain of newestFirst) {
    const selection = called && domain.select ? domain.select(fwspec) : NOT_ASKED;
    if (selection.kind === "selected") return { domain, declined };
    declined.push({ domain: domain.name, because: selection.because });
  }
  return { domain: null, declined };
}

const NOT_ASKED: Selection = { kind: "declined", because: "selectNotCalled" };
