/**
 * The registers of a LAPIC that decide whom it answers to.
 *
 * @module
 */
import { type Decoded, fixed, flag, ignored, Register, reserved, uint } from "../bits/register.ts";
import type { DestFormat } from "./lapic.ts";

/** IA32_APIC_BASE, MSR 0x1B. */
export const apicBase = new Register({
  name: "ApicBase",
  width: 64,
  source: "Intel SDM volume 3, 11.4.4 and 11.12.1",
  fields: {
    reserved0to7: reserved(8),
    bootProcessor: flag("BSP"),
    reserved9: reserved(1),
    extended: flag("EXTD: x2APIC mode, with EN"),
    enabled: flag("EN: hardware enable"),
    page: uint(40, "Base address 51:12 in xAPIC mode"),
    reserved52to63: reserved(12),
  },
});
/** Fields of {@link apicBase}. */
export type ApicBase = Decoded<typeof apicBase>;

/** LDR of an xAPIC, offset 0xD0. */
export const ldrXapic = new Register({
  name: "LdrXapic",
  width: 32,
  source: "Intel SDM volume 3, 11.6.2.2",
  fields: { reserved0to23: reserved(24), logicalId: uint(8, "Logical ID, written by software") },
});
/** Fields of {@link ldrXapic}. */
export type LdrXapic = Decoded<typeof ldrXapic>;

/** LDR of an x2APIC, MSR 0x80D, read only. */
export const ldrX2apic = new Register({
  name: "LdrX2apic",
  width: 32,
  source: "Intel SDM volume 3, 11.12.10.2",
  fields: {
    members: uint(16, "Bit id[3:0] is set"),
    cluster: uint(16, "id[19:4]"),
  },
});
/** Fields of {@link ldrX2apic}. */
export type LdrX2apic = Decoded<typeof ldrX2apic>;

/** DFR, offset 0xE0; x2APICs have none. */
export const dfr = new Register({
  name: "Dfr",
  width: 32,
  source: "Intel SDM volume 3, 11.6.2.2",
  fields: {
    ones0to27: fixed(28, 0xfff_ffff, "Ones"),
    model: uint(4, "0xF flat, 0 cluster"),
  },
});
/** Fields of {@link dfr}. */
export type Dfr = Decoded<typeof dfr>;

/** Spurious vector register, offset 0xF0. */
export const spuriousVector = new Register({
  name: "SpuriousVector",
  width: 32,
  source: "Intel SDM volume 3, 11.9",
  fields: {
    vector: uint(8, "Spurious vector"),
    softwareEnabled: flag("LAPIC takes fixed interrupts"),
    focusDisabled: flag("Focus processor checking off"),
    reserved10to11: reserved(2),
    suppressEoiBroadcast: flag("EOI is not broadcast to I/O APICs"),
    reserved13to31: reserved(19),
  },
});
/** Fields of {@link spuriousVector}. */
export type SpuriousVector = Decoded<typeof spuriousVector>;

/** Version register, offset 0x30. */
export const lapicVersion = new Register({
  name: "LapicVersion",
  width: 32,
  source: "Intel SDM volume 3, 11.4.8",
  fields: {
    version: uint(8, "0x14 and above: integrated LAPIC"),
    reserved8to15: ignored(8),
    maxLvt: uint(8, "Number of LVT entries less one"),
    directedEoi: flag("EOI broadcast can be suppressed"),
    reserved25to31: ignored(7),
  },
});
/** Fields of {@link lapicVersion}. */
export type LapicVersion = Decoded<typeof lapicVersion>;

/** Error status register, offset 0x280. */
export const errorStatus = new Register({
  name: "ErrorStatus",
  width: 32,
  source: "Intel SDM volume 3, 11.5.3",
  fields: {
    sendChecksum: flag("P6 and Pentium only"),
    receiveChecksum: flag("P6 and Pentium only"),
    sendAccept: flag("P6 and Pentium only: nobody accepted"),
    receiveAccept: flag("P6 and Pentium only"),
    redirectableIpi: flag("Lowest-priority IPI where there is none"),
    sendIllegalVector: flag("A vector below 16 was sent"),
    receiveIllegalVector: flag("A vector below 16 arrived and was dropped"),
    illegalRegister: flag("Reserved register touched"),
    reserved8to31: reserved(24),
  },
});
/** Fields of {@link errorStatus}. */
export type ErrorStatus = Decoded<typeof errorStatus>;

/** The DFR's model as this project names it; codes but 0xF and 0 name nobody. */
export function destFormatOf({ model }: Dfr): DestFormat {
  return model === 0xf ? "flat" : model === 0 ? "cluster" : "reserved";
}

/** The three states of IA32_APIC_BASE's EN and EXTD. */
export type ApicState = "disabled" | "xapic" | "x2apic";

/** Which state software may go to; any other WRMSR is a #GP. Source: Intel SDM 11.12.5. */
export const LEGAL_TRANSITIONS: Readonly<Record<ApicState, readonly ApicState[]>> = {
  disabled: ["disabled", "xapic"],
  xapic: ["xapic", "disabled", "x2apic"],
  x2apic: ["x2apic", "disabled"],
};

/** The state EN and EXTD tell; null for EXTD without EN, which no LAPIC takes. */
export function apicStateOf({ enabled, extended }: ApicBase): ApicState | null {
  if (!enabled) return extended ? null : "disabled";
  return extended ? "x2apic" : "xapic";
}
