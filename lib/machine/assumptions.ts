/** What is taken for granted of a machine where its own files do not tell, and on what ground. */
import {
  type HypervisorName,
  isPromised,
  promiseOf,
  SIGNATURES,
} from "../firmware/hypervisor_leaves.ts";
import type { DmesgFacts, DmesgFunction } from "../firmware/dmesg_facts.ts";
import { hex } from "../firmware/hex.ts";
import type { MessagingFunction } from "../firmware/interrupts_text.ts";
import type { Hints } from "../firmware/machine_fields.ts";
import { NEWEST } from "./kernel_version.ts";
import type { Machine } from "./machine.ts";

/** A value and its ground. */
export interface Guess<T> {
  readonly value: T;
  readonly because: string;
}

type Kernel = Machine["kernel"];

/** The newest kernel modelled, without options. */
export function assumedKernel(): {
  readonly [K in "version" | "release" | "cmdline"]: Guess<Kernel[K]>;
} {
  const value = `${NEWEST.major}.${NEWEST.minor}`;
  const because = "no file tells the kernel; it is the newest one modelled";
  return {
    version: { value, because },
    release: { value, because },
    cmdline: { value: "", because: "no file tells the command line" },
  };
}

/** What distributions build, and what the log shows to be built. */
export function assumedConfig({ hypervisor, nrCpus }: DmesgFacts): Guess<Kernel["config"]> {
  const config = {
    X86_X2APIC: true,
    IRQ_REMAP: true,
    INTEL_IOMMU: true,
    INTEL_IOMMU_DEFAULT_ON: true,
    AMD_IOMMU: true,
    HYPERV_IOMMU: true,
    KVM_GUEST: true,
    XEN: true,
    ACRN_GUEST: hypervisor === "acrn",
    BHYVE_GUEST: hypervisor === "bhyve",
    JAILHOUSE_GUEST: hypervisor === "jailhouse",
    NR_CPUS: nrCpus ?? 8192,
  };
  const shown = [
    ...(hypervisor ? ["the hypervisor it found"] : []),
    ...(nrCpus === undefined ? [] : ["NR_CPUS"]),
  ];
  const log = shown.length > 0 ? `; the log tells ${shown.join(" and ")}` : "";
  return { value: config, because: `built as distributions build it${log}` };
}

/** The hypervisor that the log names, with its signature where all put it. */
export function assumedHypervisor({ log, processors }: Hints): Guess<Machine["hypervisor"]> {
  const { hypervisor } = log;
  const flagged = processors.some(({ flags }) => flags.includes("hypervisor"));
  if (!hypervisor) return namelessHypervisor(flagged, log);
  return {
    value: {
      cpuidHypervisorBit: true,
      signature: hypervisor,
      base: "0x40000000",
      leaves: leavesOf(hypervisor),
    },
    because: "the log names it",
  };
}

function namelessHypervisor(
  flagged: boolean,
  { release }: DmesgFacts,
): Guess<Machine["hypervisor"]> {
  const because = release !== undefined
    ? "the log names none"
    : flagged
    ? "/proc/cpuinfo flags one, and no file tells whose it is"
    : "no file tells of one";
  return {
    value: { cpuidHypervisorBit: flagged, signature: null, base: null, leaves: {} },
    because,
  };
}

/** Greatest leaf that a platform's detection asks for. */
const LEAST_LEAVES: Partial<Readonly<Record<HypervisorName, number>>> = { hyperv: 5, xen: 4 };
const BASE = 0x4000_0000;

/** A signature and the leaves Linux insists on. */
function leavesOf(name: HypervisorName): Machine["hypervisor"]["leaves"] {
  const letters = Object.keys(SIGNATURES).find((text) => SIGNATURES[text] === name)!;
  return {
    [leafName(BASE)]: [hex(BASE + (LEAST_LEAVES[name] ?? 1), 8), ...wordsOf(letters)],
    ...(name === "hyperv" && { [leafName(BASE + 3)]: eaxOnly(HYPERV_MSRS) }),
  };
}

/**
 * The leaves of the promise that a hypervisor may make, by name; none of those that never do.
 * Linux 6.12 believes Hyper-V's only beside the "VS#1" of the leaf before it.
 * Source: Linux 6.12 arch/x86/kernel/cpu/mshyperv.c ms_hyperv_msi_ext_dest_id.
 */
export function promisedLeaves(
  { signature, base }: Machine["hypervisor"],
): Machine["hypervisor"]["leaves"] {
  const promise = signature === null ? undefined : promiseOf(signature);
  if (!promise || base === null) return {};
  const at = Number(base) + promise.leaf;
  return {
    [leafName(at)]: eaxOnly(2 ** promise.bit),
    ...(signature === "hyperv" && { [leafName(at - 1)]: eaxOnly(VS1) }),
  };
}

