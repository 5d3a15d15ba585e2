/**
 * Configurations of bare metal and of guests with what Linux makes of each: mode, driver, limit,
 * parents, and the line or the panic that tells. Numbered as the cases that were derived from the
 * kernel's source; those that only other architectures or unstated hardware could meet are absent.
 */
import assert from "node:assert/strict";
import { boot } from "../../lib/linux/boot.ts";
import {
  dmar,
  type Given,
  guest,
  HYPERV,
  HYPERV_EXT,
  HYPERV_EXT_UNSIGNED,
  ioapic,
  ivrs,
  KVM,
  KVM_EXT,
  machine,
  range,
} from "./machines.ts";

interface Case extends Given {
  readonly no: number;
  /** What is special about it. */
  readonly title: string;
  /** Mode, driver and limit, such as `x2 XC ∞`. */
  readonly apic?: string;
  /** Parents of I/O APIC, HPET and PCI: V, I, A, H, `-` for none, `.` for not there. */
  readonly parents?: string;
  readonly online?: number;
  readonly lines?: readonly string[];
  readonly never?: readonly string[];
  readonly panic?: RegExp;
}

const DRIVERS = {
  F: "flat",
  PF: "physical flat",
  XP: "physical x2apic",
  XC: "cluster x2apic",
  SA: "secure avic x2apic",
  NC: "NumaConnect system",
  NO: "noop",
  XEN: "Xen PV",
} as const;

/** HPET wanted: the CPU's own timer may stop. */
const noArat = { arat: false };
const REFUSED = "x2apic: IRQ remapping doesn't support X2APIC mode";
const BIOS = "x2apic: enabled by BIOS, switching to x2apic ops";
const SKIPPED = "Not enabling interrupt remapping due to skipped IO-APIC setup";
const high = [0, 1, 2, 3, 0x400];

