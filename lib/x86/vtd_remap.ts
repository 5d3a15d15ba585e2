/**
 * What a VT-d unit makes of an interrupt request.
 *
 * The unit's ten steps are a list of checks; the first that has something to say decides.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { irteRemapped } from "./vtd_irte.ts";
 * import { remapVtd } from "./vtd_remap.ts";
 *
 * const entry = irteRemapped.encode({ present: true, vector: 0x41, destId: 300 });
 * const unit = { enabled: true, compatibilityFormat: false, extendedInterruptMode: true,
 *   entries: 256, read: () => entry };
 * const outcome = remapVtd({ address: 0xfee0_00b0n, data: 0 }, unit);
 * assert.ok(outcome.kind === "remapped");
 * assert.equal(outcome.message.dest, 300);
 * ```
 *
 * @module
 */
import type { InterruptMessage } from "./interrupt_message.ts";
import { encodeMsi, isInterrupt, type Msi, remapIndex } from "./msi_message.ts";
import { msiAddressLow } from "./msi_address.ts";
import { remappableData } from "./msi_data.ts";
import { VTD_FAULTS, type VtdFault } from "./vtd_fault.ts";
import { VTD_FLAVOURS, type VtdFlavour } from "./vtd_flavour.ts";
import {
  descriptorAddressOf,
  irtePosted,
  type IrteRemapped,
  irteRemapped,
  irteRemappedXapic,
  postedDescriptor,
} from "./vtd_irte.ts";

/** A message on its way to the unit. */
export interface InterruptRequest extends Msi {
  /** PCI requester ID; absent where the platform does not know it. */
  readonly requesterId?: number | undefined;
}

/** The state a unit remaps by. */
export interface VtdUnit {
  /** GSTS.IRES. */
  readonly enabled: boolean;
  /** GSTS.CFIS. */
  readonly compatibilityFormat: boolean;
  /** IRTA.EIME. */
  readonly extendedInterruptMode: boolean;
  /** ECAP.EIM; without it EIME reads as clear. */
  readonly extendedInterruptCapable?: boolean;
  /** 2^(S+1). */
  readonly entries: number;
  /** The 128-bit entry at an index; undefined when memory does not answer. */
  readonly read: (index: number) => bigint | undefined;
  /** The 512-bit posted descriptor at an address, where the caller has it. */
  readonly readDescriptor?: (address: bigint) => bigint | undefined;
}

/** What becomes of a request. */
export type VtdOutcome =
  | { readonly kind: "notAnInterrupt" }
  | ({ readonly kind: "passed" } & Msi)
  | {
    readonly kind: "remapped";
    readonly index: number;
    readonly message: InterruptMessage;
  }
  | {
    readonly kind: "posted";
    readonly index: number;
    readonly vector: number;
    /** URG: the CPU is notified although the descriptor suppresses it. */
    readonly urgent: boolean;
    /** Where the posted descriptor lies, aligned to 64 bytes. */
    readonly descriptorAddress: bigint;
  }
  | {
    readonly kind: "fault";
    readonly fault: VtdFault;
    /** Its code, 20h–28h, as FRCD.FR holds it. */
    readonly reason: number;
    /** Whether FPD can keep it from being recorded. */
    readonly qualified: boolean;
    readonly recorded: boolean;
    /** Absent where the request was blocked before it had one. */
    readonly index?: number;
  };

interface Work {
  readonly request: InterruptRequest;
  readonly unit: VtdUnit;
  readonly flavour: VtdFlavour;
  readonly extended: boolean;
  readonly index: number;
  readonly entry: bigint;
  readonly fields: IrteRemapped;
}

/** Remaps one request. Source: Intel VT-d 5.1.4 "Interrupt-Remapping Hardware Operation". */
export function remapVtd(
  request: InterruptRequest,
  unit: VtdUnit,
  flavour: VtdFlavour = VTD_FLAVOURS.spec,
): VtdOutcome {
  return beforeTable(request, unit, flavour) ?? fromTable(request, unit, flavour);
}

/** The message as the flavour's platform hands it on, in KVM's 32-bit or in 15-bit form. */
export function emittedByVtd(
  { message }: Extract<VtdOutcome, { kind: "remapped" }>,
  flavour: VtdFlavour,
): Msi {
  const level = flavour.has("levelAlwaysSet") || message.level;
  const dest = flavour.has("emits15Bits") ? message.dest & 0x7fff : message.dest;
  const encoded = encodeMsi(
    { ...message, dest, level },
    flavour.has("emits15Bits") ? "ext15" : "kvm32",
  );
  if (encoded.kind === "encoded") return { address: encoded.address, data: encoded.data };
  throw new RangeError(`Cannot emit message: destination ${dest} needs ${encoded.destBits} bits`);
}

function beforeTable(
  { address, data }: InterruptRequest,
  unit: VtdUnit,
  flavour: VtdFlavour,
): VtdOutcome | undefined {
  const passed = { kind: "passed", address, data } as const;
  if (flavour.has("outsideWindowFaults") && !unit.enabled) return passed;
  if (!isInterrupt(address) && !flavour.has("requestUnchecked")) {
    return flavour.has("outsideWindowFaults")
      ? unqualified("requestReserved", flavour)
      : { kind: "notAnInterrupt" };
  }
  if (!unit.enabled) return passed;
  if (isRemappable(address)) return undefined;
  const passes = flavour.has("compatibilityAlwaysPasses") ||
    unit.compatibilityFormat && !isExtended(unit, flavour);
  return passes ? passed : unqualified("compatibilityBlocked", flavour);
}

