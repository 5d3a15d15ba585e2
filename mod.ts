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
export type { Decoded, Field } from "./lib/bits/register.ts";
export { IdSet, type Interval } from "./lib/bits/id_set.ts";

// x86: what hardware and hypervisors do with the words.
export { irte128, irte32 } from "./lib/x86/amd_irte.ts";
export { type AmdOutcome, type AmdUnit, remapAmd } from "./lib/x86/amd_remap.ts";
export { deliver, type Delivery } from "./lib/x86/deliver.ts";
export { hpetRoute } from "./lib/x86/hpet.ts";
export { fixedMessage, type InterruptMessage } from "./lib/x86/interrupt_message.ts";
export { messageFromEntry } from "./lib/x86/ioapic_message.ts";
export { type Lapic, lapic, x2apicLdr } from "./lib/x86/lapic.ts";
export { type LapicFlavour, lapicRules } from "./lib/x86/lapic_rules.ts";
export { destIdOf, msiAddressHigh, msiAddressLow } from "./lib/x86/msi_address.ts";
export { remappableAddressLow } from "./lib/x86/msi_address.ts";
export { msiData } from "./lib/x86/msi_data.ts";
export { encodeMsi, messageFromMsi, type Msi, readMsi } from "./lib/x86/msi_message.ts";
export { type Preset, preset, PRESETS } from "./lib/x86/presets.ts";
export { reachByWidth } from "./lib/x86/reach.ts";
export { readRedirectionTableEntry } from "./lib/x86/redirection_table_entry.ts";
export { redirectionTableEntry } from "./lib/x86/redirection_table_entry.ts";
export { remappableRedirectionTableEntry } from "./lib/x86/redirection_table_entry.ts";
export { irtePosted, irteRemapped } from "./lib/x86/vtd_irte.ts";
export { remapVtd, type VtdOutcome, type VtdUnit } from "./lib/x86/vtd_remap.ts";

// firmware: tables and texts as machines show them.
export { parseCpuid } from "./lib/firmware/cpuid_text.ts";
export { type Dmar, parseDmar } from "./lib/firmware/dmar.ts";
export { type Ivrs, parseIvrs } from "./lib/firmware/ivrs.ts";
export { type Madt, parseMadt } from "./lib/firmware/madt.ts";

// machine: what can be known before Linux boots.
export type { Machine } from "./lib/machine/machine.ts";
export { MachineError, parseMachine } from "./lib/machine/parse_machine.ts";
export { withKernel } from "./lib/machine/with_kernel.ts";

// linux: what the kernel decides, and the words it writes.
export type { ApicState, Boot, Parent } from "./lib/linux/boot.ts";
export { destinationOf } from "./lib/linux/compose_destination.ts";
export { composeDmarMessage, composeMessage } from "./lib/linux/compose_message.ts";
export type { Composer, MessageWords, Route } from "./lib/linux/compose_message.ts";
export { composeRedirectionEntry } from "./lib/linux/compose_redirection_entry.ts";
export type { Decision } from "./lib/linux/decision.ts";
export { CHANGES, type Era, eraOf } from "./lib/linux/eras.ts";
export { type Fwspec, hpetFwspec, ioapicFwspec } from "./lib/linux/fwspec.ts";
export { VectorMatrix } from "./lib/linux/matrix.ts";
export { VectorDomain } from "./lib/linux/matrix_domain.ts";
export { bootMatrix } from "./lib/linux/matrix_space.ts";
export { apicIdValid, type Selection, x86VectorSelect } from "./lib/linux/select.ts";

// routing: which CPUs an interrupt reaches. `boot` is the whole answer, outcome and losses too.
export { type BootedAnswer, compareBoots, type Comparison } from "./lib/routing/compare.ts";
export { follow, type Journey } from "./lib/routing/follow.ts";
export { type Hazard, HAZARDS } from "./lib/routing/hazards.ts";
export { anyInterrupt, DEVICE_CLASSES, devicesOf } from "./lib/routing/interrupt.ts";
export type { Booted, DeviceClass, Interrupt } from "./lib/routing/interrupt.ts";
export { type Move, move } from "./lib/routing/move.ts";
export { bootOutcome as boot, hazardsOf } from "./lib/routing/outcome.ts";
export type { BootAnswer, LostPair } from "./lib/routing/outcome.ts";
export { program, type Programming } from "./lib/routing/program.ts";
export { type Reach, reach } from "./lib/routing/reach.ts";
export { type Axis, machineWith, PLAIN, sizeOf, SPACE } from "./lib/routing/space.ts";
export type { Hop } from "./lib/routing/stage.ts";
export { differences, sweep } from "./lib/routing/sweep.ts";
export { type Proof, proveTheMail } from "./lib/routing/theorems.ts";
export { vectorOffers, vectorReachesAllValid } from "./lib/routing/theorems.ts";
export { type Why, why } from "./lib/routing/why.ts";

// advice: the smallest changes that help, and topologies that fit.
export { type Advice, advise, isWhole } from "./lib/advice/advise.ts";
export { REMEDIES, type Remedy } from "./lib/advice/remedies.ts";
export { type Fit, fit } from "./lib/advice/fit.ts";
export { apicIdOf, maxApicId, type Topology } from "./lib/advice/topology.ts";

// chart: drawn.
export { type Chart, type ChartBundle, jupyterDisplay } from "./lib/chart/chart.ts";
export type { ChartDocument, ChartNode } from "./lib/chart/document.ts";
export { type ChartOptions, reachChart } from "./lib/chart/reach_chart.ts";
export { reachRow } from "./lib/chart/reach_of_boot.ts";
export type { Intervals, ReachRow } from "./lib/chart/reach_row.ts";