const BARE: readonly Case[] = [
  { no: 1, title: "no x2APIC, no unit", cpu: { x2apic: false }, apic: "x F 254", parents: "V.V" },
  { no: 2, title: "6.11 is physical", version: "6.11", cpu: { x2apic: false }, apic: "x PF 254" },
  {
    no: 3,
    title: "nine CPUs",
    ids: range(0, 8),
    cpu: { x2apic: false },
    apic: "x PF 254",
    lines: ["Switched APIC routing to physical flat."],
  },
  {
    no: 4,
    title: "FADT says physical",
    cpu: { x2apic: false },
    firmware: { fadtPhysical: true, fadtRevision: 6 },
    apic: "x PF 254",
    lines: ["Setting APIC routing to physical flat."],
  },
  {
    no: 5,
    title: "VT-d with EIM",
    cpu: noArat,
    remapping: dmar(),
    apic: "x2 XC ∞",
    parents: "III",
    lines: ["DMAR-IR: Enabled IRQ remapping in x2apic mode", "x2apic enabled"],
  },
  {
    no: 6,
    title: "and x2apic_phys",
    cmdline: "x2apic_phys",
    remapping: dmar(),
    apic: "x2 XP ∞",
    lines: ["Switched APIC routing to physical x2apic."],
  },
  {
    no: 7,
    title: "or FADT physical",
    firmware: { fadtPhysical: true, fadtRevision: 6 },
    remapping: dmar(),
    apic: "x2 XP ∞",
  },
  {
    no: 8,
    title: "handed over in x2APIC mode",
    bios: "x2apic",
    remapping: dmar(),
    apic: "x2 XC ∞",
    lines: [BIOS],
    never: ["x2apic enabled"],
  },
  {
    no: 9,
    title: "with high IDs",
    bios: "x2apic",
    ids: high,
    remapping: dmar(),
    apic: "x2 XC ∞",
    online: 5,
  },
  {
    no: 10,
    title: "but firmware left xAPIC",
    ids: high,
    remapping: dmar(),
    apic: "x2 XC ∞",
    online: 4,
    lines: ["ACPI: x2apic entry ignored"],
  },
  { no: 11, title: "no unit", cpu: noArat, apic: "x F 254", parents: "VVV", lines: [REFUSED] },
  {
    no: 12,
    title: "switched off again",
    bios: "x2apic",
    apic: "x F 254",
    lines: [BIOS, REFUSED, "x2apic disabled"],
  },
  {
    no: 13,
    title: "and a CPU that then cannot run",
    bios: "x2apic",
    ids: [0, 1, 0x120],
    apic: "x F 254",
    online: 2,
    lines: ["smpboot: native_cpu_up: bad cpu 2"],
  },
  {
    no: 14,
    title: "boot CPU needs x2APIC",
    bios: "x2apic",
    ids: [0x12c, 0x12d],
    apic: "x2 XC ∞",
    parents: "..",
    lines: ["Kernel panic - not syncing: Cannot disable x2apic, id: 0000012c"],
    never: ["Switched APIC routing to flat."],
    panic: /^Cannot disable x2apic, id: 0000012c$/,
  },
  {
    no: 15,
    title: "locked x2APIC, nobody remaps",
    version: "6.6",
    bios: "x2apic",
    cpu: { xapicLocked: true },
    apic: "x2 XC ∞",
    parents: "-.V",
    lines: ["Cannot disable locked x2apic, id: 00000000"],
    panic: /I\/O APIC 8 finds no parent/,
  },
  {
    no: 16,
    title: "one unit without EIM",
    remapping: dmar({ units: [{ eim: false, ioapics: [] }, {}] }),
    apic: "x F 254",
    parents: "I.I",
    lines: [
      "DMAR-IR: dmar0 does not support EIM",
      "DMAR-IR: Enabled IRQ remapping in xapic mode",
      REFUSED,
    ],
  },
  {
    no: 17,
    title: "X2APIC_OPT_OUT",
    cpu: noArat,
    remapping: dmar({ x2apicOptOut: true }),
    apic: "x F 254",
    parents: "III",
  },
  {
    no: 18,
    title: "opt-out overridden",
    cmdline: "intremap=no_x2apic_optout",
    remapping: dmar({ x2apicOptOut: true }),
    apic: "x2 XC ∞",
  },
  {
    no: 19,
    title: "opt-out after x2APIC",
    bios: "x2apic",
    remapping: dmar({ x2apicOptOut: true }),
    apic: "x F 254",
    lines: ["x2apic disabled"],
  },
  {
    no: 20,
    title: "nox2apic",
    cmdline: "nox2apic",
    remapping: dmar(),
    apic: "x F 254",
    parents: "I.I",
    lines: ["DMAR-IR: Enabled IRQ remapping in xapic mode"],
    never: [REFUSED],
  },
  {
    no: 21,
    title: "nox2apic after x2APIC",
    cmdline: "nox2apic",
    bios: "x2apic",
    remapping: dmar(),
    apic: "x F 254",
    lines: ["x2apic already enabled.", "x2apic disabled"],
  },
  {
    no: 22,
    title: "nox2apic that cannot be",
    cmdline: "nox2apic",
    bios: "x2apic",
    ids: [0x100, 1],
    remapping: dmar(),
    apic: "x2 XC ∞",
    lines: ["Apicid: 00000100, cannot enforce nox2apic"],
  },
  {
    no: 23,
    title: "intremap=off",
    cmdline: "intremap=off",
    remapping: dmar(),
    apic: "x F 254",
    parents: "V.V",
    lines: [REFUSED],
  },
  { no: 24, title: "nointremap", cmdline: "nointremap", remapping: dmar(), apic: "x F 254" },
  {
    no: 25,
    title: "noapic",
    cmdline: "noapic",
    cpu: noArat,
    remapping: dmar(),
    apic: "x F 254",
    parents: ".VV",
    lines: [SKIPPED],
  },
  {
    no: 26,
    title: "noapic after x2APIC",
    cmdline: "noapic",
    bios: "x2apic",
    cpu: noArat,
    remapping: dmar(),
    apic: "x2 XC ∞",
    parents: ".-V",
    lines: [SKIPPED],
  },
  {
    no: 27,
    title: "I/O APIC in no scope",
    remapping: dmar({ units: [{ ioapics: [9] }] }),
    apic: "x F 254",
    parents: "V.V",
  },
  {
    no: 28,
    title: "and high IDs",
    bios: "x2apic",
    ids: high,
    remapping: dmar({ units: [{ ioapics: [9] }] }),
    apic: "x F 254",
    online: 4,
  },
  {
    no: 29,
    title: "HPET in no scope",
    cpu: noArat,
    remapping: dmar({ units: [{ hpets: [] }] }),
    apic: "x2 XC ∞",
    parents: "I-I",
  },
  {
    no: 30,
    title: "the same on 5.10",
    version: "5.10",
    cpu: noArat,
    remapping: dmar({ units: [{ hpets: [] }] }),
    apic: "x2 XC ∞",
    parents: "IVI",
  },
  {
    no: 31,
    title: "HPET in no scope, xAPIC mode",
    cpu: noArat,
    remapping: dmar({ units: [{ hpets: [], eim: false }] }),
    apic: "x F 254",
    parents: "IVI",
  },
  {
    no: 32,
    title: "host bridge with the erratum",
    remapping: dmar(),
    devices: [{
      bdf: "0000:00:00.0",
      id: "8086:3405",
      revision: 0x22,
      class: "060000",
      msi: 0,
      msix: 0,
      uses: "none",
    }],
    apic: "x F 254",
    parents: "V.",
  },
  {
    no: 33,
    title: "INTR_REMAP clear",
    remapping: dmar({ intrRemapFlag: false }),
    apic: "x F 254",
    parents: "V.V",
    lines: [REFUSED],
  },
  {
    no: 34,
    title: "intel_iommu=off does not matter",
    cmdline: "intel_iommu=off",
    remapping: dmar(),
    apic: "x2 XC ∞",
    parents: "I.I",
  },
  {
    no: 35,
    title: "AMD with XT",
    cpu: noArat,
    remapping: ivrs(),
    apic: "x2 XC ∞",
    parents: "AAA",
    lines: ["AMD-Vi: Interrupt remapping enabled", "AMD-Vi: X2APIC enabled"],
  },
  {
    no: 36,
    title: "AMD without XT",
    remapping: ivrs({ xt: false }),
    apic: "x F 254",
    parents: "A.A",
    lines: [REFUSED],
  },
  { no: 37, title: "IVHD 0x10 only", remapping: ivrs({ ivhdTypes: ["0x10"] }), apic: "x F 254" },
  {
    no: 38,
    title: "last I/O APIC not in the IVRS",
    ioapics: [ioapic(9), ioapic(8, 24)],
    remapping: ivrs({ ioapics: [{ id: 9, requesterId: "0x00a0" }] }),
    apic: "x F 254",
    parents: "V.V",
    lines: [
      "AMD-Vi: [Firmware Bug]: : IOAPIC[8] not in IVRS table",
      "AMD-Vi: Disabling interrupt remapping",
    ],
  },
  {
    no: 39,
    title: "a missing one before the southbridge's is forgiven",
    ioapics: [ioapic(9), ioapic(8, 24)],
    remapping: ivrs(),
    apic: "x2 XC ∞",
    panic: /I\/O APIC 9 finds no parent/,
  },
  {
    no: 40,
    title: "no southbridge",
    remapping: ivrs({ ioapics: [{ id: 8, requesterId: "0x00f8" }] }),
    apic: "x F 254",
    parents: "V.V",
    lines: ["AMD-Vi: [Firmware Bug]: : No southbridge IOAPIC found"],
  },
  {
    no: 41,
    title: "amd_iommu=off",
    cmdline: "amd_iommu=off",
    remapping: ivrs(),
    apic: "x F 254",
    parents: "V.V",
  },
  {
    no: 43,
    title: "built without x2APIC",
    config: { X86_X2APIC: false },
    bios: "x2apic",
    firmware: { mpTable: false },
    apic: "pic NO 254",
    parents: "..",
    online: 1,
  },
  {
    no: 44,
    title: "the same on 5.15",
    version: "5.15",
    config: { X86_X2APIC: false },
    bios: "x2apic",
    panic: /^BIOS has enabled x2apic but kernel doesn't support x2apic/,
  },
  {
    no: 45,
    title: "NumaConnect without remapping",
    firmware: { oemId: "NUMASC", oemTableId: "NCONNECT" },
    apic: "x NC ∞",
    parents: "-.V",
    panic: /I\/O APIC 8 finds no parent/,
  },
  {
    no: 47,
    title: "ID 32768",
    bios: "x2apic",
    ids: [0, 0x7fff, 0x8000],
    remapping: dmar(),
    online: 2,
    lines: ["ACPI: skipped apicid that is too big"],
  },
  {
    no: 47,
    title: "ID 32768 on 6.9",
    version: "6.9",
    bios: "x2apic",
    ids: [0, 0x7fff, 0x8000],
    remapping: dmar(),
    online: 2,
    lines: ["CPU topo: APIC ID 8000 exceeds kernel limit of: 7fff"],
  },
];

