/**
 * Defects that were seen in other models, hypervisors and kernels, as changes of our code, each
 * with the test that must notice.
 */
import { AMD_TOGGLES } from "../../lib/x86/amd_flavour.ts";
import { VTD_TOGGLES } from "../../lib/x86/vtd_flavour.ts";

export interface Mutant {
  /** What is wrong, and where it was seen. */
  readonly defect: string;
  /** File below lib/. */
  readonly file: string;
  /** Stands there: once if it is a text, anywhere if it is a pattern. */
  readonly from: string | RegExp;
  /** What replaces it. */
  readonly to: string;
  /** Test file below tests/. */
  readonly test: string;
  /** Part of the name of the test that must fail. */
  readonly named: string;
}

/** Mistakes of other models and of kernels. */
const SEEN: readonly Mutant[] = [
  {
    defect: "Barrelfish msireceiver: the window ends at FEE0FFFF, so IDs end at 15",
    file: "x86/msi_message.ts",
    from: "return address >> 20n === 0xfeen;",
    to: "return address >> 16n === 0xfee0n;",
    test: "x86/vectors_test.ts",
    named: "msi-decode-005",
  },
  {
    defect: "Barrelfish irte: data is added to the handle whether SHV is set or not",
    file: "x86/msi_message.ts",
    from: "(subhandleValid ? subhandle : 0)",
    to: "subhandle",
    test: "x86/vectors_test.ts",
    named: "vectors of group msi-decode with other numbers",
  },
  {
    defect: "Barrelfish irte: the handle's bit 15 is not in address bit 2",
    file: "x86/msi_address.ts",
    from: "return handle15 << 15 | handle0to14;",
    to: "return handle0to14;",
    test: "x86/vectors_test.ts",
    named: "msi-decode-012",
  },
  {
    defect: "Barrelfish: CPU IDs end at 999",
    file: "x86/reach.ts",
    from: "ids(IdSet.of([0, 2 ** bits - 1]), []),",
    to: "ids(IdSet.of([0, Math.min(999, 2 ** bits - 1)]), []),",
    test: "x86/reach_test.ts",
    named: "the exact powers of two",
  },
  {
    defect: "Barrelfish: no destination width is checked",
    file: "x86/msi_message.ts",
    from: "if (message.dest >= 2 ** destBits) {",
    to: "if (message.dest >= 2 ** 32) {",
    test: "x86/extended_destination_test.ts",
    named: "a destination that does not fit is refused",
  },
  {
    defect: "Isabelle ioapic.thy: a physical destination has four bits",
    file: "x86/ioapic_message.ts",
    from: "destId0to7: entry.destId0to7,",
    to: "destId0to7: entry.destId0to7 & 0xf,",
    test: "x86/vectors_test.ts",
    named: "rte-006",
  },
  {
    defect: "Isabelle ioapic.thy: no vector satisfies the condition",
    file: "x86/deliver.ts",
    from: "if (carriesVector && vector < 16 && dropsIllegalVectors)",
    to: "if (carriesVector && !(vector >= 32 && vector < 23) && dropsIllegalVectors)",
    test: "x86/vectors_test.ts",
    named: "route-001",
  },
  {
    defect: "Isabelle iommu.thy: source IDs have four bits",
    file: "x86/vtd_remap.ts",
    from: "all: 0xffff,",
    to: "all: 0xf,",
    test: "x86/vtd_test.ts",
    named: "source qualifiers ignore exactly their function bits",
  },
  {
    defect: "Isabelle iommu.thy: the index bound is off by one",
    file: "x86/vtd_remap.ts",
    from: "if (index >= unit.entries)",
    to: "if (index > unit.entries)",
    test: "x86/vectors_test.ts",
    named: "vtd-015",
  },
  {
    defect: "Isabelle iommu.thy: EIME is a flag that nothing reads",
    file: "x86/vtd_remap.ts",
    from: "const dest = extended ? fields.destId : irteRemappedXapic.decode(entry).destId;",
    to: "const dest = fields.destId;",
    test: "x86/vtd_test.ts",
    named: "the destination's width is the mode's",
  },
  {
    defect: "Isabelle iommu.thy: every entry is constant zero",
    file: "x86/vtd_remap.ts",
    from: "const entry = unit.read(index);",
    to: "const entry = unit.read(index) === undefined ? undefined : 0n;",
    test: "x86/vectors_test.ts",
    named: "vtd-005",
  },
  {
    defect: "ACRN 8437: LDRs of different clusters are OR-ed",
    file: "x86/logical_group.ts",
    from: "if (rest.some((ldr) => ldr >>> 16 !== first >>> 16)) {",
    to: "if (rest.some(() => false)) {",
    test: "x86/deliver_test.ts",
    named: "LDRs of different clusters must not be OR-ed",
  },
  {
    defect: "FreeBSD D55857: an entry's destination is the ID modulo 256",
    file: "linux/compose_redirection_entry.ts",
    from: "BigInt(addressLow >>> 4 & 0xffff) << 48n",
    to: "BigInt(addressLow >>> 4 & 0xff00) << 48n",
    test: "linux/compose_test.ts",
    named: "extended",
  },
  {
    defect: "Asterinas 3920: EIME counts although ECAP.EIM is clear",
    file: "x86/vtd_remap.ts",
    from: "extendedInterruptMode && (extendedInterruptCapable ||",
    to: "extendedInterruptMode && (true || extendedInterruptCapable ||",
    test: "x86/vtd_test.ts",
    named: "EIME written on a unit without EIM",
  },
  {
    defect: "libkrun's WHP back-end: an extended destination has eight bits",
    file: "x86/msi_message.ts",
    from: "ext15: ({ destId0to7, destId8to14 }) => destId8to14 << 8 | destId0to7,",
    to: "ext15: ({ destId0to7 }) => destId0to7,",
    test: "x86/extended_destination_test.ts",
    named: "all 2^15 extended IDs: our own decoder",
  },
  {
    defect: "Silicon taken for KVM: an xAPIC compares the full ID",
    file: "x86/lapic_rules.ts",
    from: "physical: lowByte(unlessBroadcast(XAPIC_BROADCAST, isXapicId)),",
    to: "physical: unlessBroadcast(XAPIC_BROADCAST, beyondByteIsId(isXapicId)),",
    test: "x86/deliver_test.ts",
    named: "silicon compares the low byte",
  },
  {
    defect: "KVM taken for silicon: an xAPIC compares the low byte",
    file: "x86/lapic_rules.ts",
    from: "physical: unlessBroadcast(XAPIC_BROADCAST, beyondByteIsId(isXapicId)),",
    to: "physical: lowByte(unlessBroadcast(XAPIC_BROADCAST, isXapicId)),",
    test: "x86/deliver_test.ts",
    named: "KVM reaches a hot-plugged vCPU by its full ID",
  },
];