function fromTable(
  request: InterruptRequest,
  unit: VtdUnit,
  flavour: VtdFlavour,
): VtdOutcome {
  const reservedSet = hasReservedData(request) && !flavour.has("requestUnchecked");
  if (reservedSet && !flavour.has("subhandleCheckedLast")) {
    return unqualified("requestReserved", flavour);
  }
  const sum = remapIndex(request.address, request.data).index;
  const index = flavour.has("indexWraps") ? sum & 0xffff : sum;
  if (index >= unit.entries) return unqualified("indexTooLarge", flavour, index);
  const entry = unit.read(index);
  if (entry === undefined) return unqualified("tableUnreadable", flavour, index);
  const extended = isExtended(unit, flavour);
  const fields = irteRemapped.decode(entry);
  const work: Work = { request, unit, flavour, extended, index, entry, fields };
  const fault = ENTRY_CHECKS.reduce<VtdFault | null>((found, check) => found ?? check(work), null);
  if (fault) return faultOf(work, fault);
  if (reservedSet) return unqualified("requestReserved", flavour, index);
  return isPosted(work) ? post(work) : remapped(work);
}

/** Steps 7 to 9: every fault from here on is qualified by FPD, even "not present". */
const ENTRY_CHECKS: readonly ((work: Work) => VtdFault | null)[] = [
  ({ fields }) => fields.present ? null : "entryNotPresent",
  (work) => hasReservedBits(work) ? "entryReserved" : null,
  sourceFault,
  ({ fields, flavour }) =>
    fields.posted && flavour.has("postedIsReservedFault") ? "entryReserved" : null,
];

function hasReservedBits(work: Work): boolean {
  const { entry, flavour, extended } = work;
  if (flavour.has("entryReservedUnchecked")) return false;
  if (isPosted(work)) return irtePosted.misused(entry).length > 0;
  const strict = !extended && !flavour.has("destReservedUnchecked");
  const layout = strict ? irteRemappedXapic : irteRemapped;
  return layout.misused(entry).some((field) => field !== "posted");
}

function sourceFault({ fields, request, flavour }: Work): VtdFault | null {
  const { sourceId, sourceIdQualifier, sourceValidationType } = fields;
  const { requesterId } = request;
  if (requesterId === undefined) {
    return flavour.has("unknownRequesterUnchecked") || sourceValidationType === "none"
      ? null
      : "sourceRefused";
  }
  switch (sourceValidationType) {
    case "none":
      return null;
    case "sourceId": {
      const mask = COMPARED_BITS[sourceIdQualifier];
      return (requesterId & mask) === (sourceId & mask) ? null : "sourceRefused";
    }
    case "busRange":
      return inBusRange(requesterId >> 8, sourceId, flavour) ? null : "sourceRefused";
    case "reserved3":
      if (flavour.has("unknownSvtAccepted")) return null;
      return flavour.has("unknownSvtIsSourceFault") ? "sourceRefused" : "entryReserved";
  }
}

const COMPARED_BITS: Readonly<Record<IrteRemapped["sourceIdQualifier"], number>> = {
  all: 0xffff,
  ignoreBit2: 0xfffb,
  ignoreBits2to1: 0xfff9,
  ignoreBits2to0: 0xfff8,
};

function inBusRange(bus: number, sourceId: number, flavour: VtdFlavour): boolean {
  const pair = [sourceId >> 8, sourceId & 0xff] as const;
  const [first, last] = flavour.has("busRangeInverted") ? [pair[1], pair[0]] : pair;
  return first <= bus && bus <= last;
}

function remapped({ extended, entry, fields, index }: Work): VtdOutcome {
  const { destMode, redirectionHint, deliveryMode, vector, trigger } = fields;
  const dest = extended ? fields.destId : irteRemappedXapic.decode(entry).destId;
  return {
    kind: "remapped",
    index,
    message: { dest, destMode, redirectionHint, deliveryMode, vector, trigger, level: false },
  };
}

function post(work: Work): VtdOutcome {
  const { entry, index, unit } = work;
  const fields = irtePosted.decode(entry);
  const descriptorAddress = descriptorAddressOf(fields);
  if (unit.readDescriptor) {
    const descriptor = unit.readDescriptor(descriptorAddress);
    if (descriptor === undefined) return faultOf(work, "descriptorUnreadable");
    const reservedSet = postedDescriptor.misused(descriptor).length > 0;
    if (reservedSet) return faultOf(work, "descriptorReserved");
  }
  const { vector, urgent } = fields;
  return { kind: "posted", index, vector, urgent, descriptorAddress };
}

function isPosted({ fields, flavour }: Work): boolean {
  return fields.posted && !flavour.has("postedReadAsRemapped");
}

function isRemappable(address: bigint): boolean {
  return msiAddressLow.decode(Number(BigInt.asUintN(32, address))).remappable;
}

function isExtended(
  { extendedInterruptMode, extendedInterruptCapable = true }: VtdUnit,
  flavour: VtdFlavour,
): boolean {
  return extendedInterruptMode && (extendedInterruptCapable || flavour.has("eimeWithoutEim"));
}

function hasReservedData({ address, data }: InterruptRequest): boolean {
  return remapIndex(address, data).subhandleValid && remappableData.misused(data).length > 0;
}

function faultOf({ flavour, index, fields }: Work, fault: VtdFault): VtdOutcome {
  const { code: reason, qualified } = VTD_FAULTS[fault];
  const recorded = !fields.faultProcessingDisable && !flavour.has("faultsUnrecorded");
  return { kind: "fault", fault, reason, qualified, recorded, index };
}

function unqualified(fault: VtdFault, flavour: VtdFlavour, index?: number): VtdOutcome {
  const { code: reason, qualified } = VTD_FAULTS[fault];
  const recorded = !flavour.has("faultsUnrecorded");
  return {
    kind: "fault",
    fault,
    reason,
    qualified,
    recorded,
    ...(index !== undefined && { index }),
  };
}