const big = { ids: range(0, 287), bios: "x2apic" } as const;

const GUESTS: readonly Case[] = [
  {
    no: 48,
    title: "KVM",
    hypervisor: KVM,
    cpu: noArat,
    apic: "x2 XP 255",
    parents: "VVV",
    lines: ["x2apic enabled", "Switched APIC routing to physical x2apic."],
  },
  { no: 49, title: "KVM with 15 bits", hypervisor: KVM_EXT, apic: "x2 XP 32767", parents: "V.V" },
  { no: 50, title: "288 vCPUs", hypervisor: KVM, ...big, apic: "x2 XP 255", online: 256 },
  { no: 51, title: "and 15 bits", hypervisor: KVM_EXT, ...big, apic: "x2 XP 32767", online: 288 },
  {
    no: 52,
    title: "#50 on 4.19",
    version: "4.19",
    hypervisor: KVM,
    ...big,
    apic: "x PF 254",
    online: 255,
    lines: [REFUSED, "x2apic disabled"],
  },
  {
    no: 53,
    title: "#51 on 5.10",
    version: "5.10",
    hypervisor: KVM_EXT,
    ...big,
    apic: "x2 XP 255",
    online: 256,
  },
  {
    no: 54,
    title: "firmware left xAPIC",
    hypervisor: KVM,
    ids: big.ids,
    apic: "x2 XP 255",
    online: 255,
    lines: ["ACPI: x2apic entry ignored"],
  },
  {
    no: 55,
    title: "remapping wins over 15 bits",
    hypervisor: KVM_EXT,
    ...big,
    remapping: dmar(),
    apic: "x2 XC ∞",
    parents: "I.I",
  },
  {
    no: 56,
    title: "remapping without EIM",
    hypervisor: KVM,
    remapping: dmar({ units: [{ eim: false }] }),
    apic: "x2 XP 255",
    parents: "I.I",
    lines: ["DMAR-IR: Enabled IRQ remapping in xapic mode", "x2apic enabled"],
  },
  {
    no: 57,
    title: "and 15 bits: the hole",
    hypervisor: KVM_EXT,
    ...big,
    remapping: dmar({ units: [{ eim: false }] }),
    apic: "x2 XP 32767",
    parents: "I.I",
    online: 288,
  },
  {
    no: 58,
    title: "nopv",
    cmdline: "nopv",
    hypervisor: KVM,
    apic: "x F 254",
    never: ["Hypervisor detected: KVM"],
  },
  {
    no: 59,
    title: "nox2apic, 16 vCPUs",
    cmdline: "nox2apic",
    hypervisor: KVM,
    ids: range(0, 15),
    apic: "x PF 254",
  },
  { no: 60, title: "no x2APIC", hypervisor: KVM, cpu: { x2apic: false }, apic: "x F 254" },
  { no: 61, title: "x2apic_phys", cmdline: "x2apic_phys", hypervisor: KVM, apic: "x2 XP 255" },
  {
    no: 62,
    title: "boot ID above the limit",
    hypervisor: KVM,
    bios: "x2apic",
    ids: [0x100, 0x101],
    apic: "x2 XP 255",
    online: 1,
  },
  {
    no: 63,
    title: "HPET and ID 511",
    hypervisor: KVM_EXT,
    cpu: noArat,
    bios: "x2apic",
    ids: [0, 0x1ff],
    apic: "x2 XP 32767",
    parents: "VVV",
    online: 2,
  },
  {
    no: 64,
    title: "KVM behind Hyper-V's leaves",
    hypervisor: {
      ...guest("kvm", { 0x40000101: 1 << 15 }, { base: 0x40000100 }),
      leaves: {
        ...guest("kvm", { 0x40000101: 1 << 15 }, { base: 0x40000100 }).leaves,
        ...HYPERV.leaves,
      },
    },
    apic: "x2 XP 32767",
    lines: ["Hypervisor detected: KVM"],
  },
  {
    no: 65,
    title: "Hyper-V's stub",
    hypervisor: HYPERV,
    cpu: noArat,
    ids: range(0, 299),
    bios: "x2apic",
    apic: "x2 XP ∞",
    parents: "H-V",
    online: 300,
  },
  {
    no: 67,
    title: "Hyper-V, 15 bits",
    hypervisor: HYPERV_EXT,
    apic: "x2 XP 32767",
    parents: "V.V",
  },
  {
    no: 68,
    title: "without VS#1",
    hypervisor: HYPERV_EXT_UNSIGNED,
    apic: "x2 XP ∞",
    parents: "H.V",
  },
  {
    no: 68,
    title: "without VS#1 on 6.19",
    version: "6.19",
    hypervisor: HYPERV_EXT_UNSIGNED,
    apic: "x2 XP 32767",
    parents: "V.V",
  },
  {
    no: 69,
    title: "Hyper-V without x2APIC",
    hypervisor: HYPERV,
    cpu: { x2apic: false },
    apic: "x F 254",
    parents: "V.V",
  },
  {
    no: 70,
    title: "the same on 6.6",
    version: "6.6",
    hypervisor: HYPERV,
    cpu: { x2apic: false },
    apic: "x F 254",
    parents: "H.V",
  },
  {
    no: 71,
    title: "Hyper-V, intremap=off",
    cmdline: "intremap=off",
    hypervisor: HYPERV,
    apic: "x2 XP 255",
    parents: "V.V",
  },
  {
    no: 72,
    title: "Hyper-V root",
    hypervisor: {
      ...HYPERV,
      leaves: { ...HYPERV.leaves, "40000003": ["0x60", "0x1000", "0x0", "0x0"] },
    },
    apic: "x2 XP ∞",
    parents: "H.V",
  },
  {
    no: 73,
    title: "Hyper-V trust level 2",
    version: "6.6",
    config: { HYPERV_VTL_MODE: true },
    hypervisor: HYPERV,
    apic: "x2 XP 32767",
    parents: "V.V",
  },
  {
    no: 78,
    title: "Xen PV",
    hypervisor: { ...guest("xen"), xenPv: true },
    bios: "x2apic",
    ids: high,
    apic: "pic XEN ∞",
    parents: "..X",
    online: 5,
  },
  { no: 74, title: "Xen", hypervisor: guest("xen"), apic: "x2 XP 255", parents: "V.V" },
  {
    no: 75,
    title: "Xen, 15 bits",
    hypervisor: guest("xen", { 0x40000004: 1 << 5 }),
    apic: "x2 XP 32767",
  },
  {
    no: 76,
    title: "Xen on 5.15",
    version: "5.15",
    hypervisor: guest("xen"),
    apic: "x F 254",
    lines: [REFUSED],
  },
  { no: 77, title: "Xen, nopv", cmdline: "nopv", hypervisor: guest("xen"), apic: "x F 254" },
  {
    no: 79,
    title: "VMware",
    hypervisor: guest("vmware", {}, { legacyX2apic: true }),
    apic: "x2 XP 255",
    lines: ["Hypervisor detected: VMware"],
  },
  { no: 80, title: "VMware, not offered", hypervisor: guest("vmware"), apic: "x F 254" },
  { no: 81, title: "ACRN", hypervisor: guest("acrn"), apic: "x2 XP 255" },
  { no: 82, title: "Jailhouse", hypervisor: guest("jailhouse"), bios: "x2apic", apic: "x2 XP 255" },
  {
    no: 83,
    title: "Jailhouse, xAPIC",
    hypervisor: guest("jailhouse"),
    ids: [0, 1],
    apic: "x PF 254",
  },
  {
    no: 84,
    title: "bhyve, 15 bits",
    version: "6.19",
    hypervisor: guest("bhyve", { 0x40000001: 1 }, { maxLeaf: 0x40000001 }),
    apic: "x2 XP 32767",
    lines: ["Hypervisor detected: Bhyve"],
  },
  {
    no: 85,
    title: "bhyve without that leaf",
    version: "6.19",
    hypervisor: guest("bhyve", { 0x40000001: 1 }, { maxLeaf: 0x40000000 }),
    apic: "x2 XP 255",
  },
  {
    no: 86,
    title: "bhyve on 6.13",
    version: "6.13",
    hypervisor: guest("bhyve", { 0x40000001: 1 }),
    apic: "x PF 254",
    lines: [REFUSED],
  },
  {
    no: 87,
    title: "Secure AVIC",
    version: "6.19",
    hypervisor: KVM,
    bios: "x2apic",
    cpu: { secureAvic: true },
    apic: "x2 SA 255",
  },
];

