/**
 * What the kernel prints about its decisions, in the order it prints: whole messages as `dmesg`
 * shows them without the time stamp, each once. Source: the printk of each function named here.
 */
import type { Decided } from "./decide.ts";
import { hpetChannels, wantsHpetMsi } from "./hpet_domain.ts";
import { findParent } from "./parents.ts";
import { MAX_LOCAL_APIC, type Rejected } from "./registration.ts";
import type { RemapAttempt } from "./irq_remapping.ts";

/** The messages of a boot up to the start of /init, first occurrence each. */
export function logLines(decided: Decided): readonly string[] {
  return PHASES.flatMap((phase) => phase(decided));
}

type Phase = (decided: Decided) => readonly string[];

const PHASES: readonly Phase[] = [
  nox2apicLines,
  hypervisorLine,
  checkX2apicLine,
  stageALine,
  registrationLines,
  remappingLines,
  x2apicLines,
  stageBLine,
  bringUpLines,
  processorDriverLines,
  hpetLine,
  amdPciLines,
];

function nox2apicLines({ handOver: { nox2apic }, machine }: Decided): readonly string[] {
  switch (nox2apic.kind) {
    case "notAsked":
      return [];
    case "ignored":
      return nox2apic.because === "x2apicLocked"
        ? ["APIC locked in x2apic mode, can't disable"]
        : [`Apicid: ${hex8(machine.firmware.bootApicId)}, cannot enforce nox2apic`];
    case "enforced":
      return nox2apic.because === "x2apicWasOn"
        ? ["x2apic already enabled.", "x2apic disabled"]
        : [];
  }
}

function hypervisorLine({ promises: { hypervisor } }: Decided): readonly string[] {
  return hypervisor ? [`Hypervisor detected: ${hypervisor.platform.title}`] : [];
}

function checkX2apicLine({ handOver: { state, configured }, apicOff }: Decided): readonly string[] {
  if (apicOff === "noX2apicConfig") {
    return [
      "Kernel does not support x2APIC, please recompile with CONFIG_X86_X2APIC.",
      "Disabling APIC, expect reduced performance and functionality.",
    ];
  }
  const on = state === "on" || state === "onLocked";
  if (!on || !configured) return [];
  return ["x2apic: enabled by BIOS, switching to x2apic ops"];
}

function stageALine({ era, compiledDriver, stageA, apicOff }: Decided): readonly string[] {
  if (stageA === compiledDriver || apicOff === "xenPv") return [];
  if (era.routingLines === "installDriver") return [installed(stageA.name)];
  return stageA.name === "noop"
    ? ["APIC: switched to apic NOOP"]
    : [`Setting APIC routing to ${stageA.name}.`];
}

function stageBLine({ era, stageA, stageB }: Decided): readonly string[] {
  if (stageB === stageA) return [];
  return era.routingLines === "installDriver"
    ? [installed(stageB.name)]
    : [`Switched APIC routing to ${stageB.name}.`];
}

const installed = (name: string) => `APIC: Switched APIC routing to: ${name}`;

/** Each text once, though many entries may share it. */
function registrationLines({ era, registration }: Decided): readonly string[] {
  const topology = era.enumeration === "topology_register_apic";
  const idLimitTold = topology && firstBeyondLimit(registration.rejected);
  const lines = registration.rejected
    .filter((entry) => !idLimitTold || !isBeyondLimit(entry) || entry === idLimitTold)
    .flatMap(topology ? topologyLine : processorLine);
  return [...new Set(lines)];
}

/** The topology code names only the first ID beyond its limit. */
function firstBeyondLimit(rejected: readonly Rejected[]): Rejected | undefined {
  return rejected.find(isBeyondLimit);
}

function isBeyondLimit({ because }: Rejected): boolean {
  return because === "exceedsMaxLocalApic";
}

/** From 6.9 on. */
function topologyLine({ apicId, because, cpu, enabled }: Rejected): readonly string[] {
  switch (because) {
    case "noX2apicConfig":
      return ["ACPI: x2apic entry ignored"];
    case "invalidForDriver":
      return enabled ? ["ACPI: x2apic entry ignored"] : [];
    case "exceedsMaxLocalApic":
      return [`CPU topo: APIC ID ${apicId.toString(16)} exceeds kernel limit of: 7fff`];
    case "cpuLimit":
      return cpu < 0 ? [] : [`CPU topo: CPU limit of ${cpu} reached. Ignoring further CPUs`];
    case "inPresentPackage":
      return [
        `CPU topo: Ignoring hot-pluggable APIC ID ${apicId.toString(16)} in present package.`,
      ];
    default:
      return [];
  }
}

/** Up to 6.8. */
function processorLine({ apicId, because, cpu, enabled }: Rejected): readonly string[] {
  const ignored = `Processor ${cpu}/0x${apicId.toString(16)} ignored.`;
  switch (because) {
    case "noX2apicConfig":
      return ["ACPI: x2apic entry ignored"];
    case "invalidForDriver":
      return enabled ? ["ACPI: x2apic entry ignored"] : [];
    case "exceedsMaxLocalApic":
      return ["ACPI: skipped apicid that is too big"];
    case "requestedOff":
      return [`APIC: Disabling requested cpu. ${ignored}`];
    default:
      return [];
  }
}

function remappingLines({ x2apic, remapping, apicOff }: Decided): readonly string[] {
  if (x2apic.kind === "untouched" && x2apic.because === "ioapicSkipped") {
    return apicOff ? [] : ["Not enabling interrupt remapping due to skipped IO-APIC setup"];
  }
  return remapping.attempts.flatMap(attemptLines);
}

