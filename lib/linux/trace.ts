/** A boot's decisions told in order, each with its reason and the kernel function that makes it. */
import { groupBy } from "../bits/group_by.ts";
import type { DeclinedDomain } from "./boot.ts";
import type { Decided } from "./decide.ts";
import type { Decision } from "./decision.ts";
import type { DeviceDomain } from "./device_domain.ts";
import type { IrqRemapping, RemapAttempt, RemapMode } from "./irq_remapping.ts";
import { type Panic, panicText } from "./panic.ts";
import type { Rejected } from "./registration.ts";
import {
  APIC_OFF,
  DECLINED,
  DECLINED_PARENT,
  NOX2APIC,
  REFUSED,
  REJECTED,
  X2APIC_BECAUSE,
  X2APIC_STATES,
} from "./reasons.ts";
import type { X2apicDecision } from "./x2apic.ts";

/**
 * What a boot decided, step by step. PCI functions of one fate share a step, and so do CPUs:
 * the length does not grow with the machine.
 */
export function traceOf(decided: Decided, devices: readonly DeviceDomain[]): readonly Decision[] {
  const told = [
    eraStep(decided),
    ...nox2apicStep(decided),
    hypervisorStep(decided),
    x2apicStateStep(decided),
    stageAStep(decided),
    registrationStep(decided),
    ...decided.remapping.attempts.map(attemptStep),
    remappingStep(decided.remapping, decided),
    x2apicStep(decided.x2apic),
    ...decided.panic?.kind === "cannotDisableX2apic" ? [] : driverSteps(decided),
    ...devices.filter(({ class: kind }) => kind !== "pciMsi").map(parentStep),
    ...pciStep(devices),
    ...panicStep(decided.panic),
    bringUpStep(decided),
  ];
  const kernel = `Linux ${decided.era.version === "mail" ? "5.11" : decided.era.version}`;
  return told.map((decision) => ({ ...decision, source: `${kernel} ${decision.source}` }));
}

const step = (
  name: string,
  source: string,
  decided: string,
  because: string,
): Decision => ({ step: name, decided, because, source });

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

const APIC = "arch/x86/kernel/apic/apic.c";

function eraStep({ era, machine }: Decided): Decision {
  const { version } = machine.kernel;
  const because = era.version === "mail"
    ? "the mail's rule, on top of 5.11"
    : era.future
    ? `${version} is newer than any kernel known here: it is taken as the newest of them`
    : `kernel.version is ${version}`;
  return step("era", "Makefile VERSION, PATCHLEVEL", era.name, because);
}

function nox2apicStep({ handOver: { nox2apic } }: Decided): readonly Decision[] {
  if (nox2apic.kind === "notAsked") return [];
  const decided = nox2apic.kind === "ignored" ? "nox2apic is ignored" : "x2APIC stays off";
  return [step("setup_nox2apic", `${APIC} setup_nox2apic`, decided, NOX2APIC[nox2apic.because])];
}

function hypervisorStep({ promises: { hypervisor }, machine, options }: Decided): Decision {
  const name = "detect_hypervisor_vendor";
  const source = `arch/x86/kernel/cpu/hypervisor.c ${name}`;
  if (hypervisor) {
    const base = `0x${hypervisor.base.toString(16)}`;
    return step(name, source, hypervisor.platform.title, `its signature stands at CPUID ${base}`);
  }
  const because = options.nopv
    ? "nopv leaves out the hypervisors that do not insist"
    : !machine.hypervisor.cpuidHypervisorBit
    ? "CPUID leaf 1 ECX bit 31 is clear"
    : "no signature that this kernel knows";
  return step(name, source, "bare metal", because);
}

function x2apicStateStep({ handOver, machine, apicOff }: Decided): Decision {
  const source = `${APIC} check_x2apic`;
  if (apicOff) return step("check_x2apic", source, "local APIC not used", APIC_OFF[apicOff]);
  return step("check_x2apic", source, ...X2APIC_STATES[handOver.state](machine.cpu.x2apic));
}

