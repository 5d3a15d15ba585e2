/** Which messages of a kernel's log show that a decision was taken, or on what ground. */
import type { LogLine } from "../firmware/kernel_log.ts";
import type { Decision } from "./decision.ts";

/** Most lines shown for one decision: the first of many say it. */
const MOST = 4;

/** The log's lines that bear on a decision, in its order; of lines that repeat, the first. */
export function evidenceOf(decision: Decision, log: readonly LogLine[]): readonly LogLine[] {
  const pattern = PATTERNS[decision.step]?.(decision);
  if (!pattern) return [];
  const seen = new Set<string>();
  return log.filter(({ text }) => pattern.test(text) && !seen.has(text) && seen.add(text))
    .slice(0, MOST);
}

type Pattern = (decision: Decision) => RegExp;

const always = (pattern: RegExp): Pattern => () => pattern;

/** The line that names the driver decided for. */
const routing: Pattern = ({ decided }) =>
  new RegExp(`^(?:APIC: )?(?:Setting|Switched) APIC routing to:? ${escaped(decided)}\\.?$`);

const registered = always(
  /^CPU topo: (?:Allowing|APIC ID|CPU limit)|^smpboot: Allowing|^ACPI: (?:x2apic entry|skipped)/,
);
const broughtUp = always(/^smp: Brought up|has invalid APIC ID|: bad cpu \d/);

/** By the decision's step. Source: the printk of the function each step names. */
const PATTERNS: Readonly<Record<string, Pattern>> = {
  era: always(/^Linux version /),
  setup_nox2apic: always(/^x2apic already enabled|cannot enforce nox2apic|can't disable$/),
  detect_hypervisor_vendor: always(/^Hypervisor detected: /),
  check_x2apic: always(/^x2apic: enabled by BIOS|^Kernel does not support x2APIC/),
  default_acpi_madt_oem_check: routing,
  generic_processor_info: registered,
  topology_register_apic: registered,
  intel_prepare_irq_remapping: always(/^DMAR: .* ecap |^DMAR-IR: (?!Enabled|Queued)/),
  amd_iommu_prepare: always(/^AMD-Vi: (?:Using global IVHD|\[Firmware Bug\]|Disabling)/),
  irq_remapping_enable: always(
    /^DMAR-IR: Enabled IRQ|^AMD-Vi: (?:Interrupt remapping|X2APIC) enabled|remapping due to skipped/,
  ),
  try_to_enable_x2apic: always(
    /^x2apic (?:en|dis)abled$|^x2apic: IRQ remap|Cannot disable .*x2apic/,
  ),
  default_setup_apic_routing: routing,
  x86_64_probe_apic: routing,
  apic_id_valid: always(/has invalid APIC ID|: bad cpu \d|exceeds kernel limit/),
  mp_irqdomain_create: always(/^IOAPIC\[\d+\]: apic_id/),
  hpet_create_irq_domain: always(/^hpet\d+: at MMIO|^hpet: \d+ channels of/),
  native_cpu_up: broughtUp,
  native_kick_ap: broughtUp,
  panic: always(/^Kernel panic|^kernel BUG at/),
};

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
