/**
 * Rules that real boots established, each with the recordings that show it. A rule is asked of the
 * recording and of the model, so that neither can be right by itself.
 */
import assert from "node:assert/strict";
import { type Boot, boot } from "../../lib/linux/boot.ts";
import { parseMachine } from "../../lib/machine/parse_machine.ts";
import { type ObservedBoot, recordedBoots } from "../boots/boots.ts";
import { type Given, guest, HYPERV_EXT_UNSIGNED, ivrs, KVM, KVM_EXT, machine } from "./machines.ts";

type Told = Pick<Boot, "apicDriver" | "irqRemapping" | "chips" | "lines"> & {
  readonly online: readonly number[];
  readonly possible: string;
};

interface Rule {
  readonly rule: string;
  readonly cases: readonly string[];
  holds(told: Told): boolean;
}

const RULES: readonly Rule[] = [
  {
    rule: "APIC IDs from 32768 on never become possible CPUs",
    cases: [
      "k5.10-vtd-eim-ids-0-32767-32768-33000",
      "k7.3-vtd-eim-ids-0-32767-32768-33000",
      "k6.1-kvmext-ids-0-255-32767-32768",
    ],
    holds: ({ online, lines }) =>
      online.includes(32767) && !online.some((id) => id > 32767) &&
      lines.some((line) => /too big|exceeds kernel limit/.test(line)),
  },
  {
    rule: "KVM without bit 15 runs ID 255 and refuses 256",
    cases: ["k6.1-kvmnoext-ids-0-254-255-256", "k7.3-kvmnoext-ids-0-254-255-256"],
    holds: ({ online, possible }) => online.join() === "0,254,255" && possible === "0-3",
  },
  {
    rule: "KVM with bit 15 runs IDs up to 32767",
    cases: ["k6.1-kvmext-ids-0-300-1000-32000-33000", "k7.3-kvmext-ids-0-255-32767-32768"],
    holds: ({ online }) => Math.max(...online) >= 32000,
  },
  {
    rule: "5.10 knows no bit 15",
    cases: ["k5.10-kvmext-ids-0-255-32767-32768", "k5.10-hpetmsi-kvmext-ids-0-300-1000"],
    holds: ({ online }) => Math.max(...online) <= 255,
  },
  {
    rule: "x2APIC without x2APIC-mode remapping is physical, whatever the IDs",
    cases: ["k6.1-kvmext-small", "k6.12-kvmnoext-small", "k7.3-kvmext-small"],
    holds: ({ apicDriver }) => apicDriver === "physical x2apic",
  },
  {
    rule: "with x2APIC-mode remapping it is clusters",
    cases: ["k5.10-vtd-eim-small", "k6.1-hpetmsi-amd-xt-small", "k7.3-amdsb-xt-small"],
    holds: ({ apicDriver }) => apicDriver === "cluster x2apic",
  },
  {
    rule: "when nobody vouches x2APIC is switched off again, and then ID 255 cannot run",
    cases: ["k6.1-bare-ids-0-254-255-300", "k6.12-bare-ids-0-254-255-300"],
    holds: ({ online, lines }) => online.join() === "0,254" && lines.includes("x2apic disabled"),
  },
  {
    rule: "nox2apic comes before the MADT: high IDs are not even possible",
    cases: ["k6.1-kvmext-nox2apic-ids-0-254-255-300", "k7.3-kvmext-nox2apic-ids-0-254-255-300"],
    holds: ({ possible, lines }) =>
      possible === "0-1" && lines.includes("ACPI: x2apic entry ignored"),
  },
  {
    rule: "5.10 and 6.1 are logical up to 8 possible CPUs, whatever the IDs",
    cases: ["k6.1-bare-8cpus", "k6.1-bare-ids-0-1-254", "k5.10-bare-nox2apic-cpu-ids-0-7-8"],
    holds: ({ apicDriver }) => apicDriver === "flat",
  },
  {
    rule: "and physical from 9 on, running or not",
    cases: ["k6.1-bare-9cpus", "k6.1-stock10-bare-topo-ids-0-256-257"],
    holds: ({ apicDriver }) => apicDriver === "physical flat",
  },
  {
    rule: "6.12 and 7.3 are physical",
    cases: ["k6.12-bare-small", "k7.3-bare-ids-0-1-254"],
    holds: ({ apicDriver }) => apicDriver === "physical flat",
  },
  {
    rule: "no hypervisor bit or nopv: bare metal",
    cases: ["k6.1-kvmext-nohypervisorbit-ids-0-254-300", "k6.12-kvmext-nopv-ids-0-254-300"],
    holds: ({ online, lines }) =>
      online.join() === "0,254" && !lines.some((line) => line.startsWith("Hypervisor")),
  },
  {
    rule: "VT-d without EIM under KVM remaps in xAPIC mode with x2APIC on",
    cases: [
      "k6.1-vtd-noeim-kvmnoext-ids-0-254-255-300",
      "k7.3-vtd-noeim-kvmnoext-ids-0-254-255-300",
    ],
    holds: ({ irqRemapping, apicDriver, online }) =>
      irqRemapping === "xapic" && apicDriver === "physical x2apic" && online.join() === "0,254,255",
  },
  {
    rule: "5.10 wants EFR bit 46 for XT",
    cases: ["k5.10-amd-xt-small", "k5.10-amd-xt-ids-0-255-300-1000"],
    holds: ({ irqRemapping }) => irqRemapping === "xapic",
  },
  {
    rule: "7.3 looks for the southbridge by its PCI class",
    cases: ["k7.3-amd-xt-small", "k7.3-amd-noxt-ids-0-254-255-300"],
    holds: ({ irqRemapping, lines }) =>
      irqRemapping === "off" &&
      lines.includes("AMD-Vi: [Firmware Bug]: : No southbridge IOAPIC found"),
  },
  {
    rule: "and finds it where an ISA bridge is, which 6.1 and 6.12 do not",
    cases: ["k7.3-amdsb-xt-small", "k7.3-amdsb-noxt-ids-0-254-255-300"],
    holds: ({ irqRemapping }) => irqRemapping !== "off",
  },
  {
    rule: "00:1f.0 is no southbridge to 6.1 and 6.12",
    cases: ["k6.12-amdsb-xt-ids-0-255-300-1000", "k6.1-amdsb-noxt-kvmnoext-ids-0-254-300"],
    holds: ({ irqRemapping }) => irqRemapping === "off",
  },
  {
    rule: "a DMAR unit's own interrupt is never remapped, and there whether or not others are",
    cases: [
      "k6.1-vtd-eim-small",
      "k6.1-vtd-eim-badioapicscope-small",
      "k7.3-vtd-eim-dmarflags0-small",
    ],
    holds: ({ chips }) => chips.iommuMsi?.join() === "DMAR-MSI",
  },
  {
    rule: "an AMD unit with XT has an interrupt of its own kind, also while remapping is off",
    cases: ["k6.1-amd-xt-intremapoff-ids-0-254-300", "k7.3-amd-xt-small"],
    holds: ({ chips, irqRemapping }) =>
      chips.iommuMsi?.join() === "IOMMU-MSI" && irqRemapping === "off",
  },
  {
    rule: "without XT it is plain PCI MSI beside the remapped ones",
    cases: ["k6.12-amd-noxt-ids-0-254-255-300", "k6.1-amd-noxt-ids-0-254-255-300"],
    holds: ({ chips }) => chips.pciMsi!.includes("PCI-MSI") && chips.pciMsi!.includes("IR-PCI-MSI"),
  },
  {
    rule: "an HPET gets VECTOR wherever APIC IDs are limited, remapping or not",
    cases: [
      "k6.12dbg-hpetmsi-vtd-noeim-small",
      "k7.3dbg-hpetmsi-kvmnoext-ids-0-255",
      "k6.1-hpetmsi-kvmext-ids-0-300-1000",
      "k7.3-hpetmsi-amd-xt-small",
    ],
    holds: ({ chips }) => chips.hpetMsi?.join() === "HPET-MSI",
  },
  {
    rule: "and none where they are not",
    cases: [
      "k6.1-hpetmsi-vtd-eim-small",
      "k7.3-hpetmsi-vtd-eim-ids-0-1-300",
      "k6.1-hpetmsi-amd-xt-small",
      "k7.3-hpetmsi-amdsb-xt-small",
    ],
    holds: ({ chips }) => chips.hpetMsi === undefined,
  },
  {
    rule: "5.10 gave it VECTOR all the same",
    cases: ["k5.10-hpetmsi-vtd-eim-small"],
    holds: ({ chips }) => chips.hpetMsi?.join() === "HPET-MSI",
  },
  {
    rule: "extended IDs offered while remapping runs in xAPIC mode bring up a CPU nobody reaches",
    cases: [
      "k6.1-vtd-noeim-kvmext-ids-0-254-300-33000",
      "k6.12-vtd-noeim-kvmext-ids-0-254-300-skipnvme",
      "k6.1-amd-noxt-kvmext-ids-0-254-300-skipnvme",
    ],
    holds: ({ online, irqRemapping }) => online.includes(300) && irqRemapping === "xapic",
  },
  {
    rule: "5.10 is immune to that",
    cases: ["k5.10-amd-noxt-kvmext-ids-0-254-300"],
    holds: ({ online }) => !online.includes(300),
  },
  {
    rule: "with remapping off for any reason the same guest is healthy",
    cases: [
      "k6.1-vtd-noir-kvmext-ids-0-300-33000",
      "k7.3-amd-xt-kvmext-ids-0-254-300",
      "k6.1-amd-noir-kvmext-ids-0-254-300",
    ],
    holds: ({ online, irqRemapping }) => online.includes(300) && irqRemapping === "off",
  },
  {
    rule: "the boot CPU is never checked",
    cases: ["k6.1-kvmnoext-bsp300-skipdisks", "k5.10-kvmext-bsp300-skipdisks"],
    holds: ({ online }) => online.join() === "300",
  },
  {
    rule: "noapic skips the question of remapping",
    cases: ["k6.12dbg-noapic-small", "k7.3dbg-noapic-small"],
    holds: ({ chips, lines }) =>
      chips.ioapic === undefined &&
      lines.includes("Not enabling interrupt remapping due to skipped IO-APIC setup"),
  },
  {
    rule: "Hyper-V without 15 bits takes the I/O APIC and sets no limit",
    cases: ["k6.1-hyperv-noext-ids-0-255-300-skipdisks", "k7.3dbg-hyperv-noext-ids-0-255-300"],
    holds: ({ chips, online, irqRemapping }) =>
      chips.ioapic?.join() === "IR-IO-APIC" && online.includes(300) && irqRemapping === "off",
  },
  {
    rule: "Hyper-V with 15 bits is as KVM with them",
    cases: ["k6.12-hyperv-ext-ids-0-255-300", "k7.3-hyperv-ext-ids-0-255-300"],
    holds: ({ chips, online }) => chips.ioapic?.join() === "IO-APIC" && online.includes(300),
  },
  {
    rule: "5.10 treats it as without",
    cases: ["k5.10-hyperv-ext-ids-0-255-300-skipdisks"],
    holds: ({ chips }) => chips.ioapic?.join() === "IR-IO-APIC",
  },
  {
    rule: "ACRN, and bhyve without its bit, are as KVM without bit 15",
    cases: [
      "k6.12dbg-acrn-ids-0-255-300",
      "k7.3dbg-acrn-ids-0-255-300",
      "k7.3dbg-bhyve-noext-ids-0-255-300",
    ],
    holds: ({ online }) => online.join() === "0,255",
  },
  {
    rule: "nox2apic makes Intel remap in xAPIC mode",
    cases: ["k5.10-vtd-eim-nox2apic-small", "k7.3-vtd-eim-nox2apic-ids-0-254-300"],
    holds: ({ irqRemapping }) => irqRemapping === "xapic",
  },
  {
    rule: "maxcpus=1 starts one CPU, the rest stay present",
    cases: ["k6.1-kvmext-maxcpus1-hotonline-ids-0-300-1000"],
    holds: ({ online, possible }) => online.join() === "0" && possible === "0-2",
  },
];

