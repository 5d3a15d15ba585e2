/**
 * AMD-Vi interrupt remapping table entries: 32 bits wide, or 128 with the guest virtual APIC.
 *
 * @module
 */
import {
  type Decoded,
  fixedFlag,
  flag,
  ignored,
  oneOf,
  Register,
  reserved,
  uint,
} from "../bits/register.ts";
import { DEST_MODES } from "./interrupt_message.ts";

/** The IntType codes; from 2 on the unit faults. */
export const INT_TYPES = [
  "fixed",
  "lowest",
  "reserved2",
  "reserved3",
  "reserved4",
  "reserved5",
  "reserved6",
  "reserved7",
] as const;

const HEAD_FIELDS = {
  remapEnabled: flag("RemapEn: entry may be used"),
  suppressPageFault: flag("SupIOPF: a fault through this entry is not logged"),
  intType: oneOf(INT_TYPES, "IntType: fixed or arbitrated"),
  requestEoi: flag("RqEoi: EOI of the guest is wanted"),
  destMode: oneOf(DEST_MODES, "DM: how the destination names LAPICs"),
} as const;

/** An entry while GAEn is clear. */
export const irte32 = new Register({
  name: "Irte32",
  width: 32,
  source: "AMD IOMMU specification 2.2.5.2; Linux drivers/iommu/amd/amd_iommu_types.h union irte",
  fields: {
    ...HEAD_FIELDS,
    guestMode: fixedFlag(false, "GuestMode: clear"),
    destId: uint(8, "Destination"),
    vector: uint(8, "Vector"),
    reserved24to31: reserved(8),
  },
});
/** Fields of {@link irte32}. */
export type Irte32 = Decoded<typeof irte32>;

/** An entry while GAEn is set and its GuestMode is clear. */
export const irte128 = new Register({
  name: "Irte128",
  width: 128,
  source: "AMD IOMMU specification 2.2.5.3; Linux amd_iommu_types.h struct irte_ga",
  fields: {
    ...HEAD_FIELDS,
    guestMode: fixedFlag(false, "GuestMode: clear"),
    destId0to23: uint(24, "Destination 23:0; 7:0 alone while XTEn is clear"),
    guestTag: ignored(32, "GATag"),
    vector: uint(8, "Vector"),
    reserved72to75: reserved(4),
    guestRoot: ignored(40, "Guest vAPIC page 51:12, guest mode only"),
    reserved116to119: reserved(4),
    destId24to31: uint(8, "Destination 31:24, while XTEn is set"),
  },
});
/** Fields of {@link irte128}. */
export type Irte128 = Decoded<typeof irte128>;

/** A 128-bit entry with GuestMode set: the guest's virtual APIC takes the interrupt. */
export const irte128Guest = new Register({
  name: "Irte128Guest",
  width: 128,
  source: "AMD IOMMU specification 2.2.5.3, guest mode; Linux struct irte_ga fields_vapic",
  fields: {
    remapEnabled: flag("RemapEn: entry may be used"),
    suppressPageFault: flag("SupIOPF: a fault through this entry is not logged"),
    guestLogInterrupt: flag("GALogIntr: a log entry interrupts"),
    reserved3to5: reserved(3),
    isRunning: flag("IsRun: the virtual CPU runs now"),
    guestMode: fixedFlag(true, "GuestMode: set"),
    destId0to23: uint(24, "APIC ID 23:0 of the CPU the guest runs on"),
    guestTag: uint(32, "GATag: names the guest in the log"),
    vector: uint(8, "Guest vector"),
    reserved72to75: reserved(4),
    guestRoot: uint(40, "vAPIC backing page 51:12"),
    reserved116to119: reserved(4),
    destId24to31: uint(8, "APIC ID 31:24"),
  },
});
/** Fields of {@link irte128Guest}. */
export type Irte128Guest = Decoded<typeof irte128Guest>;