/** Where hypervisors differ from the architecture, LAPICs and I/O APICs. */
const DIFFERENCES: readonly Mutant[] = [
  {
    defect: "KVM: the broadcast quirk takes interprocessor interrupts too",
    file: "x86/lapic_rules.ts",
    from: 'mode === "x2apic" && origin === "device" ?',
    to: 'mode === "x2apic" && origin !== undefined ?',
    test: "x86/deliver_test.ts",
    named: "KVM's quirk spares interprocessor interrupts",
  },
  {
    defect: "KVM: the broadcast quirk takes xAPICs too",
    file: "x86/lapic_rules.ts",
    from: 'mode === "x2apic" && origin === "device" ?',
    to: 'origin === "device" ?',
    test: "x86/vectors_test.ts",
    named: "vectors of group route with other numbers",
  },
  {
    defect: "KVM: the broadcast quirk is missing",
    file: "x86/lapic_rules.ts",
    from: "return options.broadcastQuirk ? KVM_QUIRK : KVM;",
    to: "return options.broadcastQuirk ? KVM : KVM;",
    test: "x86/vectors_test.ts",
    named: "route-030",
  },
  {
    defect: "KVM: lowest priority by the broadcast ID is not demoted",
    file: "x86/lapic_rules.ts",
    from: 'deliveryMode === "lowest" && !demoted;',
    to: 'deliveryMode === "lowest";',
    test: "x86/deliver_test.ts",
    named: "KVM demotes lowest priority",
  },
  {
    defect: "KVM: vector hashing counts from one",
    file: "x86/lapic_rules.ts",
    from: "candidates[vector % candidates.length]!",
    to: "candidates[(vector + 1) % candidates.length]!",
    test: "x86/vectors_test.ts",
    named: "route-046",
  },
  {
    defect: "Xen: all ones are a logical broadcast",
    file: "x86/lapic_rules.ts",
    from: "logical: lowByte(exactCluster),",
    to: "logical: lowByte(unlessBroadcast(XAPIC_BROADCAST, exactCluster)),",
    test: "x86/vectors_test.ts",
    named: "route-009",
  },
  {
    defect: "QEMU TCG: the loop does not narrow the destination",
    file: "x86/lapic_rules.ts",
    from: "unlessBroadcast(BROADCAST, narrowedBehindXapic(sharesCluster))",
    to: "unlessBroadcast(BROADCAST, sharesCluster)",
    test: "x86/deliver_test.ts",
    named: "QEMU's loop narrows a logical destination",
  },
  {
    defect: "QEMU TCG: the redirection hint is honoured",
    file: "x86/lapic_rules.ts",
    from: 'arbitrates: ({ deliveryMode }) => deliveryMode === "lowest",\n  pick: (candidates)',
    to:
      'arbitrates: ({ deliveryMode, redirectionHint }) => redirectionHint || deliveryMode === "lowest",\n  pick: (candidates)',
    test: "x86/deliver_test.ts",
    named: "a redirection hint under qemu-tcg",
  },
  {
    defect: "cloud-hypervisor: the I/O APIC keeps entry 55:48",
    file: "x86/ioapic_message.ts",
    from: "copiesUpperBits: false,\n    redirectionHint: () => true,",
    to: "copiesUpperBits: true,\n    redirectionHint: () => true,",
    test: "x86/vectors_test.ts",
    named: "rte-005",
  },
  {
    defect: "cloud-hypervisor: the I/O APIC does not set the redirection hint",
    file: "x86/ioapic_message.ts",
    from: "redirectionHint: () => true,",
    to: "redirectionHint: never,",
    test: "x86/vectors_test.ts",
    named: "rte-001",
  },
  {
    defect: "crosvm: the I/O APIC keeps entry 55:48",
    file: "x86/ioapic_message.ts",
    from: 'August 2026",\n    copiesUpperBits: false,\n    redirectionHint: never,',
    to: 'August 2026",\n    copiesUpperBits: true,\n    redirectionHint: never,',
    test: "x86/vectors_test.ts",
    named: "rte-006",
  },
  {
    defect: "a monitor moves the bits of a remappable address too",
    file: "x86/extended_destination.ts",
    from: "extended === 0n || (address & FORMAT_BIT) !== 0n ||",
    to: "extended === 0n ||",
    test: "x86/vectors_test.ts",
    named: "extdest-swizzle-004",
  },
  {
    defect: "QEMU: FEUADDR is hardwired to zero",
    file: "x86/iommu_message.ts",
    from: "extendedInterruptCapable ? BigInt(upperAddress) << 32n : 0n",
    to: "extendedInterruptCapable ? 0n : 0n",
    test: "x86/vectors_test.ts",
    named: "iommu-own-002",
  },
  {
    defect: "EOI reaches edge entries",
    file: "x86/ioapic.ts",
    from: 'if (entry.trigger !== "level" || entry.vector !== vector',
    to: "if (entry.vector !== vector",
    test: "x86/ioapic_test.ts",
    named: "an EOI leaves an edge entry with its vector alone",
  },
  {
    defect: "NMI sets remote IRR",
    file: "x86/ioapic.ts",
    from: 'return deliveryMode === "fixed" || deliveryMode === "lowest";',
    to: 'return deliveryMode !== "extint";',
    test: "x86/ioapic_test.ts",
    named: "a level nmi sets remote IRR",
  },
];

/** A departure from the specification that is made whatever the flavour says. */
function toggles(
  unit: "vtd" | "amd",
  names: readonly string[],
  test: (toggle: string) => string,
): readonly Mutant[] {
  return names.map((toggle) => ({
    defect: `${unit === "vtd" ? "VT-d" : "AMD-Vi"}, whoever emulates it: ${toggle}`,
    file: `x86/${unit}_remap.ts`,
    from: new RegExp(`(work\\.)?flavour\\.has\\("${toggle}"\\)`, "g"),
    to: "true",
    test: `x86/${unit}_test.ts`,
    named: test(toggle),
  }));
}

const EMITTED = "toggles levelAlwaysSet and emits15Bits";

export const MUTANTS: readonly Mutant[] = [
  ...SEEN,
  ...DIFFERENCES,
  ...toggles(
    "vtd",
    Object.keys(VTD_TOGGLES),
    (toggle) => EMITTED.includes(toggle) ? EMITTED : `toggle ${toggle}:`,
  ),
  ...toggles("amd", Object.keys(AMD_TOGGLES), (toggle) => `AMD toggle ${toggle}:`),
];