const recorded = new Map((await recordedBoots()).map((each) => [each.name, each]));

Deno.test.each(RULES)("$rule", ({ cases, holds }) => {
  for (const name of cases) {
    const { machine, observed } = recorded.get(name)!;
    assert.ok(holds(seen(observed)), `${name} as recorded`);
    assert.ok(holds(predicted(boot(parseMachine(machine)))), `${name} as predicted`);
  }
});

function seen(observed: ObservedBoot): Told {
  return {
    apicDriver: observed.apicDriver,
    irqRemapping: observed.irqRemapping,
    chips: observed.chips ?? {},
    lines: observed.lines,
    online: observed.online!.map(({ apicId }) => apicId),
    possible: observed.possible!,
  };
}

function predicted(answer: Boot): Told {
  return { ...answer, online: answer.online.map(({ apicId }) => apicId) };
}

const ext = 1 << 15;

/** Rules whose recordings are not at hand, on constructed machines. */
Deno.test.each([
  {
    rule: "a KVM signature with greatest leaf 0 counts",
    given: { hypervisor: guest("kvm", { 0x40000001: ext }, { maxLeaf: 0 }) },
    limit: 32767,
  },
  {
    rule: "a KVM signature at 0x40000100 counts, with its own feature leaf",
    given: { hypervisor: guest("kvm", { 0x40000101: ext }, { base: 0x40000100 }) },
    limit: 32767,
  },
  {
    rule: "and not with the one at 0x40000001",
    given: { hypervisor: guest("kvm", { 0x40000001: ext }, { base: 0x40000100 }) },
    limit: 255,
  },
  {
    rule: "EFR bit 46 switches XT on in 5.10",
    given: { version: "5.10", remapping: ivrs({ efr: "0x400000000084" }) },
    limit: null,
  },
  {
    rule: "7.3 takes a bhyve whose greatest leaf hides the feature leaf as one without it",
    given: {
      version: "7.3",
      hypervisor: guest("bhyve", { 0x40000001: 1 }, { maxLeaf: 0x40000000 }),
    },
    limit: 255,
  },
  { rule: "6.12 asks Hyper-V for VS#1", given: { hypervisor: HYPERV_EXT_UNSIGNED }, limit: null },
  {
    rule: "a KVM guest without KVM_GUEST is bare metal",
    given: { hypervisor: KVM_EXT, config: { KVM_GUEST: false } },
    limit: 254,
  },
  { rule: "nopv", given: { hypervisor: KVM, cmdline: "nopv" }, limit: 254 },
])("$rule: limit $limit", ({ given, limit }) => {
  assert.equal(boot(machine(given)).maxApicId, limit);
});

