/**
 * AMD-Vi registers and the interrupt part of a device table entry.
 *
 * @module
 */
import { type Decoded, flag, ignored, oneOf, Register, reserved, uint } from "../bits/register.ts";
import { DEST_MODES } from "./interrupt_message.ts";

/** Offsets of the registers in a unit's MMIO block. */
export const AMD_OFFSETS = {
  control: 0x18,
  features: 0x30,
  features2: 0x1a0,
  eventInterrupt: 0x170,
  pprInterrupt: 0x178,
  guestLogInterrupt: 0x180,
} as const;

/** The southbridge's I/O APIC sends as 00:14.0 by convention. */
export const SOUTHBRIDGE_IOAPIC = 0x00a0;

/** CONTROL: what interrupts need of it. */
export const amdControl = new Register({
  name: "AmdControl",
  width: 64,
  source: "AMD IOMMU specification 3.4.2, MMIO offset 0018h",
  fields: {
    enabled: flag("IommuEn"),
    ignored1to16: ignored(16),
    guestApic: flag("GAEn: entries are 128 bits wide"),
    ignored18to24: ignored(7),
    guestApicMode: flag("GAMEn: guest virtual APIC"),
    ignored26to27: ignored(2),
    guestLog: flag("GALogEn"),
    guestLogInterrupt: flag("GAIntEn"),
    ignored30to42: ignored(13),
    numIntRemapMode: oneOf(["512", "2048", "reserved2", "reserved3"], "Entries a table may have"),
    ignored45to49: ignored(5),
    xt: flag("XTEn: 32-bit destinations"),
    interruptCapXt: flag("IntCapXTEn: the unit interrupts through its XT registers"),
    ignored52to58: ignored(7),
    cacheDisable: flag("IRTCacheDis"),
    ignored60to63: ignored(4),
  },
});
/** Fields of {@link amdControl}. */
export type AmdControl = Decoded<typeof amdControl>;

/** Extended features (EFR). */
export const amdFeatures = new Register({
  name: "AmdFeatures",
  width: 64,
  source: "AMD IOMMU specification 3.4.3, MMIO offset 0030h",
  fields: {
    ignored0to1: ignored(2),
    xt: flag("XTSup: 32-bit destinations"),
    ignored3to6: ignored(4),
    guestApic: flag("GASup: 128-bit entries"),
    ignored8to20: ignored(13),
    guestApicModes: uint(2, "GAMSup"),
    ignored23to63: ignored(41),
  },
});
/** Fields of {@link amdFeatures}. */
export type AmdFeatures = Decoded<typeof amdFeatures>;

/** Extended features 2 (EFR2). */
export const amdFeatures2 = new Register({
  name: "AmdFeatures2",
  width: 64,
  source: "AMD IOMMU specification 3.4.3, MMIO offset 01A0h; Linux FEATURE_NUM_INT_REMAP_SUP",
  fields: {
    ignored0to7: ignored(8),
    numIntRemap: oneOf(["512", "2048", "reserved2", "reserved3"], "NumIntRemapSup"),
    ignored10to63: ignored(54),
  },
});
/** Fields of {@link amdFeatures2}. */
export type AmdFeatures2 = Decoded<typeof amdFeatures2>;

/** Bits 191:128 of a device table entry. */
export const dteInterrupt = new Register({
  name: "DteInterrupt",
  width: 64,
  source: "AMD IOMMU specification 2.2.2.1; Linux amd_iommu_types.h DTE_IRQ_*",
  fields: {
    valid: flag("IV: this quadword counts"),
    tableLength: uint(4, "IntTabLen: the table has 2^n entries"),
    ignoreUnmapped: flag("IG: faults of unmapped interrupts are not logged"),
    tableRoot: uint(46, "Table address 51:6"),
    reserved52to55: reserved(4),
    initPass: flag("INIT passes"),
    extIntPass: flag("ExtINT passes"),
    nmiPass: flag("NMI passes"),
    reserved59: reserved(1),
    control: oneOf(["abort", "pass", "remap", "reserved3"], "IntCtl: fixed and arbitrated"),
    lint0Pass: flag("Legacy LINT0 passes"),
    lint1Pass: flag("Legacy LINT1 passes"),
  },
});
/** Fields of {@link dteInterrupt}. */
export type DteInterrupt = Decoded<typeof dteInterrupt>;

/** The XT interrupt control registers: event log, PPR log, guest log. */
export const amdInterruptControl = new Register({
  name: "AmdInterruptControl",
  width: 64,
  source: "AMD IOMMU specification 3.4.15; Linux amd_iommu_types.h union intcapxt",
  fields: {
    reserved0to1: reserved(2),
    destMode: oneOf(DEST_MODES, "How the destination names LAPICs"),
    reserved3to7: reserved(5),
    destId0to23: uint(24, "Destination 23:0"),
    vector: uint(8, "Vector"),
    deliveryMode: oneOf(["fixed", "lowest"], "Fixed or arbitrated"),
    reserved41to55: reserved(15),
    destId24to31: uint(8, "Destination 31:24"),
  },
});
/** Fields of {@link amdInterruptControl}. */
export type AmdInterruptControl = Decoded<typeof amdInterruptControl>;
