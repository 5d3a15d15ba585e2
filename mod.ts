/**
 * x86 interrupt routing: from a machine file to the CPUs each device can interrupt.
 *
 * ```text
 * machine file ──► boot ──► route ──► message ──► delivery
 * ```
 *
 * A guest whose hypervisor promises 15 destination bits, behind remapping that has 8:
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { boot, machineWith, reach, why } from "irqscope";
 *
 * const machine = machineWith({
 *   platform: "KVM, 15 bits",
 *   firmware: "x2APIC",
 *   remapping: "VT-d without EIM",
 *   CPUs: "IDs of every class",
 * });
 * const booted = boot(machine);
 *
 * assert.deepEqual(booted.online.map(({ apicId }) => apicId), [0, 1, 254, 255, 300]);
 * assert.equal(String(reach({ machine, boot: booted }, "msi").ids), "0-255");
 * assert.equal(booted.outcome, "lossy"); // CPU 300 runs, and no disk can interrupt it
 * assert.equal(why({ machine, boot: booted }, 300).binding, "remapping entry, 8 bits");
 * ```
 *
 * @module
 */

// bits: words and sets, declared once.
export { fixed, flag, ignored, oneOf, Register, reserved, uint } from "./lib/bits/register.ts";
export type {
  Decoded,
  Field,
  FieldCode,
  FieldPlace,
  FieldValues,
  RegisterFields,
  RegisterWord,
  WordOf,
} from "./lib/bits/register.ts";
export { type ClusterRun, IdSet, type IdSetJson, type Interval } from "./lib/bits/id_set.ts";

// x86: what hardware and hypervisors do with the words.
export {
  AMD_FLAVOURS,
  AMD_TOGGLES,
  type AmdFlavour,
  type AmdToggle,
} from "./lib/x86/amd_flavour.ts";
export { irte128, irte32 } from "./lib/x86/amd_irte.ts";
export { remapAmd } from "./lib/x86/amd_remap.ts";
export type {
  AmdAbortReason,
  AmdDevice,
  AmdOutcome,
  AmdPageFaultReason,
  AmdUnit,
} from "./lib/x86/amd_remap.ts";
export { deliver } from "./lib/x86/deliver.ts";
export type { Delivery, LostBecause, MessageSender } from "./lib/x86/deliver.ts";
export type { Vmm } from "./lib/x86/extended_destination.ts";
export { hpetRoute } from "./lib/x86/hpet.ts";
export { DEST_SHORTHANDS, type DestShorthand } from "./lib/x86/icr.ts";
export { DELIVERY_MODES, DEST_MODES, fixedMessage, TRIGGERS } from "./lib/x86/interrupt_message.ts";
export type {
  DeliveryMode,
  DestMode,
  InterruptMessage,
  Trigger,
} from "./lib/x86/interrupt_message.ts";
export { type IoapicFlavour, messageFromEntry } from "./lib/x86/ioapic_message.ts";
export { lapic, x2apicLdr } from "./lib/x86/lapic.ts";
export type { DestFormat, Lapic, LapicMode, LapicParts } from "./lib/x86/lapic.ts";
export { lapicRules } from "./lib/x86/lapic_rules.ts";
export type {
  LapicFlavour,
  LapicOptions,
  LapicRules,
  MatchRule,
  MessageOrigin,
  XapicAcceptance,
} from "./lib/x86/lapic_rules.ts";
export { destIdOf, msiAddressHigh, msiAddressLow } from "./lib/x86/msi_address.ts";
export { type MsiAddressLow, remappableAddressLow } from "./lib/x86/msi_address.ts";
export { msiData } from "./lib/x86/msi_data.ts";
export { encodeMsi, messageFromMsi, readMsi } from "./lib/x86/msi_message.ts";
export type {
  DestEncoding,
  EncodedMsi,
  Msi,
  MsiReading,
  RemapIndex,
} from "./lib/x86/msi_message.ts";
export { preset, PRESETS } from "./lib/x86/presets.ts";
export type { Advertisement, Preset, PresetName, PresetRemapper } from "./lib/x86/presets.ts";
export { type LapicReading, type PathReach, reachByWidth } from "./lib/x86/reach.ts";
export {
  readRedirectionTableEntry,
  redirectionTableEntry,
  remappableRedirectionTableEntry,
} from "./lib/x86/redirection_table_entry.ts";
export type {
  RedirectionTableEntry,
  RedirectionTableEntryReading,
  RemappableRedirectionTableEntry,
} from "./lib/x86/redirection_table_entry.ts";
export type { LapicSelection } from "./lib/x86/selection.ts";
export { type FaultReason, VTD_FAULTS, type VtdFault } from "./lib/x86/vtd_fault.ts";
export {
  VTD_FLAVOURS,
  VTD_TOGGLES,
  type VtdFlavour,
  type VtdToggle,
} from "./lib/x86/vtd_flavour.ts";
export { irtePosted, irteRemapped } from "./lib/x86/vtd_irte.ts";
export { remapVtd } from "./lib/x86/vtd_remap.ts";
export type { InterruptRequest, VtdOutcome, VtdUnit } from "./lib/x86/vtd_remap.ts";

// firmware: tables and texts as machines show them.
export type { TableOf } from "./lib/firmware/acpi_table.ts";
export { parseCpuid } from "./lib/firmware/cpuid_text.ts";
export type {
  CpuidLeaf,
  CpuidProcessor,
  CpuidRegisters,
  CpuidText,
} from "./lib/firmware/cpuid_text.ts";
export { type Dmar, dmarTable, parseDmar } from "./lib/firmware/dmar.ts";
export { type Ivrs, ivrsTable, parseIvrs } from "./lib/firmware/ivrs.ts";
export { type Madt, madtTable, parseMadt } from "./lib/firmware/madt.ts";
export type { Malformed } from "./lib/firmware/malformed.ts";

