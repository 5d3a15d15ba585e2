/**
 * What a machine file may hold. Each field's message says what mends a wrong value; `parseMachine`
 * puts the file, the field and what was found in front of it. Unknown extra fields are tolerated.
 */
import { z } from "zod";
import type {
  AmdRemapping,
  DmarUnit,
  IntelRemapping,
  IvrsSpecial,
  KernelConfig,
  Machine,
  MachineCpu,
  MachineDelivery,
  MachineFirmware,
  MachineHpet,
  MachineHypervisor,
  MachineIoapic,
  MachineKernel,
  MadtProcessor,
  PciFunction,
} from "./machine.ts";

const text = (mend: string) => z.string({ error: mend });
const flag = (mend = "give true or false") => z.boolean({ error: mend });
const count = (max: number, mend: string) => z.int({ error: mend }).min(0, mend).max(max, mend);
const hex = (digits: number, mend: string) =>
  text(mend).regex(new RegExp(`^0x[0-9a-fA-F]{1,${digits}}$`), mend);
const list = <T extends z.ZodType>(item: T, mend: string) => z.array(item, { error: mend });
/** The fields of `T`, neither more nor less. */
type Shape<T> = { readonly [K in keyof T]-?: z.ZodType<T[K]> };
const record = <T>(shape: Shape<T>, mend = "give an object") => z.object(shape, { error: mend });

const ID_MAX = 0xffff_ffff;
const apicId = count(ID_MAX, "give an APIC ID of 0 … 4294967295");
const tableId = count(255, "give a table id of 0 … 255");
const bdf = text("give a PCI address ssss:bb:dd.f").regex(
  /^[0-9a-f]{4,8}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$/,
  "give a PCI address ssss:bb:dd.f in lower-case hex",
);
const register = hex(8, "give a 32-bit word such as 0x40000001");

const kernel = record<MachineKernel>({
  version: text("give major.minor, such as 6.1, or mail").regex(
    /^(\d+\.\d+|mail)$/,
    "give major.minor, such as 6.1, or mail",
  ),
  release: text("give the release as uname -r prints it"),
  cmdline: text("give the command line, perhaps empty"),
  config: record<KernelConfig>({
    X86_X2APIC: flag(),
    IRQ_REMAP: flag(),
    INTEL_IOMMU: flag(),
    INTEL_IOMMU_DEFAULT_ON: flag(),
    AMD_IOMMU: flag(),
    HYPERV_IOMMU: flag(),
    KVM_GUEST: flag(),
    XEN: flag(),
    ACRN_GUEST: flag(),
    BHYVE_GUEST: flag(),
    JAILHOUSE_GUEST: flag(),
    HYPERV_VTL_MODE: flag().optional(),
    NR_CPUS: z.int({ error: "give a number of CPUs of 1 … 8192" })
      .min(1, "give at least 1")
      .max(8192, "give at most 8192, Linux's own maximum on x86"),
  }),
});

const cpu = record<MachineCpu>({
  vendor: text("give the vendor string of CPUID leaf 0"),
  x2apic: flag(),
  arat: flag(),
  xapicLocked: flag().optional(),
  packageShift: count(31, "give a shift of 0 … 31").optional(),
  secureAvic: flag().optional(),
});

const SIGNATURES = ["kvm", "hyperv", "vmware", "xen", "bhyve", "acrn", "jailhouse", "tcg"] as const;
const hypervisor = record<MachineHypervisor>({
  cpuidHypervisorBit: flag(),
  signature: z.enum(SIGNATURES, { error: `give one of ${SIGNATURES.join(", ")}, or null` })
    .nullable(),
  base: hex(8, "give the signature's leaf, such as 0x40000000, or null").nullable(),
  leaves: z.record(
    z.string().regex(/^(0x)?[0-9a-fA-F]{8}$/, "name each leaf by its 8 hex digits"),
    z.tuple([register, register, register, register], {
      error: "give [eax, ebx, ecx, edx] as 32-bit hex words",
    }),
    { error: "give an object from leaf to [eax, ebx, ecx, edx]" },
  ),
  vmwareLegacyX2apic: flag().optional(),
  xenPv: flag().optional(),
});

