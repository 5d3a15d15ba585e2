/** The messages by which a boot's routing decisions are told apart, compared with recordings. */
const TEXTS = [
  "x2apic: enabled by BIOS, switching to x2apic ops",
  "x2apic enabled",
  "x2apic disabled",
  "x2apic: IRQ remapping doesn't support X2APIC mode",
  "ACPI: x2apic entry ignored",
  "ACPI: skipped apicid that is too big",
  "Not enabling interrupt remapping due to skipped IO-APIC setup",
  "DMAR-IR: Queued invalidation will be enabled to support x2apic and Intr-remapping.",
  "DMAR-IR: Enabled IRQ remapping in x2apic mode",
  "DMAR-IR: Enabled IRQ remapping in xapic mode",
  "AMD-Vi: Interrupt remapping enabled",
  "AMD-Vi: X2APIC enabled",
  "AMD-Vi: Disabling interrupt remapping",
  "x2apic already enabled.",
  "Hypervisor detected: KVM",
  "Hypervisor detected: Microsoft Hyper-V",
  "Hypervisor detected: VMware",
  "Hypervisor detected: ACRN",
  "Hypervisor detected: Bhyve",
];

const PATTERNS = [
  /native_cpu_up: bad cpu \d+/,
  /native_kick_ap: bad cpu \d+/,
  /CPU \d+ has invalid APIC ID [0-9a-f]+\. Aborting bringup/,
  /CPU topo: APIC ID [0-9a-f]+ exceeds kernel limit of: [0-9a-f]+/,
  /DMAR-IR: dmar\d+ does not support EIM/,
  /Cannot disable x2apic, id: [0-9a-f]+/,
  /Apicid: [0-9a-f]+, cannot enforce nox2apic/,
  /CPU topo: CPU limit of \d+ reached\. Ignoring further CPUs/,
  /(?:Setting|Switched) APIC routing to:? [^\n]*/,
  /AMD-Vi: \[Firmware Bug\]: : .*/,
  /hpet: \d+ channels of \d+ reserved for per-cpu timers/,
  /irq \d+: Affinity broken due to vector space exhaustion\./,
  /APIC: Disabling requested cpu\..*/,
];

const ANY_PATTERN = new RegExp(PATTERNS.map(({ source }) => source).join("|"));

/** Whether a message is one of them: it ends with a text or contains a pattern. */
export function isCatalogued(line: string): boolean {
  return ANY_PATTERN.test(line) || TEXTS.some((text) => line.endsWith(text));
}
