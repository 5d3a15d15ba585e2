/**
 * A QEMU topology that has given APIC IDs: IDs follow from sockets and cores, so wanted ones are
 * plugged into a topology with room for more.
 *
 * ```text
 *  -smp 1,maxcpus=258,sockets=2,cores=129    129 cores take 8 bits: IDs 0-128 and 256-384
 * ```
 */
import { apicIdOf, cpuCount, type Topology } from "./topology.ts";

/** A topology, and which of its CPUs are there. */
export interface Packing {
  /** One thread a core. */
  readonly topology: Topology;
  /** Every APIC ID there is room for, in QEMU's order. */
  readonly slots: readonly number[];
  /** IDs of CPUs that are there. */
  readonly present: readonly number[];
}

/** Most CPUs of a q35 machine. Source: QEMU 9.0 hw/i386/pc_q35.c, max_cpus. */
export const MOST_CPUS = 4096;

const SHIFTS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] as const;

/**
 * The topology that lists just these IDs, else the one with the fewest slots that has all that are
 * to be present; undefined where QEMU has none.
 */
export function packingOf(
  ids: readonly number[],
  listed: readonly number[] = ids,
): Packing | undefined {
  const present = ids.toSorted((a, b) => a - b);
  const wanted = [...new Set([...ids, ...listed])];
  const packings = [...packingsOf(wanted), ...packingsOf(present)]
    .map((topology) => ({ topology, slots: slotsOf(topology), present }))
    .toSorted((a, b) => a.slots.length - b.slots.length);
  return packings.find(({ slots }) => String(slots) === String(listed)) ?? packings[0];
}

function packingsOf(ids: readonly number[]): readonly Topology[] {
  return SHIFTS.map((shift) => topologyWith(ids, shift))
    .filter((topology) => cpuCount(topology) <= MOST_CPUS);
}

function slotsOf(topology: Topology): readonly number[] {
  return Array.from({ length: cpuCount(topology) }, (_, cpu) => apicIdOf(topology, cpu));
}

/** Sockets that begin every 2^shift IDs, each with as many cores as the wanted IDs need. */
function topologyWith(ids: readonly number[], shift: number): Topology {
  const size = 2 ** shift;
  const last = ids.reduce((most, id) => Math.max(most, id), 0);
  const lastCore = ids.reduce((most, id) => Math.max(most, id % size), Math.floor(size / 2));
  return { threads: 1, cores: lastCore + 1, sockets: Math.floor(last / size) + 1 };
}

/** Where in a topology an ID is plugged. */
export function placeOf({ cores }: Topology, id: number): { socket: number; core: number } {
  const size = 2 ** Math.ceil(Math.log2(cores));
  return { socket: Math.floor(id / size), core: id % size };
}
