/**
 * The CPUID registers that interrupt routing reads.
 *
 * @module
 */
import { flag, ignored, oneOf, Register, uint } from "../bits/register.ts";

const SDM = "Intel SDM volume 2A, CPUID";

/** Leaf 1 EBX. */
export const leaf1Ebx = new Register({
  name: "CpuidLeaf1Ebx",
  width: 32,
  source: `${SDM}, leaf 01H`,
  fields: {
    ignored0to15: ignored(16, "Brand index, cache line flush size"),
    logicalProcessors: uint(8, "APIC IDs set aside for the package"),
    initialApicId: uint(8, "The low 8 bits of the APIC ID"),
  },
});

/** Leaf 1 ECX. */
export const leaf1Ecx = new Register({
  name: "CpuidLeaf1Ecx",
  width: 32,
  source: `${SDM}, leaf 01H; bit 31: AMD APM volume 3, E.3.2`,
  fields: {
    ignored0to20: ignored(21, "Other features"),
    x2apic: flag("The local APIC has an x2APIC mode"),
    ignored22to30: ignored(9, "Other features"),
    hypervisor: flag("Never set on bare metal"),
  },
});

/** Leaf 6 EAX. */
export const leaf6Eax = new Register({
  name: "CpuidLeaf6Eax",
  width: 32,
  source: `${SDM}, leaf 06H`,
  fields: {
    ignored0to1: ignored(2, "Thermal sensor, turbo"),
    arat: flag("The local APIC's timer runs in deep sleep too"),
    ignored3to31: ignored(29, "Other features"),
  },
});

/** Leaves 0BH and 1FH, EAX. */
export const topologyEax = new Register({
  name: "CpuidTopologyEax",
  width: 32,
  source: `${SDM}, leaves 0BH and 1FH`,
  fields: {
    shift: uint(5, "Bits to shift the x2APIC ID by for the id of the next level"),
    ignored5to31: ignored(27, "Reserved"),
  },
});

/** Leaves 0BH and 1FH, EBX. */
export const topologyEbx = new Register({
  name: "CpuidTopologyEbx",
  width: 32,
  source: `${SDM}, leaves 0BH and 1FH`,
  fields: {
    processors: uint(16, "Logical processors in this level; 0: no such level"),
    ignored16to31: ignored(16, "Reserved"),
  },
});

/** Names of the levels by code; `leaf 0BH` knows the first three. */
export const LEVEL_TYPES = [
  "invalid",
  "smt",
  "core",
  "module",
  "tile",
  "die",
  "dieGroup",
  "reserved7",
] as const;
/** What a level of the topology is. */
export type LevelType = typeof LEVEL_TYPES[number];

/** Leaves 0BH and 1FH, ECX. */
export const topologyEcx = new Register({
  name: "CpuidTopologyEcx",
  width: 32,
  source: `${SDM}, leaves 0BH and 1FH`,
  fields: {
    subleaf: uint(8, "As asked"),
    levelType: oneOf(LEVEL_TYPES, "What the level is"),
    ignored11to31: ignored(21, "Reserved"),
  },
});

/** Leaf 80000008H ECX of AMD. */
export const leaf80000008Ecx = new Register({
  name: "CpuidLeaf80000008Ecx",
  width: 32,
  source: "AMD APM volume 3, E.4.7",
  fields: {
    lastThread: uint(8, "Threads of the package, less one"),
    ignored8to11: ignored(4, "Reserved"),
    apicIdSize: uint(4, "APIC ID bits that number the package's threads; 0: by leaf 1"),
    ignored16to31: ignored(16, "Time-stamp counter size"),
  },
});
