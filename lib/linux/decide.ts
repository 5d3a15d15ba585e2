/**
 * Everything the kernel decides about a machine up to the point where its interrupts have parents
 * and its CPUs run, as values that carry their reasons. Words for people (trace, log lines, names
 * in debugfs) are told from these values elsewhere, so that a sweep can do without.
 */
import type { Machine } from "../machine/machine.ts";
import type { ApicDriver } from "./apic_drivers.ts";
import { type ApicOff, whyApicOff } from "./apic_off.ts";
import { driversAtMadt, finalDriver, madtStage } from "./apic_routing.ts";
import type { ApicState } from "./boot.ts";
import { type Booting, booting } from "./booting.ts";
import { type BringUp, bringupNonbootCpus } from "./bring_up.ts";
import { enableIrX2apic, type IrX2apic } from "./enable_ir_x2apic.ts";
import { firmwareHandOver, type HandOver } from "./hand_over.ts";
import { type HypervisorPromises, initHypervisorPlatform } from "./hypervisor.ts";
import type { Found, IrqDomain } from "./irqdomain.ts";
import { type Panic, whyPanic } from "./panic.ts";
import { findParent, parentDomains } from "./parents.ts";
import { registerCpus, type Registration } from "./registration.ts";

export interface Decided extends Booting, IrX2apic {
  readonly handOver: HandOver;
  readonly promises: HypervisorPromises;
  readonly apicOff: ApicOff | null;
  readonly compiledDriver: ApicDriver;
  /** The driver while the MADT is read, and the one the kernel ends with. */
  readonly stageA: ApicDriver;
  readonly stageB: ApicDriver;
  readonly registration: Registration;
  readonly apic: ApicState;
  /** In order of creation; VECTOR is the first. */
  readonly domains: readonly IrqDomain[];
  /** By place in `machine.ioapics`; empty when the I/O APIC is skipped. */
  readonly ioapicParents: readonly Found[];
  readonly panic: Panic | null;
  readonly bringUp: BringUp;
}

/** Runs the kernel's decisions in the order of its boot. */
export function decide(machine: Machine): Decided {
  const kernel = booting(machine);
  const handOver = firmwareHandOver(kernel);
  const promises = initHypervisorPlatform(kernel, handOver);
  const apicOff = whyApicOff(kernel, handOver, promises);

  const stage = madtStage(kernel, handOver, promises);
  const { compiledDriver, stageA } = driversAtMadt(kernel, handOver, stage, apicOff);
  const registration = registerCpus({
    ...kernel,
    driverMaxApicId: stageA.ownMaxApicId,
    x2apicConfig: handOver.configured,
    native: promises.hypervisor === null,
    apicDisabled: apicOff === "nolapic" || apicOff === "noX2apicConfig",
  });

  const irX2apic = enableIrX2apic(kernel, handOver, promises, { apicOff, registration });
  const { remapping, x2apic, x2apicMode } = irX2apic;
  const { hypervisor } = promises;
  const stageB = finalDriver(stage, { stageA, apicOff, hypervisor, registration, ...irX2apic });
  const apic = apicState(stageB, irX2apic, apicOff, kernel);

  const domains = parentDomains({ ...kernel, remapping, apic });
  const ioapicParents = setupIoApic(kernel, domains, apicOff);
  const panic = whyPanic(kernel, handOver, { apicOff, x2apic, stageB, ioapicParents });
  const bringUp = panic ? NOBODY : bringupNonbootCpus({
    present: registration.present,
    maxApicId: apic.maxApicId,
    maxcpus: kernel.options.maxcpus,
    era: kernel.era,
  });

  // Written out: a sweep makes this value a million times.
  return {
    machine,
    era: kernel.era,
    options: kernel.options,
    handOver,
    promises,
    apicOff,
    compiledDriver,
    stageA,
    registration,
    remapping,
    x2apic,
    x2apicMode,
    stageB,
    apic,
    domains,
    ioapicParents,
    panic,
    bringUp,
  };
}

const NOBODY: BringUp = { online: [], refused: [], untried: [] };

/** The state that words are composed from. */
function apicState(
  driver: ApicDriver,
  { x2apic, x2apicMode }: IrX2apic,
  apicOff: ApicOff | null,
  { era }: Booting,
): ApicState {
  const enabled = x2apic.kind === "enabled" ? x2apic : null;
  return {
    driver: driver.name,
    mode: apicOff ? "pic" : x2apicMode ? "x2apic" : "xapic",
    destMode: driver.destMode,
    deliveryMode: driver.destMode === "logical" ? era.logicalDelivery : "fixed",
    destId: driver.destId,
    maxApicId: driver.takesLimit ? enabled?.maxApicId ?? null : driver.ownMaxApicId,
    extDestId: enabled?.extDestId ?? false,
  };
}

/** `setup_IO_APIC`: each I/O APIC looks for its parent, unless they are all skipped. */
function setupIoApic(
  { machine: { ioapics }, era, options }: Booting,
  domains: readonly IrqDomain[],
  apicOff: ApicOff | null,
): readonly Found[] {
  if (apicOff || options.noapic) return [];
  return ioapics.map(({ id }) => findParent({ kind: "ioapic", id }, domains, era));
}