/** "VS#1", the interface of Hyper-V's virtualization stack. */
const VS1 = 0x3123_5356;

/** Hypercall and virtual-processor index MSRs. Source: Linux mshyperv.c ms_hyperv_platform. */
const HYPERV_MSRS = 0x60;

function leafName(leaf: number): string {
  return leaf.toString(16);
}

type Words = Machine["hypervisor"]["leaves"][string];

function eaxOnly(eax: number): Words {
  const zero = hex(0, 8);
  return [hex(eax, 8), zero, zero, zero];
}

function wordsOf(letters: string): [string, string, string] {
  const word = (at: number) =>
    [3, 2, 1, 0].reduce((bits, byte) => bits * 256 + letters.charCodeAt(at + byte), 0);
  return [hex(word(0), 8), hex(word(4), 8), hex(word(8), 8)];
}

/** As many processors as came up or were counted, with the IDs that the files give away. */
export function assumedCpus(hints: Hints): Guess<Machine["cpus"]> {
  const { processors, log } = hints;
  const known = knownIds(hints);
  const counted = log.cpus.possible ?? log.cpus.online ?? 0;
  const count = Math.max(counted, processors.length, ...[...known.keys()].map((cpu) => cpu + 1), 1);
  const free = freeIds(new Set(known.values()));
  const ids = Array.from({ length: count }, (_, cpu) => known.get(cpu) ?? free.next().value);
  const value = [...ids, ...log.uncounted].map(processorOf);
  return { value, because: groundOfCpus(hints, count) };
}

/** 0, 1, … without those that are taken. */
function* freeIds(taken: ReadonlySet<number>): Generator<number, never> {
  for (let id = 0;; id++) if (!taken.has(id)) yield id;
}

/** APIC IDs by Linux's number: those printed, and of refused CPUs one that is beyond reach. */
function knownIds({ processors, log }: Hints): ReadonlyMap<number, number> {
  const boot = log.bootApicId === undefined ? [] : [[0, log.bootApicId] as const];
  const refused = log.refused.map(({ cpu, apicId = 0x100 + cpu }) => [cpu, apicId] as const);
  const running = processors.flatMap(({ processor, apicId }) =>
    apicId === undefined ? [] : [[processor, apicId] as const]
  );
  return new Map([...boot, ...refused, ...running]);
}

function groundOfCpus({ processors, log }: Hints, count: number): string {
  if (processors.length > 0) return "/proc/cpuinfo lists those that run";
  const { possible, online } = log.cpus;
  if (possible === undefined && online === undefined) return "no file tells them; one is the least";
  return `the log counts ${count}; their IDs are taken in order, those of refused ones above 255`;
}

/** Firmware writes type 9 entries for what a byte cannot hold. Source: ACPI 6.5 5.2.12.12. */
function processorOf(apicId: number): Machine["cpus"][number] {
  return { apicId, entry: apicId < 0xff ? "lapic" : "x2apic", enabled: true };
}

export function assumedIoapic(): Guess<Machine["ioapics"]> {
  return {
    value: [{ id: 0, address: "0xfec00000", gsiBase: 0, pins: 24 }],
    because: "no file tells them; it is the PC's own",
  };
}

/** Units that the log prints; which PCI devices they have in scope it does not. */
export function assumedRemapping(log: DmesgFacts): Guess<Machine["remapping"]> {
  const { drhds, efr } = log.remapping;
  if (drhds.length > 0) return intelFromLog(log);
  if (efr !== undefined) return amdFromLog(log, efr);
  const logged = log.release !== undefined;
  return { value: null, because: logged ? "the log tells of no unit" : "no file tells of a unit" };
}

function intelFromLog({ remapping, units }: DmesgFacts): Guess<Machine["remapping"]> {
  const { drhds, scopes, mode, optedOut } = remapping;
  const inScope = (kind: "ioapic" | "hpet", address: string) =>
    scopes.filter((each) => each.kind === kind && each.address === address).map(({ id }) => id);
  return {
    value: {
      vendor: "intel",
      intrRemapFlag: mode !== undefined || scopes.length > 0,
      x2apicOptOut: optedOut,
      units: drhds.map(({ address, includeAll }, i) => ({
        address,
        segment: 0,
        includeAll: includeAll || i === drhds.length - 1,
        ioapics: inScope("ioapic", address),
        hpets: inScope("hpet", address),
        devices: [],
        ...capabilityOf(units.find((unit) => hex(unit.address) === address)?.ecap),
      })),
    },
    because: "the log prints the units; the last of them is taken to have every PCI device",
  };
}

