/**
 * What an AMD unit makes of an interrupt request.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { irte128 } from "./amd_irte.ts";
 * import { dteInterrupt } from "./amd_registers.ts";
 * import { remapAmd } from "./amd_remap.ts";
 *
 * const interrupt = dteInterrupt.encode({ valid: true, tableLength: 9, control: "remap" });
 * const entry = irte128.encode({ remapEnabled: true, destId0to23: 300, vector: 0x41 });
 * const outcome = remapAmd({ address: 0xfee0_0000n, data: 7 }, {
 *   enabled: true, guestApic: true, xt: true, tables2048: false,
 *   device: () => ({ valid: true, interrupt, read: () => entry }),
 * });
 * assert.ok(outcome.kind === "remapped");
 * assert.equal(outcome.message.dest, 300);
 * ```
 *
 * @module
 */
import { INT_TYPES, type Irte128, irte128, irte128Guest, type Irte32, irte32 } from "./amd_irte.ts";
import { AMD_FLAVOURS, type AmdFlavour } from "./amd_flavour.ts";
import { type DteInterrupt, dteInterrupt, SOUTHBRIDGE_IOAPIC } from "./amd_registers.ts";
import { DELIVERY_MODES, fixedMessage, type InterruptMessage } from "./interrupt_message.ts";
import { amdRemappableData } from "./msi_data.ts";
import { messageFromMsi, type Msi } from "./msi_message.ts";
import type { InterruptRequest } from "./vtd_remap.ts";

/** One device's table entry. */
export interface AmdDevice {
  /** DTE.V. */
  readonly valid: boolean;
  /** DTE bits 191:128. */
  readonly interrupt: bigint;
  /** The 32- or 128-bit entry at an index; undefined when memory does not answer. */
  readonly read: (index: number) => bigint | undefined;
}

/** The state a unit remaps by. */
export interface AmdUnit {
  /** CONTROL.IommuEn. */
  readonly enabled: boolean;
  /** CONTROL.GAEn. */
  readonly guestApic: boolean;
  /** CONTROL.XTEn. */
  readonly xt: boolean;
  /** CONTROL.NumIntRemapMode is 2048. */
  readonly tables2048: boolean;
  /** Whether the device table has a length; absent: as `enabled`. */
  readonly hasDeviceTable?: boolean;
  /** Whether the unit was made with XT; absent: as `xt`. */
  readonly xtCapable?: boolean;
  /** The device table entry of a requester; undefined when memory does not answer. */
  readonly device: (requesterId: number) => AmdDevice | undefined;
}

/** Why a unit answers with target abort. */
export type AmdAbortReason =
  | "controlAborts"
  | "controlReserved"
  | "typeNotPassed"
  | "deviceTableUnreadable"
  | "deviceEntryReserved"
  | "destModeSet";

/** Why a unit raises IO_PAGE_FAULT with its I flag. */
export type AmdPageFaultReason =
  | "indexBeyondTable"
  | "tableUnreadable"
  | "remapDisabled"
  | "guestModeUnsupported"
  | "intTypeReserved";

/** What becomes of a request. */
export type AmdOutcome =
  | ({ readonly kind: "passed" } & Msi)
  | {
    readonly kind: "remapped";
    readonly index: number;
    readonly entryAddress: bigint;
    readonly message: InterruptMessage;
    /** RqEoi of the entry. */
    readonly requestEoi: boolean;
  }
  | {
    readonly kind: "guest";
    readonly index: number;
    readonly entryAddress: bigint;
    readonly vector: number;
    /** APIC ID of the CPU that runs the guest, null while it does not run. */
    readonly runsOn: number | null;
  }
  | {
    readonly kind: "targetAbort";
    readonly because: AmdAbortReason;
    /** Message type that was refused, where that is the reason. */
    readonly messageType?: string;
  }
  | {
    readonly kind: "pageFault";
    readonly because: AmdPageFaultReason;
    readonly index: number;
    /** Whether an event is written to the log. */
    readonly logged: boolean;
    readonly entryAddress?: bigint;
  }
  | { readonly kind: "unspecified"; readonly messageType: string };

