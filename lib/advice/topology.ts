/**
 * APIC IDs that a topology makes: each level gets as many bits as its count needs, so an odd count
 * leaves gaps, and IDs run higher than CPUs.
 *
 * ```text
 *  package │ core │ thread      5 cores take 3 bits: package 1 starts at 8
 * ```
 * Source: Intel SDM volume 3, 9.9.1 "Hierarchical Mapping of Shared Resources"; QEMU 10.2
 * include/hw/i386/topology.h x86_apicid_from_topo_ids.
 */

/** Counts of one level within the one above, 1 or more. */
export interface Topology {
  /** Threads of a core. */
  readonly threads: number;
  /** Cores of a socket. */
  readonly cores: number;
  /** Sockets of the machine, each a package. */
  readonly sockets: number;
}

/** How many CPUs it has. */
export function cpuCount({ threads, cores, sockets }: Topology): number {
  return threads * cores * sockets;
}

/** The ID of CPU number `cpu`, threads counted fastest. */
export function apicIdOf(topology: Topology, cpu: number): number {
  const { threads, cores } = topology;
  const thread = cpu % threads;
  const core = Math.floor(cpu / threads) % cores;
  const socket = Math.floor(cpu / (threads * cores));
  return (socket * 2 ** bitsFor(cores) + core) * 2 ** bitsFor(threads) + thread;
}

/** The greatest ID: that of the last CPU. */
export function maxApicId(topology: Topology): number {
  return apicIdOf(topology, cpuCount(topology) - 1);
}

/** Bits that number `count` things. */
function bitsFor(count: number): number {
  return Math.ceil(Math.log2(count));
}