function stageAStep({ stageA, apicOff }: Decided): Decision {
  const name = "default_acpi_madt_oem_check";
  const because = apicOff
    ? APIC_OFF[apicOff]
    : stageA.x2apic
    ? "x2APIC is on when the MADT is read"
    : "the APIC is in xAPIC mode when the MADT is read";
  return step(name, "arch/x86/kernel/apic/probe_64.c " + name, stageA.name, because);
}

function registrationStep({ registration, era }: Decided): Decision {
  const { present, possible, rejected } = registration;
  const file = era.enumeration === "topology_register_apic"
    ? "arch/x86/kernel/cpu/topology.c"
    : APIC;
  return step(
    era.enumeration,
    `${file} ${era.enumeration}`,
    `${present.length} present, ${possible} possible CPUs`,
    rejected.length === 0
      ? "every entry of the MADT counts"
      : `not counted, ${rejected.length} of the MADT: ${summary(rejected)}`,
  );
}

function summary(rejected: readonly Rejected[]): string {
  return [...new Set(rejected.map(({ because }) => REJECTED[because]))].join("; ");
}

function attemptStep(attempt: RemapAttempt): Decision {
  const { name, source } = PREPARE[attempt.vendor];
  const { answer } = attempt;
  if (answer.kind === "declined") return step(name, source, "declined", DECLINED[answer.because]);
  const because = preparedBecause(attempt, answer.mode);
  return step(name, source, `ready, ${answer.mode} mode`, because);
}

const PREPARE = {
  intel: {
    name: "intel_prepare_irq_remapping",
    source: "drivers/iommu/intel/irq_remapping.c intel_prepare_irq_remapping",
  },
  amd: { name: "amd_iommu_prepare", source: "drivers/iommu/amd/init.c amd_iommu_prepare" },
  hyperv: {
    name: "hyperv_prepare_irq_remapping",
    source: "drivers/iommu/hyperv-iommu.c hyperv_prepare_irq_remapping",
  },
};

function preparedBecause(attempt: RemapAttempt, mode: RemapMode): string {
  if (attempt.vendor === "amd") {
    return mode === "x2apic" ? "units and kernel support XT" : "no XT support";
  }
  if (attempt.vendor === "hyperv") return "a stub that remaps nothing and claims x2APIC mode";
  const { optedOut, unitWithoutEim } = attempt.answer.notes;
  if (optedOut) return "firmware set X2APIC_OPT_OUT";
  if (unitWithoutEim !== null) return `unit ${unitWithoutEim} has no extended interrupt mode`;
  if (mode === "xapic") return "the CPU's x2APIC is not to be used";
  return "every unit has extended interrupt mode";
}

function remappingStep({ enabled, off }: IrqRemapping, { apicOff, options }: Decided): Decision {
  const name = "irq_remapping_enable";
  const source = `drivers/iommu/irq_remapping.c ${name}`;
  if (enabled) return step(name, source, `${enabled.mode} mode`, `${enabled.vendor} is ready`);
  const because = apicOff || options.noapic
    ? "the I/O APIC is skipped, so nobody is asked"
    : off === "notBuilt"
    ? "the kernel was built without"
    : off === "intremapOff"
    ? "intremap=off"
    : "nobody is ready";
  return step(name, source, "off", because);
}

function x2apicStep(x2apic: X2apicDecision): Decision {
  const name = "try_to_enable_x2apic";
  return step(name, `${APIC} ${name}`, x2apicDecided(x2apic), X2APIC_BECAUSE[x2apic.because]);
}

function x2apicDecided(x2apic: X2apicDecision): string {
  switch (x2apic.kind) {
    case "untouched":
    case "stateDisabled":
      return "x2APIC stays as it is";
    case "enabled":
      return x2apic.maxApicId === null
        ? "x2APIC on, any APIC ID"
        : `x2APIC on, APIC IDs up to ${x2apic.maxApicId}`;
    case "refused":
      return REFUSED[x2apic.disable.kind];
  }
}

function driverSteps(decided: Decided): readonly Decision[] {
  return [stageBStep(decided), limitStep(decided)];
}

function stageBStep({ stageA, stageB, apic, era }: Decided): Decision {
  const name = era.routingLines === "installDriver"
    ? "x86_64_probe_apic"
    : "default_setup_apic_routing";
  const because = `${stageB === stageA ? "nothing changed" : "its probe is the first to agree"}: ` +
    `${apic.mode === "x2apic" ? "x2APIC" : "xAPIC"} mode`;
  return step(name, `arch/x86/kernel/apic/probe_64.c ${name}`, stageB.name, because);
}