interface Work {
  readonly request: InterruptRequest;
  readonly unit: AmdUnit;
  readonly flavour: AmdFlavour;
  readonly device: AmdDevice;
  readonly dte: DteInterrupt;
}

/** Remaps one request. Source: AMD IOMMU specification 2.2.5 "Interrupt Remapping Tables". */
export function remapAmd(
  request: InterruptRequest,
  unit: AmdUnit,
  flavour: AmdFlavour = AMD_FLAVOURS.spec,
): AmdOutcome {
  const passed = { kind: "passed", address: request.address, data: request.data } as const;
  if (!isOn(unit, flavour)) return passed;
  const device = unit.device(requesterOf(request, flavour));
  if (!device) return { kind: "targetAbort", because: "deviceTableUnreadable" };
  if (!device.valid && !flavour.has("dteValidIgnored")) return passed;
  const dte = dteInterrupt.decode(device.interrupt);
  if (flavour.has("reservedDteDrops") && dteInterrupt.misused(device.interrupt).length > 0) {
    return { kind: "targetAbort", because: "deviceEntryReserved" };
  }
  if (!dte.valid) {
    const illegal = dte.control === "remap" && flavour.has("invalidRemapAborts");
    return illegal ? { kind: "targetAbort", because: "deviceEntryReserved" } : passed;
  }
  return byMessageType({ request, unit, flavour, device, dte });
}

/** Data 10:8 doubles as message type, unless 2048-entry tables and DM say that all types index. */
function byMessageType(work: Work): AmdOutcome {
  const { request, unit, dte, flavour } = work;
  const { deliveryMode, destMode } = messageFromMsi(request, "compat8");
  const allIndex = unit.tables2048 && destMode === "logical";
  if (allIndex || flavour.has("messageTypesIgnored")) return byControl(work);
  switch (deliveryMode) {
    case "fixed":
    case "lowest":
      return byControl(work);
    case "nmi":
      return passIf(work, dte.nmiPass, deliveryMode);
    case "init":
      return passIf(work, dte.initPass, deliveryMode);
    case "extint":
      return passIf(work, dte.extIntPass, deliveryMode);
    case "smi":
      return flavour.has("smiDropped")
        ? { kind: "targetAbort", because: "typeNotPassed", messageType: deliveryMode }
        : { kind: "unspecified", messageType: deliveryMode };
    default:
      return { kind: "unspecified", messageType: deliveryMode };
  }
}

function passIf({ request, flavour }: Work, pass: boolean, messageType: string): AmdOutcome {
  const { destMode } = messageFromMsi(request, "compat8");
  if (flavour.has("passedMustBePhysical") && destMode === "logical") {
    return { kind: "targetAbort", because: "destModeSet", messageType };
  }
  return pass
    ? { kind: "passed", address: request.address, data: request.data }
    : { kind: "targetAbort", because: "typeNotPassed", messageType };
}

function byControl(work: Work): AmdOutcome {
  const { dte, request, flavour } = work;
  switch (dte.control) {
    case "abort":
      return { kind: "targetAbort", because: "controlAborts" };
    case "reserved3":
      return { kind: "targetAbort", because: "controlReserved" };
    case "pass":
      return flavour.has("passBecomesZero")
        ? { kind: "passed", address: 0xfee0_0000n, data: 0x4000 }
        : { kind: "passed", address: request.address, data: request.data };
    case "remap":
      return throughTable(work);
  }
}

function throughTable(work: Work): AmdOutcome {
  const { request, unit, dte, device, flavour } = work;
  const { index } = amdRemappableData.decode(request.data);
  if (index >= 2 ** dte.tableLength && !flavour.has("tableLengthUnchecked")) {
    return { kind: "pageFault", because: "indexBeyondTable", index, logged: isLogged(work) };
  }
  const entry = device.read(index);
  const entryAddress = BigInt(dte.tableRoot) * 64n + BigInt(index * (unit.guestApic ? 16 : 4));
  const at = { index, entryAddress };
  if (entry === undefined) {
    return { kind: "pageFault", because: "tableUnreadable", ...at, logged: isLogged(work) };
  }
  return unit.guestApic ? wide(work, entry, at) : narrow(work, entry, at);
}