Deno.test("AMD under nox2apic keeps x2APIC-mode remapping, CPUs in xAPIC mode", () => {
  const answer = boot(machine({ cmdline: "nox2apic", remapping: ivrs() }));
  assert.deepEqual([answer.irqRemapping, answer.x2apic], ["x2apic", false]);
});

/** Lines of boots that were made for these rules, under Debian's kernels in QEMU. */
Deno.test.each([
  {
    rule: "the ACPI processor driver tries a CPU that the command line turned off once more",
    given: {
      version: "6.1",
      bios: "x2apic",
      ids: [0, 300, 1000],
      hypervisor: KVM_EXT,
      cmdline: "disable_cpu_apicid=300",
    },
    wanted: /Disabling requested cpu/,
    lines: [
      "APIC: Disabling requested cpu. Processor 1/0x12c ignored.",
      "APIC: Disabling requested cpu. Processor 3/0x12c ignored.",
    ],
  },
  {
    rule: "and alone where the MADT's entry was passed over",
    given: {
      version: "5.10",
      bios: "x2apic",
      ids: [0, 254, 300],
      hypervisor: KVM_EXT,
      cmdline: "nox2apic disable_cpu_apicid=300",
    },
    wanted: /Disabling requested cpu/,
    lines: ["APIC: Disabling requested cpu. Processor 2/0x12c ignored."],
  },
  {
    rule: "from 6.9 on nobody knows that option",
    given: { version: "6.12", ids: [0, 1, 2], cmdline: "disable_cpu_apicid=1" },
    wanted: /Disabling requested cpu/,
    lines: [],
  },
  {
    rule: "nosmp leaves routing out up to 5.18",
    given: { version: "5.10", cmdline: "nosmp" },
    wanted: /skipped IO-APIC setup/,
    lines: [],
  },
  {
    rule: "and not from 5.19 on",
    given: { version: "6.1", cmdline: "nosmp" },
    wanted: /skipped IO-APIC setup/,
    lines: ["Not enabling interrupt remapping due to skipped IO-APIC setup"],
  },
  {
    rule: "overrides of the IVRS on the command line are no firmware's bug",
    given: { version: "6.1", cmdline: "ivrs_ioapic[8]=00:1f.0", remapping: ivrs() },
    wanted: /AMD-Vi/,
    lines: ["AMD-Vi: Disabling interrupt remapping"],
  },
  {
    rule: "iommu=off hides an AMD unit from remapping too, without a word",
    given: { version: "7.3", cmdline: "iommu=off", remapping: ivrs() },
    wanted: /AMD-Vi/,
    lines: [],
  },
])("$rule", ({ given, wanted, lines }) => {
  const told = boot(machine(given as Given)).lines.filter((line) => wanted.test(line));
  assert.deepEqual(told, lines);
});