/** ECAP bits 3 and 4. Source: Intel VT-d 11.4.3. */
function capabilityOf(ecap: bigint | undefined) {
  if (ecap === undefined) return { ir: null, eim: null };
  return { ir: (ecap >> 3n & 1n) === 1n, eim: (ecap >> 4n & 1n) === 1n };
}

function amdFromLog(log: DmesgFacts, efr: string): Guess<Machine["remapping"]> {
  const bit = (at: bigint) => (BigInt(efr) >> at & 1n) === 1n;
  const listed = log.ioapics.filter(({ id }) => !log.remapping.unlisted.includes(id));
  return {
    value: {
      vendor: "amd",
      ivhdTypes: ["0x10", "0x11"],
      efr,
      ga: bit(7n),
      xt: bit(2n),
      ioapics: listed.map(({ id }) => ({ id, requesterId: hex(southbridgeOf(log), 4) })),
      hpets: [],
    },
    because: "the log prints the unit's features, and whether its IVRS satisfied the kernel",
  };
}

/** 00:14.0, where every AMD southbridge was until kernels asked for its class. */
const SOUTHBRIDGE = 0xa0;

/**
 * A requester id that the kernel of a log found to be the southbridge, or one that it did not.
 * Source: Linux 7.3 drivers/iommu/amd/init.c check_ioapic_information.
 */
function southbridgeOf({ release, functions, remapping: { southbridgeMissing } }: DmesgFacts) {
  const byClass = Number.parseInt(release?.version ?? "0") >= 7;
  const bridge = functions.find(({ class: code }) => /^(0601|0c05)/.test(code));
  const found = byClass && bridge ? requesterOf(bridge.bdf) : SOUTHBRIDGE;
  return southbridgeMissing ? found ^ 1 : found;
}

/** Bus 15:8, device 7:3, function 2:0 of `ssss:bb:dd.f`. */
function requesterOf(bdf: string): number {
  const [bus, device, fn] = bdf.split(/[:.]/).slice(-3).map((digits) =>
    Number.parseInt(digits, 16)
  );
  return bus! << 8 | device! << 3 | fn!;
}

/** What the platform does with a message is in no file: it follows what is promised. */
export function assumedDelivery(
  hypervisor: Machine["hypervisor"],
  { qemu }: Hints,
): Guess<Machine["delivery"]> {
  const promised = promisesExtension(hypervisor);
  const bits = promised
    ? "the hypervisor promises 15-bit destinations"
    : "nothing promises more than 8-bit destinations";
  const pass = qemu ? "; QEMU lets compatibility messages pass its remapping units" : "";
  return {
    value: {
      messageDestBits: promised ? 15 : 8,
      ...(qemu && { compatPassesRemapping: true }),
    },
    because: bits + pass,
  };
}

function promisesExtension({ signature, base, leaves }: Machine["hypervisor"]): boolean {
  const promise = signature === null ? undefined : promiseOf(signature);
  if (!promise || base === null) return false;
  const words = leaves[leafName(Number(base) + promise.leaf)];
  return words !== undefined && isPromised(promise, Number(words[0]));
}

/** The functions that the log or /proc/interrupts name; what they offer is told by their class. */
export function assumedDevices({ log, messaging }: Hints): Guess<Machine["devices"]> {
  const users = new Map(messaging.map((each) => [each.bdf, each]));
  const listed = log.functions.map((each) => deviceOf(each, users.get(each.bdf), messaging));
  const others = messaging.filter(({ bdf }) => !log.functions.some((each) => each.bdf === bdf))
    .map((each) => deviceOf({ bdf: each.bdf, id: "ffff:ffff", class: "000000" }, each, messaging));
  const because = log.functions.length > 0
    ? "the log lists them; their messages are those that /proc/interrupts counts, else usual ones"
    : messaging.length > 0
    ? "/proc/interrupts counts their messages"
    : "no file tells of any";
  return { value: [...listed, ...others], because };
}

/** What drivers of a class take, by its first two bytes. */
const USUAL: Readonly<Record<string, MessagingFunction["uses"]>> = {
  "0108": "msix",
  "0106": "msi",
  "0200": "msix",
};

function deviceOf(
  found: DmesgFunction,
  user: MessagingFunction | undefined,
  messaging: readonly MessagingFunction[],
): Machine["devices"][number] {
  const usual = USUAL[found.class.slice(0, 4)];
  const uses = user ? user.uses ?? usual ?? "msi" : messaging.length > 0 ? undefined : usual;
  const messages = Math.max(user?.messages ?? 1, 1);
  return {
    ...found,
    msi: uses === "msi" ? 1 : 0,
    msix: uses === "msix" ? messages : 0,
    uses: uses ?? "none",
  };
}
