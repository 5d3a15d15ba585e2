/** Machines for tables of cases: a plain one, and what each case changes. */
import { parseMachine } from "../../lib/machine/parse_machine.ts";
import type {
  AmdRemapping,
  IntelRemapping,
  KernelConfig,
  Machine,
  MachineHpet,
  MachineIoapic,
} from "../../lib/machine/machine.ts";

export interface Given {
  readonly version?: string;
  readonly release?: string;
  readonly cmdline?: string;
  readonly config?: Partial<KernelConfig>;
  readonly ids?: readonly number[];
  readonly bootId?: number;
  /** Firmware hands over in x2APIC mode. */
  readonly bios?: "xapic" | "x2apic";
  readonly cpu?: Partial<Machine["cpu"]>;
  readonly hypervisor?: Machine["hypervisor"];
  readonly firmware?: Partial<Machine["firmware"]>;
  readonly ioapics?: readonly MachineIoapic[];
  readonly hpet?: MachineHpet | null;
  readonly remapping?: IntelRemapping | AmdRemapping | null;
  readonly devices?: Machine["devices"];
}

/** A bare-metal machine of four CPUs with one I/O APIC, an AHCI and an NVMe, as a case has it. */
export function machine(given: Given = {}): Machine {
  const ids = given.ids ?? [0, 1, 2, 3];
  const version = given.version ?? "6.1";
  return parseMachine({
    name: "constructed",
    kernel: {
      version,
      release: given.release ?? version,
      cmdline: given.cmdline ?? "",
      config: { ...CONFIG, ...given.config },
    },
    cpu: { vendor: "GenuineIntel", x2apic: true, arat: true, ...given.cpu },
    hypervisor: given.hypervisor ?? NO_HYPERVISOR,
    firmware: {
      x2apicEnabled: given.bios === "x2apic",
      bootApicId: given.bootId ?? ids[0]!,
      ...given.firmware,
    },
    cpus: ids.map((apicId) => ({
      apicId,
      entry: apicId < 255 ? "lapic" : "x2apic",
      enabled: true,
    })),
    ioapics: given.ioapics ?? [ioapic(8)],
    hpet: given.hpet === undefined ? { id: 0, fsb: true, timers: 8 } : given.hpet,
    remapping: given.remapping ?? null,
    delivery: { messageDestBits: 8 },
    devices: given.devices ?? DEVICES,
  });
}

const CONFIG: KernelConfig = {
  X86_X2APIC: true,
  IRQ_REMAP: true,
  INTEL_IOMMU: true,
  INTEL_IOMMU_DEFAULT_ON: false,
  AMD_IOMMU: true,
  HYPERV_IOMMU: true,
  KVM_GUEST: true,
  XEN: true,
  ACRN_GUEST: true,
  BHYVE_GUEST: true,
  JAILHOUSE_GUEST: true,
  NR_CPUS: 8192,
};

const DEVICES: Machine["devices"] = [
  { bdf: "0000:00:1f.2", id: "8086:2922", class: "010601", msi: 1, msix: 0, uses: "msi" },
  { bdf: "0000:01:00.0", id: "1b36:0010", class: "010802", msi: 0, msix: 65, uses: "msix" },
];

export const NO_HYPERVISOR: Machine["hypervisor"] = {
  cpuidHypervisorBit: false,
  signature: null,
  base: null,
  leaves: {},
};

export function ioapic(id: number, gsiBase = 0): MachineIoapic {
  const address = `0x${(0xfec00000 + id * 0x1000).toString(16)}`;
  return { id, address, gsiBase, pins: 24 };
}

type Signature = NonNullable<Machine["hypervisor"]["signature"]>;

/** A hypervisor whose signature leaf stands at `base`, with further leaves' EAX. */
export function guest(
  signature: Signature,
  eax: Readonly<Record<number, number>> = {},
  { base = 0x4000_0000, maxLeaf, legacyX2apic = false }: {
    readonly base?: number;
    readonly maxLeaf?: number;
    readonly legacyX2apic?: boolean;
  } = {},
): Machine["hypervisor"] {
  const leaves: Record<string, [string, string, string, string]> = {
    [base.toString(16)]: [hex(maxLeaf ?? base + 0x100), ...SIGNATURE_WORDS[signature]],
  };
  for (const [leaf, value] of Object.entries(eax)) {
    leaves[Number(leaf).toString(16)] = [hex(value), "0x0", "0x0", "0x0"];
  }
  return {
    cpuidHypervisorBit: true,
    signature,
    base: hex(base),
    leaves,
    vmwareLegacyX2apic: legacyX2apic,
  };
}

const hex = (word: number) => `0x${word.toString(16)}`;

const SIGNATURE_WORDS: Readonly<Record<Signature, readonly [string, string, string]>> = {
  kvm: ["0x4b4d564b", "0x564b4d56", "0x4d"],
  hyperv: ["0x7263694d", "0x666f736f", "0x76482074"],
  vmware: ["0x61774d56", "0x4d566572", "0x65726177"],
  xen: ["0x566e6558", "0x65584d4d", "0x4d4d566e"],
  bhyve: ["0x76796862", "0x68622065", "0x20657679"],
  acrn: ["0x4e524341", "0x4e524341", "0x4e524341"],
  jailhouse: ["0x6c69614a", "0x73756f68", "0x65"],
  tcg: ["0x54474354", "0x43544743", "0x47435447"],
};

export const KVM = guest("kvm");
export const KVM_EXT = guest("kvm", { 0x40000001: 1 << 15 });

const HYPERV_LEAVES = { 0x40000003: 0x60 };
export const HYPERV = guest("hyperv", HYPERV_LEAVES);
export const HYPERV_EXT = guest("hyperv", {
  ...HYPERV_LEAVES,
  0x40000081: 0x31235356,
  0x40000082: 4,
});
export const HYPERV_EXT_UNSIGNED = guest("hyperv", { ...HYPERV_LEAVES, 0x40000082: 4 });

/** A DMAR whose one unit covers everything; each unit may be changed. */
export function dmar(
  given: Partial<Omit<IntelRemapping, "vendor" | "units">> & {
    readonly units?: readonly Partial<IntelRemapping["units"][number]>[];
  } = {},
): IntelRemapping {
  const { units = [{}], ...header } = given;
  return {
    vendor: "intel",
    intrRemapFlag: true,
    x2apicOptOut: false,
    ...header,
    units: units.map((unit, at) => ({
      address: `0x${(0xfed90000 + at * 0x1000).toString(16)}`,
      segment: 0,
      includeAll: at === units.length - 1,
      ioapics: [8],
      hpets: [0],
      devices: [],
      ir: true,
      eim: true,
      ...unit,
    })),
  };
}

/** An IVRS with GA and XT that places I/O APIC 8 at the southbridge. */
export function ivrs(given: Partial<AmdRemapping> = {}): AmdRemapping {
  return {
    vendor: "amd",
    ivhdTypes: ["0x10", "0x11"],
    efr: null,
    ga: true,
    xt: true,
    ioapics: [{ id: 8, requesterId: "0x00a0" }],
    hpets: [{ id: 0, requesterId: "0x00a0" }],
    ...given,
  };
}

/** Whole numbers from `first` to `last`. */
export function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