Deno.test("iommu=off leaves an AMD machine its plain interrupts alone", () => {
  const answer = boot(machine({ cmdline: "iommu=off", remapping: ivrs() }));
  assert.equal(answer.irqRemapping, "off");
  assert.deepEqual(answer.chips.iommuMsi, undefined);
});

Deno.test("nosmp up to 5.18 stops in x2APIC's clusters, which nobody probed", () => {
  const given = { version: "5.10", bios: "x2apic", cmdline: "nosmp" } as const;
  assert.match(boot(machine(given)).panic ?? "", /init_x2apic_ldr/);
  assert.equal(boot(machine({ ...given, version: "6.1" })).panic, null);
});

Deno.test.each([
  { greatest: 8, lines: ["CPU topo: CPU limit of 1 reached. Ignoring further CPUs"] },
  { greatest: 18, lines: ["CPU topo: CPU limit of 1 reached. Ignoring further CPUs"] },
  { greatest: 19, lines: ["APIC: Switched APIC routing to: noop"] },
  { greatest: 60, lines: ["APIC: Switched APIC routing to: noop"] },
])("nolapic with IDs up to $greatest reads the MP table if it fits", ({ greatest, lines }) => {
  const given = { version: "6.12", cmdline: "nolapic", ids: [0, 1, greatest] };
  assert.deepEqual(boot(machine(given)).lines, lines);
});

Deno.test("nolapic on a machine handed over in x2APIC mode stops the kernel", () => {
  const answer = boot(machine({ version: "6.12", bios: "x2apic", cmdline: "nolapic" }));
  assert.match(answer.panic ?? "", /native_apic_mem_read/);
});
