/**
 * What real boots taught: rules that reading one kernel had got wrong or left open, each with the
 * kernel source that explains it and the recordings that show it. The code that follows a rule
 * cites the source; this list says how it came to be known.
 */
export interface Lesson {
  readonly rule: string;
  /** Kernel file, function and version. */
  readonly source: string;
  /** Names of recorded boots; empty where only the source tells. */
  readonly cases: readonly string[];
}

export const LESSONS: readonly Lesson[] = [
  {
    rule: "5.10 uses AMD's XT mode only when EFR bit 46 (MsiCapMmioSup) is set beside XTSup; " +
      "4.19 did not ask and 5.11 asks no more",
    source: "Linux 5.10 drivers/iommu/amd/init.c init_iommu_one",
    cases: ["k5.10-amd-xt-small", "k5.10-amd-xt-ids-0-255-300-1000"],
  },
  {
    rule:
      "7.3 finds the southbridge's I/O APIC by the class of the PCI function at its requester " +
      "id, SMBus controller or ISA bridge; up to 7.1 it must be 00:14.0",
    source: "Linux 7.1 drivers/iommu/amd/init.c check_ioapic_information, IOAPIC_SB_DEVID",
    cases: ["k7.3-amd-xt-small", "k7.3-amdsb-xt-small", "k6.12-amdsb-xt-ids-0-255-300-1000"],
  },
  {
    rule:
      "bus tokens from PCI_DEVICE_MSI on are one lower in 7.3 than in 6.2 … 7.1, and with them " +
      "the suffixes of domain names",
    source: "Linux 7.1 include/linux/irqdomain_defs.h enum irq_domain_bus_token",
    cases: ["k7.3dbg-vtd-eim-ids-0-255-300", "k6.12dbg-vtd-eim-ids-0-255-300"],
  },
  {
    rule: "an AMD unit whose hardware has XT interrupts by INTCAPXT also while remapping is off, " +
      "because the mode is set when the IVHD is read",
    source: "Linux 6.12 drivers/iommu/amd/init.c init_iommu_one, iommu_init_irq",
    cases: ["k6.1-amd-xt-intremapoff-ids-0-254-300", "k7.3-amd-xt-small"],
  },
  {
    rule: "AMD-IR-0 stays behind when remapping was refused, INTEL-IR-n does not; with " +
      "intremap=off there is neither",
    source: "Linux 6.12 drivers/iommu/amd/init.c init_iommu_one_late; " +
      "drivers/iommu/intel/irq_remapping.c intel_cleanup_irq_remapping",
    cases: ["k6.12dbg-amdsb-xt-ids-0-255-300", "k6.12dbg-vtd-eim-badioapicscope-small"],
  },
  {
    rule: "DMAR-MSI is there whenever a unit is set up, for translating DMA as well",
    source: "Linux 6.12 drivers/iommu/intel/iommu.c init_dmars, dmar_set_interrupt",
    cases: ["k6.1-vtd-eim-dmarflags0-small", "k6.12dbg-vtd-noir-small"],
  },
  {
    rule: "AMD announces remapping at PCI initialisation, after the CPUs came up and after the " +
      "HPET's line (rootfs_initcall follows fs_initcall)",
    source: "Linux 6.12 drivers/iommu/amd/init.c print_iommu_info",
    cases: ["k6.12-amd-noxt-ids-0-254-255-300"],
  },
  {
    rule:
      "the HPET takes as many channels as CPUs are possible, not online, after two for legacy " +
      "timers and one for /dev/hpet",
    source: "Linux 6.12 arch/x86/kernel/hpet.c hpet_select_clockevents, hpet_select_device_channel",
    cases: ["k5.10-hpetmsi-kvmext-ids-0-300-1000", "k7.3dbg-hpetmsi-kvmnoext-ids-0-255"],
  },
  {
    rule: "disabled MADT entries are possible CPUs up to 6.14, on bare metal no longer from 6.15 " +
      "and 6.12.24 on",
    source: "Linux 6.12.117 arch/x86/kernel/acpi/boot.c acpi_is_processor_usable",
    cases: ["k6.1-stock10-bare-topo-ids-0-256-257"],
  },
  {
    rule: "the topology code of 6.9 prints the first ID beyond 32767 only; older kernels print " +
      "a line that does not name it",
    source: "Linux 6.12 arch/x86/kernel/cpu/topology.c topology_register_apic",
    cases: ["k7.3-vtd-eim-ids-0-32767-32768-33000", "k5.10-vtd-eim-ids-0-32767-32768-33000"],
  },
  {
    rule: "maxcpus= counts attempts from 6.5 on, CPUs that came online before",
    source: "Linux 6.6 kernel/cpu.c cpuhp_bringup_mask; 6.1 bringup_nonboot_cpus",
    cases: ["k6.12-kvmnoext-maxcpus1-hotonline-ids-0-255-300"],
  },
  {
    rule: "x2apic_phys_probe steps back when x2APIC is off, in 6.4 and in the stable kernels " +
      "5.10.186, 5.15.119 and 6.1.36",
    source: "Linux 6.1.192 arch/x86/kernel/apic/x2apic_phys.c x2apic_phys_probe",
    cases: [],
  },
  {
    rule: "APIC_PHYSICAL counts from FADT revision 3 on, not 2",
    source: "Linux 7.1 include/acpi/actbl.h FADT2_REVISION_ID",
    cases: [],
  },
  {
    rule:
      "nolapic does not clear the x2APIC feature: where firmware left x2APIC on or an MP table, " +
      "the driver that was compiled in stays; else the no-op driver comes in",
    source:
      "Linux 6.12 arch/x86/kernel/apic/apic.c init_apic_mappings; mpparse.c; cpu/cpuid-deps.c",
    cases: [],
  },
  {
    rule: "Hyper-V is believed from 5.15 on only with the hypercall and VP index MSRs, leaf " +
      "0x40000003 EAX bits 5 and 6",
    source: "Linux 6.1 arch/x86/kernel/cpu/mshyperv.c ms_hyperv_platform",
    cases: ["k6.1-hyperv-noext-ids-0-255-300-skipdisks"],
  },
  {
    rule: "bhyve's promise counts only if the greatest leaf reaches it; KVM's counts always",
    source: "Linux 7.1 arch/x86/kernel/cpu/bhyve.c bhyve_features; " +
      "6.12 arch/x86/kernel/kvm.c kvm_arch_para_features",
    cases: ["k7.3dbg-bhyve-noext-ids-0-255-300"],
  },
  {
    rule: "a pin's move out of Hyper-V's reach fails at once from 6.14 on; before it was put off " +
      "to the next interrupt and then dropped, so the write succeeded",
    source:
      "Linux 6.12 drivers/iommu/hyperv-iommu.c hyperv_ir_set_affinity; kernel/irq/migration.c",
    cases: ["k6.12-hyperv-noext-ids-0-255-300-skipdisks", "k7.3dbg-hyperv-noext-ids-0-255-300"],
  },
  {
    rule: "up to 6.8 the ACPI processor driver registers CPUs that are not present once more, so " +
      "that disable_cpu_apicid= is told twice, with two numbers",
    source: "Linux 6.1 drivers/acpi/acpi_processor.c acpi_processor_hotadd_init",
    cases: [],
  },
  {
    rule:
      "up to 5.18 nosmp probes no driver: nothing is said of remapping, and firmware's x2APIC " +
      "ends in a NULL pointer of the cluster driver",
    source: "Linux 5.10 arch/x86/kernel/apic/apic.c apic_intr_mode_init; x2apic_cluster.c " +
      "init_x2apic_ldr",
    cases: [],
  },
  {
    rule: "iommu=off takes AMD's remapping away as well, while Intel's stays",
    source: "Linux 6.1 drivers/iommu/amd/init.c amd_iommu_detect, early_amd_iommu_init",
    cases: [],
  },
];
