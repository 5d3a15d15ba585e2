/** The options of a kernel command line that bear on interrupt routing. */
export interface Options {
  readonly nox2apic: boolean;
  readonly x2apicPhys: boolean;
  readonly noapic: boolean;
  readonly nolapic: boolean;
  readonly nopv: boolean;
  /** Null: not given. 0 (also `nosmp`) means one CPU and no I/O APIC. */
  readonly maxcpus: number | null;
  readonly nrCpus: number | null;
  readonly possibleCpus: number | null;
  readonly disableCpuApicid: number | null;
  readonly intremapOff: boolean;
  readonly noX2apicOptout: boolean;
  readonly nosid: boolean;
  readonly pciNomsi: boolean;
  /** `amd_iommu=off`, or `iommu=off`, with which `amd_iommu_detect` finds nothing. */
  readonly amdIommuOff: boolean;
  /** `amd_iommu_guest_ir=legacy`: IRTEs of 32 bits. */
  readonly amdLegacyIr: boolean;
  /** Null: as the kernel was configured. */
  readonly intelIommu: "on" | "off" | null;
  readonly iommuOff: boolean;
  readonly hpetOff: boolean;
  readonly hpetMsiOff: boolean;
  /** I/O APIC or HPET id to requester id, from `ivrs_ioapic` and `ivrs_hpet`. */
  readonly ivrsIoapics: ReadonlyMap<number, number>;
  readonly ivrsHpets: ReadonlyMap<number, number>;
}

type Draft = { -readonly [K in keyof Options]: Options[K] };
type Handler = (draft: Draft, value: string) => void;

/** What a command line says; words that bear on nothing here are passed over. */
export function parseCmdline(cmdline: string): Options {
  if (parsed?.cmdline !== cmdline) parsed = { cmdline, options: readWords(cmdline) };
  return parsed.options;
}

/** A sweep asks about one command line many times over. */
let parsed: { readonly cmdline: string; readonly options: Options } | null = null;

function readWords(cmdline: string): Options {
  const draft: Draft = { ...DEFAULTS };
  for (const word of cmdline.split(/\s+/)) {
    if (word === "--") break; // what follows is init's
    const equals = word.indexOf("=");
    const name = equals < 0 ? word : word.slice(0, equals);
    const bracket = name.indexOf("[");
    const key = bracket < 0 ? name : name.slice(0, bracket);
    const handler = Object.hasOwn(HANDLERS, key) ? HANDLERS[key] : undefined;
    handler?.(draft, bracket < 0 ? (equals < 0 ? "" : word.slice(equals + 1)) : word);
  }
  return draft;
}

const NONE: ReadonlyMap<number, number> = new Map();

const DEFAULTS: Options = {
  nox2apic: false,
  x2apicPhys: false,
  noapic: false,
  nolapic: false,
  nopv: false,
  maxcpus: null,
  nrCpus: null,
  possibleCpus: null,
  disableCpuApicid: null,
  intremapOff: false,
  noX2apicOptout: false,
  nosid: false,
  pciNomsi: false,
  amdIommuOff: false,
  amdLegacyIr: false,
  intelIommu: null,
  iommuOff: false,
  hpetOff: false,
  hpetMsiOff: false,
  ivrsIoapics: NONE,
  ivrsHpets: NONE,
};

const nolapic: Handler = (draft) => draft.nolapic = true;

/** `nosmp` and `maxcpus=0` also call `arch_disable_smp_support`, which skips the I/O APIC. */
const maxcpus: Handler = (draft, value) => {
  const count = Number.parseInt(value);
  if (Number.isNaN(count)) return;
  draft.maxcpus = count;
  if (count === 0) draft.noapic = true;
};

/** Source: Linux 6.1 drivers/iommu/irq_remapping.c setup_irqremap, a prefix match per item. */
const intremap: Handler = (draft, value) => {
  for (const item of value.split(",")) {
    if (item.startsWith("on")) draft.intremapOff = false;
    else if (item.startsWith("off")) draft.intremapOff = true;
    else if (item.startsWith("nosid")) draft.nosid = true;
    else if (item.startsWith("no_x2apic_optout")) draft.noX2apicOptout = true;
  }
};

const HANDLERS: Readonly<Record<string, Handler | undefined>> = {
  nox2apic: (draft) => draft.nox2apic = true,
  x2apic_phys: (draft) => draft.x2apicPhys = true,
  noapic: (draft) => draft.noapic = true,
  nolapic,
  disableapic: nolapic,
  nopv: (draft) => draft.nopv = true,
  maxcpus,
  nosmp: (draft) => maxcpus(draft, "0"),
  nr_cpus: (draft, value) => draft.nrCpus = positive(value),
  possible_cpus: (draft, value) => draft.possibleCpus = positive(value),
  disable_cpu_apicid: (draft, value) => draft.disableCpuApicid = natural(value),
  intremap,
  nointremap: (draft) => draft.intremapOff = true,
  pci: (draft, value) => {
    if (value.split(",").includes("nomsi")) draft.pciNomsi = true;
  },
  amd_iommu: (draft, value) => {
    if (value.split(",").some((item) => item.startsWith("off"))) draft.amdIommuOff = true;
  },
  amd_iommu_guest_ir: (draft, value) => draft.amdLegacyIr = value.startsWith("legacy"),
  intel_iommu: (draft, value) => {
    for (const item of value.split(",")) {
      if (item.startsWith("on")) draft.intelIommu = "on";
      else if (item.startsWith("off")) draft.intelIommu = "off";
    }
  },
  iommu: (draft, value) => {
    if (!value.split(",").some((item) => item.startsWith("off"))) return;
    draft.iommuOff = true;
    draft.amdIommuOff = true;
  },
  hpet: (draft, value) => {
    if (value.startsWith("disable")) draft.hpetOff = true;
  },
  "hpet.msi": (draft, value) => draft.hpetMsiOff = /^(0|n|off)/i.test(value),
  nohpet: (draft) => draft.hpetOff = true,
  ivrs_ioapic: (draft, word) => draft.ivrsIoapics = withOverride(draft.ivrsIoapics, word),
  ivrs_hpet: (draft, word) => draft.ivrsHpets = withOverride(draft.ivrsHpets, word),
};

function natural(text: string): number | null {
  const value = Number(text);
  return text !== "" && Number.isInteger(value) && value >= 0 ? value : null;
}

function positive(text: string): number | null {
  const value = Number.parseInt(text);
  return value > 0 ? value : null;
}

/** `ivrs_ioapic[4]=00:14.0`, or `ivrs_ioapic=4@0000:00:14.0` of newer kernels. */
function withOverride(
  overrides: ReadonlyMap<number, number>,
  word: string,
): ReadonlyMap<number, number> {
  const match = /(?:\[(\w+)\]=|^(?:\w+=)?(\w+)@)(?:[0-9a-f]{4}:)?([0-9a-f]+):([0-9a-f]+)\.([0-7])/i
    .exec(word);
  if (!match) return overrides;
  const [bus, device] = [match[3], match[4]].map((digits) => Number.parseInt(digits!, 16));
  const requesterId = bus! << 8 | device! << 3 | Number(match[5]);
  return new Map([...overrides, [Number(match[1] ?? match[2]), requesterId]]);
}
