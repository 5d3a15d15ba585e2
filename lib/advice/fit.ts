/**
 * Whether so many CPUs in such a topology will work, asked of the model itself: the first platform
 * on a ladder of ever more capable ones that brings all of them up and reaches them.
 */
import type { Machine } from "../machine/machine.ts";
import { MAX_LOCAL_APIC } from "../linux/registration.ts";
import { bootOutcome } from "../routing/outcome.ts";
import { machineWith } from "../routing/space.ts";
import { apicIdOf, cpuCount, maxApicId, type Topology } from "./topology.ts";

/** Whether a topology's APIC IDs can all be reached, and what that takes. */
export interface Fit {
  /** Of all CPUs the topology has room for: those plugged in later count too. */
  readonly maxApicId: number;
  /** Of the CPUs present from the start. */
  readonly apicIds: readonly number[];
  /** It works on any platform, remapping or not. */
  readonly safe: boolean;
  /** What the platform must offer; empty when safe. */
  readonly needs: readonly string[];
  /** The topology nearest to it that is safe, null where there is none for so many CPUs. */
  readonly nearest: (Topology & { readonly maxApicId: number }) | null;
}

/**
 * Fits `cpus` CPUs into a topology with room for at least as many. Throws RangeError where it has
 * less, and where no processor can have the IDs.
 */
export function fit(cpus: number, topology: Topology): Fit {
  checkRoom(cpus, topology);
  checkIds(topology);
  const needs = needsOf(topology);
  return {
    maxApicId: maxApicId(topology),
    apicIds: apicIdsOf(topology, cpus),
    safe: needs.length === 0,
    needs,
    nearest: needs.length === 0
      ? { ...topology, maxApicId: maxApicId(topology) }
      : nearest(cpus, topology),
  };
}

function checkRoom(cpus: number, topology: Topology): void {
  const room = cpuCount(topology);
  if (room >= cpus) return;
  throw new RangeError(
    `Cannot fit ${cpus} CPUs: ${inWords(topology)} have room for ${room}; give more sockets`,
  );
}

/** All ones is broadcast. Source: Intel SDM volume 3, 11.12.9. */
const GREATEST_ID = 0xffff_fffe;

function checkIds(topology: Topology): void {
  const last = maxApicId(topology);
  if (last <= GREATEST_ID) return;
  throw new RangeError(
    `Cannot fit CPUs into ${
      inWords(topology)
    }: the last APIC ID would be ${last}, and the 32 bits ` +
      `of an ID end at ${GREATEST_ID}; give fewer sockets, cores or threads`,
  );
}

function inWords({ sockets, cores, threads }: Topology): string {
  return `${sockets} sockets of ${cores} cores of ${threads} threads`;
}

function apicIdsOf(topology: Topology, cpus: number): readonly number[] {
  return Array.from({ length: cpus }, (_, cpu) => apicIdOf(topology, cpu));
}

interface Rung {
  readonly needs: readonly string[];
  readonly platform: Machine;
}

const BY_REMAPPING = "interrupt remapping with 32 bits (VT-d with EIM, AMD with XT)";
const FROM_FIRMWARE = "firmware that hands over in x2APIC mode";

/** From the least demanding platform upwards. */
const LADDER: readonly Rung[] = [
  { needs: [], platform: machineWith({}) },
  {
    needs: [
      FROM_FIRMWARE,
      `a hypervisor that vouches for x2APIC without remapping, or ${BY_REMAPPING}`,
    ],
    platform: machineWith({ platform: "KVM", firmware: "x2APIC" }),
  },
  {
    needs: [
      FROM_FIRMWARE,
      `15-bit destinations from the hypervisor and Linux 5.11 or later, or ${BY_REMAPPING}`,
    ],
    platform: machineWith({ platform: "KVM, 15 bits", firmware: "x2APIC" }),
  },
];

const NOT_BY_LINUX = "APIC IDs below 32768: Linux registers no others";
/** `NR_CPUS_RANGE_END` of arch/x86/Kconfig. */
const MOST_CPUS = 8192;
const TOO_MANY = `at most ${MOST_CPUS} CPUs: Linux on x86 can be built for no more (NR_CPUS)`;

/** IDs are listed only where Linux may register them all, so that no list is longer. */
function needsOf(topology: Topology): readonly string[] {
  const room = cpuCount(topology);
  if (maxApicId(topology) >= MAX_LOCAL_APIC) return [NOT_BY_LINUX];
  if (room > MOST_CPUS) return [TOO_MANY];
  const apicIds = apicIdsOf(topology, room);
  const rung = LADDER.find(({ platform }) => bringsUp(platform, apicIds));
  return rung?.needs ?? [NOT_BY_LINUX];
}

function bringsUp(platform: Machine, apicIds: readonly number[]): boolean {
  const cpus = apicIds.map((apicId) => ({
    apicId,
    entry: apicId < 255 ? "lapic" : "x2apic",
    enabled: true,
  } as const));
  const { outcome, online } = bootOutcome({ ...platform, cpus });
  return outcome === "up" && online.length === apicIds.length;
}

const GREATEST_SAFE_ID = 254;

/**
 * The same threads, the cores nearest to those asked for, and as many sockets as it takes. Of two
 * equally near the one with less room to spare.
 */
function nearest(cpus: number, { threads, cores }: Topology): Fit["nearest"] {
  const candidates = Array.from({ length: cpus }, (_, at) => withCores(cpus, threads, at + 1))
    .filter((topology) => maxApicId(topology) <= GREATEST_SAFE_ID)
    .sort((a, b) =>
      Math.abs(a.cores - cores) - Math.abs(b.cores - cores) || cpuCount(a) - cpuCount(b)
    );
  const [best] = candidates;
  return best ? { ...best, maxApicId: maxApicId(best) } : null;
}

function withCores(cpus: number, threads: number, cores: number): Topology {
  return { threads, cores, sockets: Math.ceil(cpus / (threads * cores)) };
}
