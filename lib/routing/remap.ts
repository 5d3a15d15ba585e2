/**
 * The third stage of a route: what the remapping unit and the platform make of a device's write.
 * Out comes a message with a destination, or nothing.
 */
import { AMD_FLAVOURS } from "../x86/amd_flavour.ts";
import { dteInterrupt } from "../x86/amd_registers.ts";
import { remapAmd } from "../x86/amd_remap.ts";
import type { InterruptMessage } from "../x86/interrupt_message.ts";
import { isInterrupt, messageFromMsi, type Msi } from "../x86/msi_message.ts";
import { VTD_FAULTS } from "../x86/vtd_fault.ts";
import { VTD_FLAVOURS, type VtdFlavour } from "../x86/vtd_flavour.ts";
import { remapVtd, type VtdUnit } from "../x86/vtd_remap.ts";
import type { RemappingState } from "../linux/boot.ts";
import type { Machine } from "../machine/machine.ts";
import { type Booted, type Interrupt, requesterId } from "./interrupt.ts";
import type { RemapEntry } from "./program.ts";
import { memoryWrite, type Sent } from "./send.ts";
import { hex, lost, on, type Stage } from "./stage.ts";

/** The unit's table: the entry at an index, 0 where nothing was written. */
type ReadEntry = (index: number) => bigint;

export function remap(booted: Booted, interrupt: Interrupt, sent: Sent): Stage<InterruptMessage> {
  if (sent.kind === "event") {
    return on("IOMMU", "passes itself by", "Intel VT-d 5.1.6", sent.message);
  }
  const { msi, remap } = sent;
  return translated(booted, interrupt, msi, remap?.table === "amd", readsOne(remap));
}

/** What becomes of a write of which only the words are known. */
export type RemapOfWords = Stage<InterruptMessage> | {
  /** The unit asks its table, which decides by this entry. */
  readonly kind: "byTable";
  readonly index: number;
};

/** As {@link remap}, for words from elsewhere: what the unit's table holds is not known. */
export function remapWords(booted: Booted, interrupt: Interrupt, msi: Msi): RemapOfWords {
  if (!isInterrupt(msi.address)) return memoryWrite(interrupt.device, msi);
  let asked: number | null = null;
  const read = (index: number) => {
    asked = index;
    return 0n;
  };
  const byAmd = isTranslatedByAmd(booted, interrupt.source);
  const outcome = translated(booted, interrupt, msi, byAmd, read);
  return asked === null ? outcome : { kind: "byTable", index: asked };
}

/**
 * Whether a remapping AMD unit has a table for such devices: every PCI function has one, I/O APIC
 * and HPET where the IVRS names them.
 */
export function isTranslatedByAmd(
  { machine: { remapping }, boot }: Booted,
  source: Interrupt["source"],
): boolean {
  if (boot.remapping.kind !== "amd" || remapping?.vendor !== "amd") return false;
  if (source === "hpet") return remapping.hpets.length > 0;
  return source !== "iommu";
}

function translated(
  { machine, boot: { remapping } }: Booted,
  interrupt: Interrupt,
  msi: Msi,
  byAmd: boolean,
  read: ReadEntry,
): Stage<InterruptMessage> {
  if (remapping.kind === "intel" && interrupt.source !== "iommu") {
    return throughVtd(machine, remapping, interrupt, msi, read);
  }
  if (remapping.kind === "amd" && byAmd) {
    return throughAmd(machine, remapping, interrupt, msi, read);
  }
  return unremapped(machine, interrupt, msi);
}

function readsOne(remap: RemapEntry | null): ReadEntry {
  return (index) => remap?.index === index ? BigInt(remap.word) : 0n;
}

/** Nothing stands between: how many destination bits count is the platform's affair. */
function unremapped(
  { delivery }: Machine,
  { source }: Interrupt,
  msi: Msi,
): Stage<InterruptMessage> {
  const bits = source === "ioapic"
    ? delivery.ioapicDestBits ?? delivery.messageDestBits
    : delivery.messageDestBits;
  const message = messageFromMsi(msi, bits === 15 ? "ext15" : "compat8");
  const did = `reads ${bits} destination bits: ${hex(message.dest)}`;
  return on("platform", did, "Intel SDM volume 3, 11.11.1", message);
}

function throughVtd(
  machine: Machine,
  state: Extract<RemappingState, { kind: "intel" }>,
  interrupt: Interrupt,
  msi: Msi,
  read: ReadEntry,
): Stage<InterruptMessage> {
  const requester = interrupt.source === "msi" ? requesterId(interrupt.device) : undefined;
  const request = { ...msi, requesterId: requester };
  const outcome = remapVtd(request, vtdUnit(state, read), vtdFlavour(machine));
  switch (outcome.kind) {
    case "remapped":
      return on("VT-d", namedBy(outcome), "Intel VT-d 5.1.4", outcome.message);
    case "passed":
      return unremapped(machine, interrupt, outcome);
    case "fault": {
      const { code, says } = VTD_FAULTS[outcome.fault];
      return lost("VT-d", `fault ${code.toString(16)}h: ${says}`, "Intel VT-d 5.1.4");
    }
    case "posted":
    case "notAnInterrupt":
      throw new TypeError(`Cannot follow ${interrupt.device}: VT-d calls it ${outcome.kind}`);
  }
}

function namedBy({ index, message }: { index: number; message: InterruptMessage }): string {
  return `entry ${index} names destination ${hex(message.dest)}`;
}

const TABLE_ENTRIES = 0x1_0000;

/** The unit as Linux runs it: IRE set, CFI clear, 65536 entries. */
function vtdUnit(
  { mode }: Extract<RemappingState, { kind: "intel" }>,
  read: ReadEntry,
): VtdUnit {
  return {
    enabled: true,
    compatibilityFormat: false,
    extendedInterruptMode: mode === "x2apic",
    entries: TABLE_ENTRIES,
    read,
  };
}

const COMPATIBILITY_PASSES: VtdFlavour = new Set(["compatibilityAlwaysPasses"]);

/** By the specification, but for the compatibility messages that an emulator lets pass. */
function vtdFlavour({ delivery }: Machine): VtdFlavour {
  return delivery.compatPassesRemapping ? COMPATIBILITY_PASSES : VTD_FLAVOURS.spec;
}

const REMAPS_512 = dteInterrupt.encode({ valid: true, tableLength: 9, control: "remap" });

function throughAmd(
  machine: Machine,
  { mode, irteBits }: Extract<RemappingState, { kind: "amd" }>,
  interrupt: Interrupt,
  msi: Msi,
  read: ReadEntry,
): Stage<InterruptMessage> {
  const outcome = remapAmd(msi, {
    enabled: true,
    guestApic: irteBits === 128,
    xt: mode === "x2apic",
    tables2048: false,
    device: () => ({ valid: true, interrupt: REMAPS_512, read }),
  }, AMD_FLAVOURS.spec);
  const source = "AMD IOMMU specification 2.2.5";
  if (outcome.kind === "remapped") return on("AMD-Vi", namedBy(outcome), source, outcome.message);
  if (outcome.kind === "passed") return unremapped(machine, interrupt, outcome);
  return lost("AMD-Vi", `${AMD_REFUSALS[outcome.kind]} for ${interrupt.device}`, source);
}

const AMD_REFUSALS = {
  guest: "the entry is a running guest's",
  targetAbort: "the unit answers with target abort",
  pageFault: "the unit raises IO_PAGE_FAULT",
  unspecified: "the unit's answer is not specified",
};