// machine: what can be known before Linux boots.
export type {
  AmdRemapping,
  DmarUnit,
  IntelRemapping,
  IvrsSpecial,
  KernelConfig,
  Machine,
  MachineCpu,
  MachineDelivery,
  MachineFirmware,
  MachineHpet,
  MachineHypervisor,
  MachineIoapic,
  MachineKernel,
  MadtProcessor,
  PciFunction,
  Remapping,
} from "./lib/machine/machine.ts";
export { MachineError, parseMachine } from "./lib/machine/parse_machine.ts";
export { withKernel } from "./lib/machine/with_kernel.ts";

// linux: what the kernel decides, and the words it writes.
export type {
  ApicState,
  Boot,
  BootFacts,
  ChipNames,
  DeclinedDomain,
  OfflineCpu,
  OnlineCpu,
  Parent,
  ParentKind,
  RemappingState,
} from "./lib/linux/boot.ts";
export { destinationOf } from "./lib/linux/compose_destination.ts";
export { composeDmarMessage, composeMessage } from "./lib/linux/compose_message.ts";
export type { Composer, MessageWords, Route } from "./lib/linux/compose_message.ts";
export { composeRedirectionEntry } from "./lib/linux/compose_redirection_entry.ts";
export type { PinTraits } from "./lib/linux/compose_redirection_entry.ts";
export type { Decision } from "./lib/linux/decision.ts";
export { CHANGES, eraOf } from "./lib/linux/eras.ts";
export type { BusTokens, Era, EraChange, EraName, EraTraits } from "./lib/linux/eras.ts";
export { type Fwspec, hpetFwspec, ioapicFwspec } from "./lib/linux/fwspec.ts";
export { type CpuVectors, type VectorAllocation, VectorMatrix } from "./lib/linux/matrix.ts";
export { VectorDomain } from "./lib/linux/matrix_domain.ts";
export type {
  CpuTakeDown,
  Errno,
  IrqPlacement,
  IrqRequest,
  VectorTarget,
} from "./lib/linux/matrix_domain.ts";
export { bootMatrix, type VectorSpace } from "./lib/linux/matrix_space.ts";
export { apicIdValid, x86VectorSelect } from "./lib/linux/select.ts";
export type { DeclinedBecause, Selection } from "./lib/linux/select.ts";

// routing: which CPUs an interrupt reaches. `boot` is the whole answer, outcome and losses too.
export { compareBoots } from "./lib/routing/compare.ts";
export type {
  BootedAnswer,
  Comparison,
  DecisionDifference,
  PairDifference,
  PairFate,
} from "./lib/routing/compare.ts";
export { follow, type Journey } from "./lib/routing/follow.ts";
export { type Hazard, type HazardId, HAZARDS, type LostRoute } from "./lib/routing/hazards.ts";
export { anyInterrupt, DEVICE_CLASSES, devicesOf } from "./lib/routing/interrupt.ts";
export type { Booted, DeviceClass, Interrupt } from "./lib/routing/interrupt.ts";
export { type Move, move, type MoveTime } from "./lib/routing/move.ts";
export { bootOutcome as boot, hazardsOf } from "./lib/routing/outcome.ts";
export type { BootAnswer, LostPair } from "./lib/routing/outcome.ts";
export type { InterruptPath, PathClosed, PathStation } from "./lib/routing/path.ts";
export { program } from "./lib/routing/program.ts";
export type {
  HardwareWord,
  InterruptTarget,
  Programmed,
  Programming,
  RemapEntry,
} from "./lib/routing/program.ts";
export { type Reach, reach } from "./lib/routing/reach.ts";
export { machineWith, PLAIN, sizeOf, SPACE } from "./lib/routing/space.ts";
export type { Axis, AxisChoice } from "./lib/routing/space.ts";
export type { Hop } from "./lib/routing/stage.ts";
export { differences, sweep } from "./lib/routing/sweep.ts";
export type { SweepOptions, SweptConfiguration } from "./lib/routing/sweep.ts";
export { proveTheMail, vectorOffers, vectorReachesAllValid } from "./lib/routing/theorems.ts";
export type {
  LostCount,
  Proof,
  ProofExample,
  ProofOptions,
  Refutation,
} from "./lib/routing/theorems.ts";
export { type BootedWithTrace, type LadderRung, type Why, why } from "./lib/routing/why.ts";

// advice: the smallest changes that help, and topologies that fit.
export { type Advice, advise, isWhole } from "./lib/advice/advise.ts";
export type { MachineEdit } from "./lib/advice/edits.ts";
export { REMEDIES, type Remedy } from "./lib/advice/remedies.ts";
export { type Fit, fit } from "./lib/advice/fit.ts";
export { apicIdOf, maxApicId, type Topology } from "./lib/advice/topology.ts";

// chart: drawn.
export { type Chart, type ChartBundle, jupyterDisplay } from "./lib/chart/chart.ts";
export type { ChartDocument, ChartNode } from "./lib/chart/document.ts";
export { type ChartOptions, reachChart } from "./lib/chart/reach_chart.ts";
export { reachRow } from "./lib/chart/reach_of_boot.ts";
export type { Intervals, ReachRow } from "./lib/chart/reach_row.ts";
