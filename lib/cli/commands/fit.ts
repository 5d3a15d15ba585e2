import { type Fit, fit } from "../../advice/fit.ts";
import type { Topology } from "../../advice/topology.ts";
import { command } from "../command.ts";
import { required, whole } from "../option.ts";
import { counted } from "../words.ts";

const some = { min: 1, max: 32_768 };

export const fitCommand = command({
  name: "fit",
  summary: "Will so many CPUs in this topology work",
  positionals: {},
  options: {
    cpus: required(whole("N", "How many CPUs", some)),
    threads: whole("T", "Threads a core; 1 unless told", some),
    cores: whole("C", "Cores a socket; as many as it takes unless told", some),
    sockets: whole("S", "Sockets; as many as it takes unless told", some),
  },
  examples: ["fit --cpus 240 --cores 5 --sockets 48", "fit --cpus 300"],
  run(_, { cpus, ...given }) {
    const topology = topologyOf(cpus, given);
    const answer = fit(cpus, topology);
    return { json: answer, text: () => textOf(cpus, topology, answer), no: !answer.safe };
  },
});

/** Where neither is told all cores share one socket, as QEMU has it since 6.2. */
function topologyOf(
  cpus: number,
  { threads = 1, cores, sockets }: { readonly [K in keyof Topology]: number | undefined },
): Topology {
  const perSocket = cores ?? Math.ceil(cpus / (threads * (sockets ?? 1)));
  return { threads, cores: perSocket, sockets: sockets ?? Math.ceil(cpus / (threads * perSocket)) };
}

function textOf(
  cpus: number,
  topology: Topology,
  { maxApicId, safe, needs, nearest }: Fit,
): string {
  const verdict = safe
    ? "works on any platform"
    : ["needs", ...needs.map((need) => `  ${need}`)].join("\n");
  return [
    `${counted(cpus, "CPU")} as ${inWords(topology)}: APIC IDs up to ${maxApicId}`,
    verdict,
    ...safe || !nearest ? [] : [`${inWords(nearest)} would do with IDs up to ${nearest.maxApicId}`],
  ].join("\n");
}

function inWords({ sockets, cores, threads }: Topology): string {
  return [counted(sockets, "socket"), counted(cores, "core"), counted(threads, "thread")]
    .join(" × ");
}
