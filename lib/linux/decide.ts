/**
 * Everything the kernel decides about a machine up to the point where its interrupts have parents
 * and its CPUs run, as values that carry their reasons. Words for people (trace, log lines, names
 * in debugfs) are told from these values elsewhere, so that a sweep can do without.
 */
import type { Machine } from "../machine/machine.ts";
import {
  type ApicDriver,
  defaultAcpiMadtOemCheck,
  defaultSetupApicRouting,
  driverNamed,
  initialDriver,
  type StageA,
} from "./apic_drivers.ts";
import type { ApicState } from "./boot.ts";
import { type BringUp, bringupNonbootCpus } from "./bring_up.ts";
import { type Options, parseCmdline } from "./cmdline.ts";
import { type Era, eraOf } from "./eras.ts";
import { detectHypervisorVendor, type Detection, type Guest, isHypervRoot } from "./hypervisor.ts";
import type { Found, IrqDomain } from "./irqdomain.ts";
import { type IrqRemapping, irqRemappingPrepare } from "./irq_remapping.ts";
import { registerCpus, type Registration } from "./registration.ts";
import { findParent, parentDomains } from "./parents.ts";
import {
  checkX2apic,
  type Nox2apic,
  setupNox2apic,
  tryToEnableX2apic,
  type X2apicDecision,
  type X2apicState,
} from "./x2apic.ts";

/** Why the kernel stops, if it does. */
export type Panic =
  | { readonly kind: "x2apicWithoutConfig" }
  | { readonly kind: "cannotDisableX2apic"; readonly bootApicId: number }
  | { readonly kind: "orphanIoapic"; readonly ioapic: number };

/** Why interrupts do not come through a local APIC at all, if they do not. */
export type ApicOff = "nolapic" | "noX2apicConfig" | "xenPv";

export interface Decided {
  readonly machine: Machine;
  readonly era: Era;
  readonly options: Options;
  readonly nox2apic: Nox2apic;
  readonly hypervisor: Detection | null;
  readonly hypervRoot: boolean;
  readonly x2apicState: X2apicState;
  readonly apicOff: ApicOff | null;
  readonly compiledDriver: ApicDriver;
  readonly stageA: ApicDriver;
  readonly registration: Registration;
  readonly remapping: IrqRemapping;
  readonly x2apic: X2apicDecision;
  readonly stageB: ApicDriver;
  /** Software runs the APIC by MSRs. */
  readonly x2apicMode: boolean;
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
  const { kernel, cpu, firmware } = machine;
  const era = eraOf(kernel);
  const options = parseCmdline(kernel.cmdline);
  const x2apicConfig = kernel.config.X86_X2APIC;
  const locked = (cpu.xapicLocked ?? false) && era.lockedX2apic !== "unknown";
  const handedOver = firmware.x2apicEnabled && cpu.x2apic;

  const nox2apic = setupNox2apic({
    asked: options.nox2apic && x2apicConfig,
    inHardware: handedOver,
    bootApicId: firmware.bootApicId,
    locked,
  });
  const enforced = nox2apic.kind === "enforced";
  const inHardware = handedOver && !enforced;
  const feature = cpu.x2apic && !enforced;

  const hypervisor = detectHypervisorVendor(machine, options, era);
  const guest: Guest = {
    machine,
    era,
    options,
    base: hypervisor?.base ?? 0,
    x2apicFeature: feature,
    x2apicInHardware: inHardware,
  };
  const hypervDetected = hypervisor?.platform.name === "hyperv";
  const hypervRoot = hypervDetected && isHypervRoot(guest);
  const vouches = hypervisor?.platform.x2apicAvailable(guest) ?? false;
  const msiExtDestId = hypervisor?.platform.msiExtDestId(guest) ?? false;
  const hypervisorForcesPhysical = hypervisor?.platform.forcesPhysical?.(guest) ?? false;

  const x2apicState = checkX2apic({ feature, inHardware, locked });
  const unsupported = inHardware && !x2apicConfig;
  const apicOff = hypervisor?.platform.name === "xenPv"
    ? "xenPv"
    : options.nolapic
    ? "nolapic"
    : unsupported && era.withoutX2apicConfig === "apicDisabled"
    ? "noX2apicConfig"
    : null;

  const compiledDriver = driverNamed(initialDriver(era));
  const stage: StageA = {
    era,
    oemId: firmware.oemId ?? "",
    oemTableId: firmware.oemTableId ?? "",
    x2apicInHardware: inHardware,
    x2apicConfig,
    x2apicPhys: (options.x2apicPhys && x2apicConfig) || hypervisorForcesPhysical,
    fadtPhysical: (firmware.fadtPhysical ?? false) &&
      (firmware.fadtRevision ?? FADT2_REVISION_ID) >= FADT2_REVISION_ID,
    secureAvic: cpu.secureAvic ?? false,
  };
  const stageA = apicOff
    ? driverWithoutApic(apicOff, compiledDriver, inHardware && x2apicConfig)
    : driverNamed(defaultAcpiMadtOemCheck(stage));