function attemptLines(attempt: RemapAttempt): readonly string[] {
  switch (attempt.vendor) {
    case "intel":
      return intelLines(attempt.answer);
    case "amd":
      return amdLines(attempt.answer);
    case "hyperv":
      return [];
  }
}

function intelLines(
  answer: Extract<RemapAttempt, { readonly vendor: "intel" }>["answer"],
): readonly string[] {
  const { notes } = answer;
  if (answer.kind === "declined") {
    if (answer.because !== "ioapicOutOfScope") return [];
    return [
      `DMAR-IR: [Firmware Bug]: ioapic ${notes.unmappedIoapic} has no mapping iommu, ` +
      "interrupt remapping will be disabled",
      "DMAR-IR: Not enabling interrupt remapping",
    ];
  }
  const x2apic = answer.mode === "x2apic";
  return [
    ...notes.optedOut
      ? [
        "DMAR-IR: x2apic is disabled because BIOS sets x2apic opt out bit.",
        "DMAR-IR: Use 'intremap=no_x2apic_optout' to override the BIOS setting.",
      ]
      : [],
    ...notes.unitWithoutEim === null
      ? []
      : [`DMAR-IR: dmar${notes.unitWithoutEim} does not support EIM`],
    ...x2apic
      ? [
        "DMAR-IR: Queued invalidation will be enabled to support x2apic and Intr-remapping.",
      ]
      : [],
    `DMAR-IR: Enabled IRQ remapping in ${answer.mode} mode`,
  ];
}

function amdLines(
  answer: Extract<RemapAttempt, { readonly vendor: "amd" }>["answer"],
): readonly string[] {
  const { unlisted, southbridgeFound, overridden, unitsFound } = answer.notes;
  if (!unitsFound) return [];
  const bug = overridden ? "" : "[Firmware Bug]: ";
  return [
    ...unlisted.map((id) => `AMD-Vi: ${bug}: IOAPIC[${id}] not in IVRS table`),
    ...southbridgeFound ? [] : [`AMD-Vi: ${bug}: No southbridge IOAPIC found`],
    ...answer.kind === "declined" ? ["AMD-Vi: Disabling interrupt remapping"] : [],
  ];
}

function x2apicLines({ x2apic, machine }: Decided): readonly string[] {
  if (x2apic.kind === "enabled") return x2apic.switched ? ["x2apic enabled"] : [];
  if (x2apic.kind !== "refused") return [];
  const refusal = "x2apic: IRQ remapping doesn't support X2APIC mode";
  const bootId = hex8(machine.firmware.bootApicId);
  switch (x2apic.disable.kind) {
    case "wasOff":
    case "modeLost":
      return [refusal];
    case "disabled":
      return [refusal, "x2apic disabled"];
    case "kept":
      return [refusal, `Cannot disable locked x2apic, id: ${bootId}`];
    case "panic":
      return [refusal, `Kernel panic - not syncing: Cannot disable x2apic, id: ${bootId}`];
  }
}

function bringUpLines({ era, bringUp }: Decided): readonly string[] {
  return bringUp.refused.map(({ cpu, apicId }) =>
    era.badCpuLine === "invalidApicId"
      ? `smpboot: CPU ${cpu} has invalid APIC ID ${apicId.toString(16)}. Aborting bringup`
      : `smpboot: ${era.badCpuLine}: bad cpu ${cpu}`
  );
}

/**
 * Up to 6.8: the ACPI processor driver meets a CPU that is not present and registers it anew.
 * Source: Linux 6.1 drivers/acpi/acpi_processor.c acpi_processor_hotadd_init,
 * arch/x86/kernel/apic/apic.c generic_processor_info.
 */
function processorDriverLines(decided: Decided): readonly string[] {
  const { era, machine, options, registration, apicOff, panic } = decided;
  const { disableCpuApicid: id } = options;
  if (era.enumeration !== "generic_processor_info" || id === null || apicOff || panic) return [];
  if (id >= MAX_LOCAL_APIC || id === machine.firmware.bootApicId) return [];
  if (!machine.cpus.some(({ apicId, enabled }) => enabled && apicId === id)) return [];
  const counted = registration.rejected.filter(({ because }) => COUNTED.has(because)).length;
  const cpu = registration.present.length + registration.hotplug.length + counted;
  return [`APIC: Disabling requested cpu. Processor ${cpu}/0x${id.toString(16)} ignored.`];
}

/** Processors that count in `disabled_cpus`, or in `num_processors` though they never run. */
const COUNTED: ReadonlySet<Rejected["because"]> = new Set([
  "requestedOff",
  "slotKeptForBootCpu",
  "cpuLimit",
  "smpOff",
]);

/** Printed once the HPET has a parent, whatever became of its channels. */
function hpetLine(decided: Decided): readonly string[] {
  const { machine: { hpet }, era, domains, panic } = decided;
  if (!hpet || panic || !wantsHpetMsi(decided)) return [];
  if (!findParent({ kind: "hpet", id: hpet.id }, domains, era).domain) return [];
  return [`hpet: ${hpet.timers} channels of ${hpetChannels(decided)} reserved for per-cpu timers`];
}

/** At PCI initialisation, long after the mode was decided. */
function amdPciLines({ remapping, panic }: Decided): readonly string[] {
  if (panic || remapping.enabled?.vendor !== "amd") return [];
  return [
    "AMD-Vi: Interrupt remapping enabled",
    ...remapping.enabled.mode === "x2apic" ? ["AMD-Vi: X2APIC enabled"] : [],
  ];
}

function hex8(id: number): string {
  return id.toString(16).padStart(8, "0");
}
