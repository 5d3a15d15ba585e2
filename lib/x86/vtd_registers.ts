/**
 * VT-d registers and descriptors as far as interrupts go.
 *
 * @module
 */
import {
  type Decoded,
  fixed,
  flag,
  ignored,
  oneOf,
  Register,
  reserved,
  uint,
} from "../bits/register.ts";

/** Offsets of the registers in a unit's page. */
export const VTD_OFFSETS = {
  cap: 0x08,
  ecap: 0x10,
  gcmd: 0x18,
  gsts: 0x1c,
  fsts: 0x34,
  fectl: 0x38,
  fedata: 0x3c,
  feaddr: 0x40,
  feuaddr: 0x44,
  iectl: 0xa0,
  iedata: 0xa4,
  ieaddr: 0xa8,
  ieuaddr: 0xac,
  irta: 0xb8,
  pectl: 0xe0,
} as const;

/** CAP_REG: what interrupts need of it. */
export const vtdCapability = new Register({
  name: "VtdCapability",
  width: 64,
  source: "Intel VT-d 11.4.2",
  fields: {
    ignored0to23: ignored(24, "Domains, page tables"),
    faultRecordOffset: uint(10, "FRO: fault records at FRO·16"),
    ignored34to39: ignored(6, "Large pages, selective invalidation"),
    faultRecords: uint(8, "NFR: number of fault records less one"),
    ignored48to58: ignored(11, "Invalidation, drain, first level"),
    postedInterrupts: flag("PI: posted interrupts"),
    ignored60to61: ignored(2),
    enhancedSetInterruptPointer: flag("ESIRTPS: SIRTP invalidates the cache by itself"),
    enhancedSetRootPointer: flag("ESRTPS"),
  },
});
/** Fields of {@link vtdCapability}. */
export type VtdCapability = Decoded<typeof vtdCapability>;

/** ECAP_REG: what interrupts need of it. */
export const vtdExtendedCapability = new Register({
  name: "VtdExtendedCapability",
  width: 64,
  source: "Intel VT-d 11.4.3",
  fields: {
    coherent: ignored(1),
    queuedInvalidation: flag("QI: needed for remapping"),
    deviceTlb: ignored(1),
    interruptRemapping: flag("IR"),
    extendedInterruptMode: flag("EIM: 32-bit destinations"),
    ignored5to19: ignored(15),
    maxHandleMask: uint(4, "MHMV: largest index mask of an IEC invalidation"),
    ignored24to63: ignored(40),
  },
});
/** Fields of {@link vtdExtendedCapability}. */
export type VtdExtendedCapability = Decoded<typeof vtdExtendedCapability>;

const COMMAND_FIELDS = {
  reserved0to22: reserved(23),
  compatibilityFormat: flag("CFI/CFIS: compatibility requests pass, while EIME is clear"),
  setInterruptTable: flag("SIRTP/IRTPS: take the table pointer"),
  interruptRemapping: flag("IRE/IRES: remap"),
  queuedInvalidation: flag("QIE/QIES"),
  ignored27to29: ignored(3),
  setRootTable: flag("SRTP/RTPS"),
  translation: flag("TE/TES"),
} as const;

/** GCMD_REG: one command a write. */
export const vtdGlobalCommand = new Register({
  name: "VtdGlobalCommand",
  width: 32,
  source: "Intel VT-d 11.4.4.1",
  fields: COMMAND_FIELDS,
});
/** Fields of {@link vtdGlobalCommand}. */
export type VtdGlobalCommand = Decoded<typeof vtdGlobalCommand>;

/** GSTS_REG: what the unit does now. */
export const vtdGlobalStatus = new Register({
  name: "VtdGlobalStatus",
  width: 32,
  source: "Intel VT-d 11.4.4.2",
  fields: COMMAND_FIELDS,
});
/** Fields of {@link vtdGlobalStatus}. */
export type VtdGlobalStatus = Decoded<typeof vtdGlobalStatus>;

