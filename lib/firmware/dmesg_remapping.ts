/**
 * What the kernel's log says of remapping units.
 *
 * @module
 */
import { hex } from "./hex.ts";

/** What a log says of remapping. */
export interface DmesgRemapping {
  /** The mode it was switched on in; absent when it was not. */
  readonly mode?: "xapic" | "x2apic";
  /** Firmware asks that x2APIC mode stay off. */
  readonly optedOut: boolean;
  /** DRHDs of the DMAR, in its order. */
  readonly drhds: readonly { readonly address: string; readonly includeAll: boolean }[];
  /** I/O APICs and HPETs by the DRHD that has them in scope. */
  readonly scopes: readonly DmesgScope[];
  /** AMD's extended feature register. */
  readonly efr?: string;
  /** I/O APICs that the IVRS does not list. */
  readonly unlisted: readonly number[];
  /** The IVRS places no I/O APIC at the southbridge. */
  readonly southbridgeMissing: boolean;
}

/** A device in a DRHD's scope. */
export interface DmesgScope {
  /** What it is. */
  readonly kind: "ioapic" | "hpet";
  /** Its enumeration id. */
  readonly id: number;
  /** The DRHD's register base. */
  readonly address: string;
}

/**
 * What the messages of a log say; their time stamps are gone.
 * Source: Linux drivers/iommu/intel/{dmar,irq_remapping}.c, drivers/iommu/amd/init.c.
 */
export function remappingIn(text: string): DmesgRemapping {
  const efr = /^AMD-Vi: (?:Using global IVHD EFR:|Extended features \()(0x[0-9a-f]+)/m.exec(text);
  const mode = modeIn(text);
  return {
    ...(mode && { mode }),
    optedOut: /^DMAR-IR: x2apic is disabled because BIOS sets x2apic opt out bit/m.test(text),
    drhds: drhdsIn(text),
    scopes: scopesIn(text),
    ...(efr && { efr: efr[1]! }),
    unlisted: unlistedIn(text),
    southbridgeMissing: /^AMD-Vi: .*No southbridge IOAPIC found/m.test(text),
  };
}

function modeIn(text: string): DmesgRemapping["mode"] {
  const intel = /^DMAR-IR: Enabled IRQ remapping in (x2?apic) mode/m.exec(text)?.[1];
  if (intel) return intel as "xapic" | "x2apic";
  if (!/^AMD-Vi: Interrupt remapping enabled/m.test(text)) return undefined;
  return /^AMD-Vi: X2APIC enabled/m.test(text) ? "x2apic" : "xapic";
}

function unlistedIn(text: string): readonly number[] {
  const lines = text.matchAll(/^AMD-Vi: .*IOAPIC\[(\d+)\] not in IVRS table/gm);
  return [...lines].map(([, id]) => Number(id));
}

function drhdsIn(text: string): DmesgRemapping["drhds"] {
  const lines = text.matchAll(/^DMAR: DRHD base: 0x([0-9a-f]+) flags: 0x([0-9a-f]+)$/gm);
  return [...lines].map(([, base, flags]) => ({
    address: hex(BigInt(`0x${base}`)),
    includeAll: (Number.parseInt(flags!, 16) & 1) === 1,
  }));
}

function scopesIn(text: string): readonly DmesgScope[] {
  const lines = text.matchAll(/^DMAR-IR: (IOAPIC|HPET) id (\d+) under DRHD base +0x([0-9a-f]+)/gm);
  return [...lines].map(([, kind, id, base]) => ({
    kind: kind === "HPET" ? "hpet" : "ioapic",
    id: Number(id),
    address: hex(BigInt(`0x${base}`)),
  }));
}