interface At {
  readonly index: number;
  readonly entryAddress: bigint;
}

function narrow(work: Work, raw: bigint, at: At): AmdOutcome {
  const entry = irte32.decode(Number(BigInt.asUintN(32, raw)));
  return headFault(work, entry, at) ??
    (entry.guestMode && !work.flavour.has("guestModeIgnored")
      ? { kind: "pageFault", because: "guestModeUnsupported", ...at, logged: isLogged(work) }
      : typeFault(work, entry, at) ?? remapped(work, entry, entry.destId, at));
}

function wide(work: Work, raw: bigint, at: At): AmdOutcome {
  const entry = irte128.decode(raw);
  const head = headFault(work, entry, at);
  if (head) return head;
  if (entry.guestMode && !work.flavour.has("guestModeIgnored")) return guest(raw, at);
  const low = entry.destId0to23;
  const dest = isXt(work) ? entry.destId24to31 * 2 ** 24 + low : low & 0xff;
  return typeFault(work, entry, at) ?? remapped(work, entry, dest, at);
}

function headFault(work: Work, entry: Irte32 | Irte128, at: At): AmdOutcome | undefined {
  if (entry.remapEnabled) return undefined;
  const logged = isLogged(work) && !entry.suppressPageFault;
  return { kind: "pageFault", because: "remapDisabled", ...at, logged };
}

function typeFault(work: Work, { intType }: Irte32 | Irte128, at: At): AmdOutcome | undefined {
  if (intType === "fixed" || intType === "lowest") return undefined;
  if (work.flavour.has("intTypeUnchecked")) return undefined;
  return { kind: "pageFault", because: "intTypeReserved", ...at, logged: isLogged(work) };
}

/** The entry has no trigger mode: the message's own stays. */
function remapped(work: Work, entry: Irte32 | Irte128, dest: number, at: At): AmdOutcome {
  const { destMode, vector, requestEoi, intType } = entry;
  const message = fixedMessage({
    dest,
    destMode,
    deliveryMode: DELIVERY_MODES[INT_TYPES.indexOf(intType)]!,
    vector,
    ...lineOf(work),
    redirectionHint: work.flavour.has("hintFromRequestEoi") && requestEoi,
  });
  return { kind: "remapped", ...at, message, requestEoi };
}

function lineOf({ request, flavour }: Work): Pick<InterruptMessage, "trigger" | "level"> {
  if (flavour.has("triggerDropped")) return { trigger: "edge", level: false };
  const { trigger, level } = messageFromMsi(request, "compat8");
  return { trigger, level };
}

function guest(raw: bigint, at: At): AmdOutcome {
  const { vector, isRunning, destId0to23, destId24to31 } = irte128Guest.decode(raw);
  const runsOn = isRunning ? destId24to31 * 2 ** 24 + destId0to23 : null;
  return { kind: "guest", ...at, vector, runsOn };
}

function isOn({ enabled, hasDeviceTable = enabled }: AmdUnit, flavour: AmdFlavour): boolean {
  return flavour.has("deviceTableEnables") ? hasDeviceTable : enabled;
}

function isXt({ unit: { xt, xtCapable = xt }, flavour }: Work): boolean {
  return flavour.has("guestApicIsXt") || (flavour.has("xtByProperty") ? xtCapable : xt);
}

function isLogged({ dte, flavour }: Work): boolean {
  return !dte.ignoreUnmapped && !flavour.has("faultsUnlogged");
}

function requesterOf({ requesterId }: InterruptRequest, flavour: AmdFlavour): number {
  if (requesterId !== undefined && requesterId !== 0xffff) return requesterId;
  return flavour.has("unknownRequesterIsSouthbridge") ? SOUTHBRIDGE_IOAPIC : requesterId ?? 0xffff;
}