function limitStep({ apic, stageB }: Decided): Decision {
  const decided = apic.maxApicId === null
    ? "every APIC ID is valid"
    : `APIC IDs up to ${apic.maxApicId} are valid`;
  const because = !stageB.takesLimit
    ? `the driver "${stageB.name}" says so`
    : apic.maxApicId === null
    ? "no limit was set"
    : apic.extDestId
    ? "messages carry 15 destination bits"
    : "messages carry 8 destination bits";
  const file = stageB.file.includes("/") ? stageB.file : `arch/x86/kernel/apic/${stageB.file}`;
  return step("apic_id_valid", `${file} apic_id_valid`, decided, because);
}

function parentStep({ device, class: kind, parent }: DeviceDomain): Decision {
  const { name, file } = PARENT_STEPS[kind];
  const because = parent.declined.length === 0
    ? "nobody before it declined"
    : parent.declined.map(declinedBecause).join("; ");
  const decided = `${device} ${parent.domain ? `under ${parent.domain}` : "finds no parent"}`;
  return step(name, `${file} ${name}`, decided, because);
}

const PARENT_STEPS = {
  ioapic: { name: "mp_irqdomain_create", file: "arch/x86/kernel/apic/io_apic.c" },
  hpetMsi: { name: "hpet_create_irq_domain", file: "arch/x86/kernel/hpet.c" },
  iommuMsi: { name: "dmar_alloc_hwirq", file: "arch/x86/kernel/apic/msi.c" },
  pciMsi: { name: "pci_msi_setup_msi_irqs", file: "drivers/pci/msi/irqdomain.c" },
};

function declinedBecause({ domain, because }: DeclinedDomain): string {
  return `${domain} declined: ${DECLINED_PARENT[because] ?? because}`;
}

/** All PCI functions of one fate in one decision. */
function pciStep(devices: readonly DeviceDomain[]): readonly Decision[] {
  const byParent = groupBy(
    devices.filter(({ class: kind }) => kind === "pciMsi"),
    ({ parent }) => parent.domain ?? "",
  );
  const inOrder = [...byParent].sort(([a], [b]) => a < b ? -1 : 1);
  return inOrder.map(([domain, children]) => {
    const declined = children[0]!.parent.declined.map(declinedBecause).join("; ");
    const { name, file } = PARENT_STEPS.pciMsi;
    return step(
      name,
      `${file} ${name}`,
      `${plural(children.length, "PCI function")} ${domain ? `under ${domain}` : "without MSI"}`,
      declined || "the domain their messages are composed in",
    );
  });
}

function panicStep(panic: Panic | null): readonly Decision[] {
  if (!panic) return [];
  return [step("panic", PANIC_SOURCES[panic.kind], "the kernel stops", panicText(panic))];
}

const PANIC_SOURCES = {
  x2apicWithoutConfig: `${APIC} validate_x2apic`,
  cannotDisableX2apic: `${APIC} x2apic_disable`,
  orphanIoapic: "arch/x86/kernel/apic/io_apic.c setup_IO_APIC",
  x2apicNotMapped: `${APIC} init_apic_mappings`,
  clusterNotProbed: "arch/x86/kernel/apic/x2apic_cluster.c init_x2apic_ldr",
};

function bringUpStep({ bringUp, apic, era }: Decided): Decision {
  const { online, refused, untried } = bringUp;
  const counts = [
    `${plural(online.length, "CPU")} online`,
    ...refused.length ? [`${refused.length} refused`] : [],
    ...untried.length ? [`${untried.length} not tried`] : [],
  ];
  const because = online.length === 0
    ? "the kernel stops before"
    : refused.length
    ? `only APIC IDs up to ${apic.maxApicId} are valid; the boot CPU is not checked`
    : "every APIC ID tried is valid";
  const name = era.badCpuLine === "native_cpu_up" ? "native_cpu_up" : "native_kick_ap";
  return step(name, `arch/x86/kernel/smpboot.c ${name}`, counts.join(", "), because);
}