  const registration = registerCpus({
    machine,
    era,
    options,
    driverMaxApicId: stageA.ownMaxApicId,
    x2apicConfig,
    native: hypervisor === null,
    apicDisabled: apicOff !== null && apicOff !== "xenPv",
  });

  const skipped = apicOff !== null || (options.noapic && era.noapicSkipsRemapping);
  const x2apicFeature = feature && x2apicConfig;
  const remapping = skipped ? NOT_ASKED : irqRemappingPrepare({
    machine,
    era,
    options,
    x2apicFeature,
    hypervDetected,
    hypervRoot,
    msiExtDestId,
  });
  const x2apic = skipped
    ? UNTOUCHED
    : !remapping.enabled && !x2apicFeature
    ? NO_FEATURE
    : tryToEnableX2apic({
      era,
      state: x2apicConfig ? x2apicState : "disabled",
      bootApicId: firmware.bootApicId,
      remapMode: remapping.enabled?.mode ?? null,
      x2apicAvailable: vouches,
      msiExtDestId,
      maxPhysicalApicId: greatest(registration.present),
    });

  const x2apicMode = x2apicModeAfter(x2apic, inHardware && x2apicConfig);
  const stageB = apicOff ? stageA : driverNamed(defaultSetupApicRouting({
    ...stage,
    x2apicPhys: stage.x2apicPhys || (x2apic.kind === "enabled" && x2apic.physical),
    current: stageA.name,
    x2apicMode,
    possibleCpus: registration.possible,
    jailhouse: hypervisor?.platform.name === "jailhouse",
  }));
  const apic = apicState(stageB, x2apic, x2apicMode, apicOff, era);

  const domains = parentDomains({ machine, era, options, remapping, apic });
  const ioapicsUsed = apicOff === null && !options.noapic;
  const ioapicParents = ioapicsUsed
    ? machine.ioapics.map(({ id }) => findParent({ kind: "ioapic", id }, domains, era))
    : [];

  const panic = whyPanic({ machine, era, unsupported, x2apic, ioapicParents });
  const bringUp = panic ? NOBODY : bringupNonbootCpus({
    present: registration.present,
    maxApicId: apic.maxApicId,
    maxcpus: options.maxcpus,
    era,
  });

  return {
    machine,
    era,
    options,
    nox2apic,
    hypervisor,
    hypervRoot,
    x2apicState,
    apicOff,
    compiledDriver,
    stageA,
    registration,
    remapping,
    x2apic,
    stageB,
    x2apicMode,
    apic,
    domains,
    ioapicParents,
    panic,
    bringUp,
  };
}

/** The first FADT with the APIC_PHYSICAL flag. */
const FADT2_REVISION_ID = 3;

/** `init_apic_mappings` puts the no-op driver in, but leaves at once when x2APIC is on. */
function driverWithoutApic(why: ApicOff, compiled: ApicDriver, x2apicOn: boolean): ApicDriver {
  if (why === "xenPv") return driverNamed("Xen PV");
  return x2apicOn ? compiled : driverNamed("noop");
}

const NOT_ASKED: IrqRemapping = { off: null, attempts: [], enabled: null };
const UNTOUCHED: X2apicDecision = { kind: "untouched", because: "ioapicSkipped" };
const NO_FEATURE: X2apicDecision = { kind: "untouched", because: "noFeatureNoRemapping" };
const NOBODY: BringUp = { online: [], refused: [], untried: [] };

function greatest(ids: readonly number[]): number {
  return ids.reduce((max, id) => Math.max(max, id), 0);
}

/** `x2apic_mode` once all is settled. */
function x2apicModeAfter(x2apic: X2apicDecision, before: boolean): boolean {
  switch (x2apic.kind) {
    case "enabled":
      return true;
    case "refused":
      return x2apic.disable.kind === "kept";
    case "untouched":
    case "stateDisabled":
      return before;
  }
}

function apicState(
  driver: ApicDriver,
  x2apic: X2apicDecision,
  x2apicMode: boolean,
  apicOff: ApicOff | null,
  era: Era,
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

function whyPanic({ machine, era, unsupported, x2apic, ioapicParents }: {
  readonly machine: Machine;
  readonly era: Era;
  readonly unsupported: boolean;
  readonly x2apic: X2apicDecision;
  readonly ioapicParents: readonly Found[];
}): Panic | null {
  if (x2apic.kind === "refused" && x2apic.disable.kind === "panic") {
    return { kind: "cannotDisableX2apic", bootApicId: machine.firmware.bootApicId };
  }
  const orphan = ioapicParents.findIndex(({ domain }) => domain === null);
  if (orphan >= 0 && era.orphanIoapic === "bug") {
    return { kind: "orphanIoapic", ioapic: machine.ioapics[orphan]!.id };
  }
  if (unsupported && era.withoutX2apicConfig === "panic") return { kind: "x2apicWithoutConfig" };
  return null;
}
