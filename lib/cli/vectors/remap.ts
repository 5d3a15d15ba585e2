/** Groups about remapping units: `vtd`, `amd`, `iommu-own`. */
import { AMD_FLAVOURS } from "../../x86/amd_flavour.ts";
import { type AmdOutcome, type AmdUnit, remapAmd } from "../../x86/amd_remap.ts";
import type { InterruptMessage } from "../../x86/interrupt_message.ts";
import { amdEventMessage, vtdEventMessage } from "../../x86/iommu_message.ts";
import { VTD_FLAVOURS, type VtdFlavour } from "../../x86/vtd_flavour.ts";
import { tableEntries } from "../../x86/vtd_registers.ts";
import {
  emittedByVtd,
  type InterruptRequest,
  remapVtd,
  type VtdOutcome,
  type VtdUnit,
} from "../../x86/vtd_remap.ts";
import {
  bigintIn,
  bigintOf,
  bit,
  flagIn,
  type Given,
  hex,
  maybeBigint,
  maybeNumber,
  numberIn,
  objectIn,
} from "./input.ts";
import { msiIn, words } from "./words.ts";

/** A request through a VT-d unit, as specified and as QEMU has it. */
export function vtd(given: Given) {
  const request = requestIn(given);
  const unit = vtdUnitIn(given);
  return {
    spec: vtdResult(remapVtd(request, unit, VTD_FLAVOURS.spec), VTD_FLAVOURS.spec),
    qemu: vtdResult(remapVtd(request, unit, VTD_FLAVOURS.qemu), VTD_FLAVOURS.qemu),
  };
}

/** `sid` beside the message. */
export function requestIn(given: Given): InterruptRequest {
  return { ...msiIn(given), requesterId: maybeNumber(given, "sid") };
}

/** `ire`, `cfis`, `eime`, the table's size, and the entries under `irte`. */
export function vtdUnitIn(given: Given): VtdUnit {
  const size = maybeNumber(given, "irtaSizeField");
  return {
    enabled: flagIn(given, "ire"),
    compatibilityFormat: flagIn(given, "cfis"),
    extendedInterruptMode: flagIn(given, "eime"),
    extendedInterruptCapable: flagIn(given, "ecapEim", true),
    entries: maybeNumber(given, "entries") ?? tableEntries({ size: size ?? 0xf }),
    read: tableIn(given),
  };
}

/** Entries by index, one entry for every index, or none: then all read as zero. */
function tableIn(given: Given): (index: number) => bigint | undefined {
  const table = objectIn(given, "irte");
  if ("low" in table || "high" in table) return () => entryOf(table);
  const entries = new Map(Object.entries(table).map(([at, entry]) => [Number(at), entry]));
  return (index) => {
    const entry = entries.get(index);
    return entry === undefined ? 0n : entry === null ? undefined : entryOf(entry);
  };
}

function entryOf(entry: unknown): bigint {
  if (typeof entry !== "object") return bigintOf(entry, "irte");
  const halves = entry as Given;
  return bigintIn(halves, "high") << 64n | bigintIn(halves, "low");
}

function vtdResult(outcome: VtdOutcome, flavour: VtdFlavour) {
  switch (outcome.kind) {
    case "notAnInterrupt":
      return { result: "not-an-interrupt" };
    case "passed":
      return { result: "pass-through", ...words(outcome) };
    case "posted":
      return {
        result: "posted",
        index: hex(outcome.index),
        vector: hex(outcome.vector),
        urgent: bit(outcome.urgent),
        pidAddress: hex(outcome.descriptorAddress),
      };
    case "fault": {
      const { reason, qualified, recorded, index } = outcome;
      return {
        result: "fault",
        reason: hex(reason),
        qualified,
        ...(qualified && { recorded }),
        ...(index !== undefined && { index: hex(index) }),
      };
    }
    case "remapped": {
      const { index, message } = outcome;
      const emitted = { messageToKvm: words(emittedByVtd(outcome, flavour)) };
      return {
        result: "deliver",
        index: hex(index),
        ...messageFields(message),
        ...(flavour.has("levelAlwaysSet") && emitted),
      };
    }
  }
}

function messageFields(message: InterruptMessage) {
  const { dest, destMode, redirectionHint, trigger, deliveryMode, vector } = message;
  return {
    dest: hex(dest),
    destMode,
    redirectionHint: bit(redirectionHint),
    trigger,
    deliveryMode,
    vector: hex(vector),
  };
}

/** A request through an AMD unit. */
export function amd(given: Given) {
  return amdResult(remapAmd(requestIn(given), amdUnitIn(given), AMD_FLAVOURS.spec));
}

/** `iommuEn`, `gaEn`, `xtEn`, `numIntRemap2K`, the device's entry and its table. */
export function amdUnitIn(given: Given): AmdUnit {
  const interrupt = bigintIn(given, "dteData2");
  const device = { valid: flagIn(given, "dteV", true), interrupt, read: tableIn(given) };
  return {
    enabled: flagIn(given, "iommuEn", true),
    guestApic: flagIn(given, "gaEn"),
    xt: flagIn(given, "xtEn"),
    tables2048: flagIn(given, "numIntRemap2K"),
    device: () => device,
  };
}

function amdResult(outcome: AmdOutcome) {
  switch (outcome.kind) {
    case "passed":
      return { result: "pass-through", ...words(outcome) };
    case "remapped": {
      const { message: { dest, destMode, deliveryMode, vector, trigger }, requestEoi } = outcome;
      return {
        result: "deliver",
        ...amdPlace(outcome),
        dest: hex(dest),
        destMode,
        rqEoi: bit(requestEoi),
        deliveryMode,
        vector: hex(vector),
        trigger,
      };
    }
    case "guest":
      return { result: "guest-vapic", ...amdPlace(outcome), vector: hex(outcome.vector) };
    case "targetAbort":
      return { result: "target-abort", why: outcome.because };
    case "pageFault": {
      const { because: why, logged } = outcome;
      return { result: "io-page-fault", why, ...amdPlace(outcome), logged };
    }
    case "unspecified":
      return { result: "unspecified", why: `message type ${outcome.messageType}` };
  }
}

function amdPlace({ index, entryAddress }: { index: number; entryAddress?: bigint }) {
  const address = entryAddress === undefined ? {} : { entryAddress: hex(entryAddress) };
  return { index: hex(index), ...address };
}

/** A unit's own interrupt, from its event registers or its XT register. */
export function iommuOwn(given: Given) {
  const register = maybeBigint(given, "register");
  const message = register !== undefined && flagIn(given, "intCapXtEn", true)
    ? amdEventMessage(register)
    : vtdEventMessage({
      address: numberIn(given, "feaddr"),
      upperAddress: numberIn(given, "feuaddr"),
      data: numberIn(given, "fedata"),
    }, { extendedInterruptCapable: flagIn(given, "eimSupported") });
  return messageFields(message);
}