/** IRTA_REG: where the table is. */
export const interruptTableAddress = new Register({
  name: "InterruptTableAddress",
  width: 64,
  source: "Intel VT-d 11.4.13",
  fields: {
    size: uint(4, "S: the table has 2^(S+1) entries"),
    reserved4to10: reserved(7),
    extendedInterruptMode: flag("EIME: 32-bit destinations; reserved without ECAP.EIM"),
    table: uint(52, "Table address 63:12"),
  },
});
/** Fields of {@link interruptTableAddress}. */
export type InterruptTableAddress = Decoded<typeof interruptTableAddress>;

/** FSTS_REG. */
export const vtdFaultStatus = new Register({
  name: "VtdFaultStatus",
  width: 32,
  source: "Intel VT-d 11.4.8.1",
  fields: {
    overflow: flag("PFO: a fault found no free record"),
    pending: flag("PPF: a record holds a fault"),
    reserved2to3: reserved(2),
    queueError: flag("IQE"),
    ignored5to7: ignored(3),
    firstRecord: uint(8, "FRI: record of the oldest fault"),
    reserved16to31: reserved(16),
  },
});
/** Fields of {@link vtdFaultStatus}. */
export type VtdFaultStatus = Decoded<typeof vtdFaultStatus>;

/** FECTL, IECTL and PECTL. */
export const vtdEventControl = new Register({
  name: "VtdEventControl",
  width: 32,
  source: "Intel VT-d 11.4.8.2",
  fields: {
    reserved0to29: reserved(30),
    pending: flag("IP: held back by the mask"),
    masked: flag("IM: sends nothing"),
  },
});
/** Fields of {@link vtdEventControl}. */
export type VtdEventControl = Decoded<typeof vtdEventControl>;

/** A fault record (FRCD) of an interrupt request. */
export const interruptFaultRecord = new Register({
  name: "InterruptFaultRecord",
  width: 128,
  source: "Intel VT-d 11.4.8.6",
  fields: {
    reserved0to47: reserved(48),
    index: uint(16, "FI 63:48: interrupt index"),
    sourceId: uint(16, "SID: requester ID"),
    ignored80to95: ignored(16),
    reason: uint(8, "FR: fault reason"),
    ignored104to125: ignored(22),
    type: ignored(1, "T"),
    fault: flag("F: the record holds a fault; write 1 to clear"),
  },
});
/** Fields of {@link interruptFaultRecord}. */
export type InterruptFaultRecord = Decoded<typeof interruptFaultRecord>;

/** The interrupt entry cache invalidation descriptor. */
export const iecInvalidation = new Register({
  name: "IecInvalidation",
  width: 128,
  source: "Intel VT-d 6.5.2.7; Linux include/linux/dmar.h QI_IEC_*",
  fields: {
    type: fixed(4, 4, "4: interrupt entry cache"),
    granularity: oneOf(["global", "index"], "All entries, or those of an index range"),
    reserved5to26: reserved(22),
    indexMask: uint(5, "IM: 2^IM entries, aligned"),
    index: uint(16, "IIDX: first entry"),
    reserved48to127: reserved(80),
  },
});
/** Fields of {@link iecInvalidation}. */
export type IecInvalidation = Decoded<typeof iecInvalidation>;

/** The entries an IEC invalidation concerns: first and last index, or all. */
export function invalidatedIndexes(
  { granularity, index, indexMask }: IecInvalidation,
): readonly [first: number, last: number] {
  if (granularity === "global") return [0, 0xffff];
  const size = 2 ** indexMask;
  const first = index - index % size;
  return [first, Math.min(first + size - 1, 0xffff)];
}

/** Entries of a table whose IRTA holds size field S. */
export function tableEntries({ size }: Pick<InterruptTableAddress, "size">): number {
  return 2 ** (size + 1);
}