const firmware = record<MachineFirmware>({
  x2apicEnabled: flag(),
  bootApicId: apicId,
  fadtPhysical: flag().optional(),
  fadtRevision: count(255, "give a table revision of 0 … 255").optional(),
  fadtMinorRevision: count(255, "give a minor revision of 0 … 255").optional(),
  oemId: text("give the MADT's OEM id").optional(),
  oemTableId: text("give the MADT's OEM table id").optional(),
  mpTable: flag().optional(),
});

const madtProcessor = record<MadtProcessor>({
  apicId,
  entry: z.enum(["lapic", "x2apic"], { error: "give lapic (type 0) or x2apic (type 9)" }),
  enabled: flag(),
  onlineCapable: flag().optional(),
});

const ioapic = record<MachineIoapic>({
  id: tableId,
  address: hex(8, "give a 32-bit address such as 0xfec00000"),
  gsiBase: count(ID_MAX, "give the first GSI, 0 or more"),
  pins: z.int({ error: "give 1 … 240 pins" }).min(1, "give 1 … 240 pins").max(240, "give 1 … 240"),
});

const hpet = record<MachineHpet>({
  id: tableId,
  fsb: flag(),
  timers: count(32, "give 0 … 32 comparators"),
}, "give null, or an object with id, fsb and timers");

const dmarUnit = record<DmarUnit>({
  address: hex(16, "give the unit's register base such as 0xfed90000"),
  segment: count(0xffff, "give a PCI segment of 0 … 65535"),
  includeAll: flag(),
  ioapics: list(tableId, "list the enumeration ids of the I/O APICs in scope"),
  hpets: list(tableId, "list the enumeration ids of the HPETs in scope"),
  devices: list(text("give a PCI address or a bridge's bus and path"), "list the devices in scope"),
  ir: flag("give true, false, or null when unknown").nullable(),
  eim: flag("give true, false, or null when unknown").nullable(),
});

const ivrsSpecial = record<IvrsSpecial>({
  id: tableId,
  requesterId: hex(4, "give a requester id such as 0x00a0"),
});

const remapping = z.discriminatedUnion("vendor", [
  record<IntelRemapping>({
    vendor: z.literal("intel"),
    intrRemapFlag: flag(),
    x2apicOptOut: flag(),
    units: list(dmarUnit, "list the remapping units"),
  }),
  record<AmdRemapping>({
    vendor: z.literal("amd"),
    ivhdTypes: list(hex(2, "give an IVHD type such as 0x11"), "list the IVHD block types"),
    efr: hex(16, "give the extended feature register, such as 0x29d7").nullable(),
    ga: flag(),
    xt: flag(),
    ioapics: list(ivrsSpecial, "list the I/O APICs of the IVRS"),
    hpets: list(ivrsSpecial, "list the HPETs of the IVRS"),
  }),
], { error: "give null, or an object whose vendor is intel or amd" });

const delivery = record<MachineDelivery>({
  messageDestBits: z.literal([8, 15], { error: "give 8 or 15" }),
  compatPassesRemapping: flag().optional(),
  ioapicDestBits: z.literal([8, 15], { error: "give 8 or 15" }).optional(),
  apic: z.enum(["arch", "kvm", "qemu-tcg", "xen"], {
    error: "give arch, kvm, qemu-tcg or xen",
  }).optional(),
  kvmBroadcastQuirk: flag().optional(),
});

const device = record<PciFunction>({
  bdf,
  id: text("give vendor:device in hex"),
  revision: count(255, "give the revision id, 0 … 255").optional(),
  class: text("give the class code as 6 hex digits").regex(
    /^[0-9a-fA-F]{6}$/,
    "give the class code as 6 hex digits",
  ),
  msi: count(32, "give the number of MSI messages, 0 … 32"),
  msix: count(2048, "give the number of MSI-X messages, 0 … 2048"),
  uses: z.enum(["msi", "msix", "none"], { error: "give msi, msix or none" }),
});

/** The one schema of a machine file. */
export const machineSchema: z.ZodType<Machine> = record<Machine>({
  name: text("give any text"),
  kernel,
  cpu,
  hypervisor,
  firmware,
  cpus: list(madtProcessor, "list the MADT's processor entries"),
  ioapics: list(ioapic, "list the I/O APICs"),
  hpet: hpet.nullable(),
  remapping: remapping.nullable(),
  delivery,
  devices: list(device, "list every PCI function"),
}, "write one JSON object, the machine");
