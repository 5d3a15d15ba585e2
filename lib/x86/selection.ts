/**
 * What a destination means to the LAPICs of one mode, as a value: it can be told, drawn, and asked
 * of thousands of LAPICs in one tight loop.
 *
 * @module
 */
import type { Lapic } from "./lapic.ts";

/** The LAPICs that a destination names. */
export type LapicSelection =
  /** All of them. */
  | { readonly kind: "everyone" }
  /** The one with this 32-bit ID. */
  | { readonly kind: "id"; readonly id: number }
  /** Those whose 8-bit ID register shows this. */
  | { readonly kind: "xapicId"; readonly xapicId: number }
  /** Members (16-bit mask) of the x2APIC cluster `id[19:4]`. */
  | { readonly kind: "members"; readonly cluster: number; readonly members: number }
  /** Those whose LDR shares a bit; in the cluster model also the cluster, unless any will do. */
  | { readonly kind: "ldr"; readonly bits: number; readonly cluster: number | "any" }
  /** One selection below an ID, another from it on. */
  | {
    readonly kind: "split";
    readonly from: number;
    readonly below: LapicSelection;
    readonly above: LapicSelection;
  };

/** Everybody. */
export const EVERYONE: LapicSelection = { kind: "everyone" };

/** The LAPICs of a list that a selection holds, in the list's order. */
export function select(lapics: readonly Lapic[], selection: LapicSelection): readonly Lapic[] {
  switch (selection.kind) {
    case "everyone":
      return lapics;
    case "id":
      return withId(lapics, selection.id);
    case "xapicId":
      return lapics.filter(({ xapicId }) => xapicId === selection.xapicId);
    case "members":
      return membersOf(lapics, selection.cluster, selection.members);
    case "ldr":
      return lapics.filter((lapic) => sharesLdrBit(lapic, selection.bits, selection.cluster));
    case "split": {
      const { from, below, above } = selection;
      const held = new Set([
        ...select(lapics.filter(({ id }) => id < from), below),
        ...select(lapics.filter(({ id }) => id >= from), above),
      ]);
      return lapics.filter((lapic) => held.has(lapic));
    }
  }
}

// The two selections of large machines have loops of their own: a call for each LAPIC would cost
// several times the comparison.

function withId(lapics: readonly Lapic[], id: number): readonly Lapic[] {
  const found: Lapic[] = [];
  for (let i = 0; i < lapics.length; i++) {
    const lapic = lapics[i]!;
    if (lapic.id === id) found.push(lapic);
  }
  return found;
}

function membersOf(lapics: readonly Lapic[], cluster: number, members: number): readonly Lapic[] {
  const found: Lapic[] = [];
  for (let i = 0; i < lapics.length; i++) {
    const lapic = lapics[i]!;
    const { id } = lapic;
    if ((id >>> 4 & 0xffff) === cluster && (members >>> (id & 15) & 1) === 1) found.push(lapic);
  }
  return found;
}

function sharesLdrBit({ ldr, destFormat }: Lapic, bits: number, cluster: number | "any"): boolean {
  if (destFormat === "flat") return (ldr & bits) !== 0;
  const sameCluster = cluster === "any" || ldr >> 4 === cluster;
  return destFormat === "cluster" && sameCluster && (ldr & bits & 0xf) !== 0;
}