Deno.test.each([...BARE, ...GUESTS])("#$no $title", (given) => {
  const answer = boot(machine(given));
  const { apic, parents, online, lines = [], never = [], panic } = given;
  if (apic) assert.equal(apicOf(answer), apic);
  if (parents) assert.equal(parentsOf(answer, given), parents);
  if (online !== undefined) assert.equal(answer.online.length, online);
  for (const line of lines) assert.ok(answer.log.includes(line), `says "${line}"`);
  for (const line of never) assert.ok(!answer.log.includes(line), `does not say "${line}"`);
  if (panic) assert.match(answer.panic ?? "", panic);
  else assert.equal(answer.panic, null);
});

type Answer = ReturnType<typeof boot>;

const MODES = { xapic: "x", x2apic: "x2", pic: "pic" };

function apicOf({ apic, apicDriver }: Answer): string {
  const driver = Object.entries(DRIVERS).find(([, name]) => name === apicDriver)![0];
  return `${MODES[apic.mode]} ${driver} ${apic.maxApicId ?? "∞"}`;
}

const LETTERS = { vector: "V", intelIr: "I", amdIr: "A", hypervIr: "H", xenMsi: "X" };

/** One letter each for the first I/O APIC, the HPET and the first PCI function. */
function parentsOf({ parents }: Answer, { ioapics }: Given): string {
  const id = ioapics?.[0]?.id ?? 8;
  const pci = Object.keys(parents).filter((device) => /^[0-9a-f]{4}:/.test(device)).slice(0, 1);
  return [`ioapic:${id}`, "hpet:0", ...pci].map((device) => {
    const parent = parents[device];
    return parent ? (parent.kind ? LETTERS[parent.kind] : "-") : ".";
  }).join("");
}
