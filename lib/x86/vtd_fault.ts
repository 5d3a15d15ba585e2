/**
 * VT-d's interrupt remapping faults.
 *
 * @module
 */

/** A fault reason: its code, and whether FPD of the entry keeps it from being recorded. */
export interface FaultReason {
  /** What FRCD.FR holds. */
  readonly code: number;
  /** Qualified faults are not recorded when the entry sets FPD; the request is blocked anyway. */
  readonly qualified: boolean;
  /** What is wrong. */
  readonly says: string;
}

/** Source: Intel VT-d 7.3 "Interrupt Translation Faults". */
export const VTD_FAULTS = {
  requestReserved: { code: 0x20, qualified: false, says: "reserved field of the request is set" },
  indexTooLarge: { code: 0x21, qualified: false, says: "index beyond the table" },
  entryNotPresent: { code: 0x22, qualified: true, says: "entry is not present" },
  tableUnreadable: { code: 0x23, qualified: false, says: "table could not be read" },
  entryReserved: { code: 0x24, qualified: true, says: "reserved field of the entry is set" },
  compatibilityBlocked: { code: 0x25, qualified: false, says: "compatibility format is blocked" },
  sourceRefused: { code: 0x26, qualified: true, says: "requester is not the entry's" },
  descriptorUnreadable: { code: 0x27, qualified: true, says: "descriptor could not be read" },
  descriptorReserved: {
    code: 0x28,
    qualified: true,
    says: "reserved field of the descriptor is set",
  },
} as const satisfies Record<string, FaultReason>;

/** The name of a fault. */
export type VtdFault = keyof typeof VTD_FAULTS;
