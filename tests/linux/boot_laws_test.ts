/** What holds of every boot, over machines drawn from all kinds. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Boot, boot } from "../../lib/linux/boot.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { MachineError } from "../../lib/machine/parse_machine.ts";
import {
  dmar,
  type Given,
  guest,
  HYPERV,
  HYPERV_EXT,
  ioapic,
  ivrs,
  KVM,
  KVM_EXT,
  machine,
  NO_HYPERVISOR,
} from "./machines.ts";

const KERNELS = ["4.1", "4.9", "4.19", "5.4", "5.10", "5.11", "6.1", "6.3", "6.6", "6.9", "6.12"];
const NEWER = ["6.15", "6.19", "7.1", "7.3", "mail", "9.1"];
const WORDS = [
  "nox2apic",
  "x2apic_phys",
  "noapic",
  "nolapic",
  "nopv",
  "nosmp",
  "maxcpus=2",
  "nr_cpus=2",
  "possible_cpus=2",
  "disable_cpu_apicid=1",
  "intremap=off",
  "intremap=no_x2apic_optout",
  "pci=nomsi",
  "amd_iommu=off",
  "intel_iommu=on",
];
const HYPERVISORS = [
  NO_HYPERVISOR,
  KVM,
  KVM_EXT,
  HYPERV,
  HYPERV_EXT,
  guest("xen"),
  { ...guest("xen"), xenPv: true },
  guest("vmware", {}, { legacyX2apic: true }),
  guest("bhyve"),
  guest("acrn"),
  guest("jailhouse"),
];
const REMAPPINGS = [
  null,
  dmar(),
  dmar({ x2apicOptOut: true }),
  dmar({ units: [{ eim: false }] }),
  dmar({ units: [{ ioapics: [9] }] }),
  dmar({ units: [{ ir: null, eim: null, hpets: [] }] }),
  dmar({ units: [{ includeAll: false }] }),
  dmar({ units: [] }),
  ivrs(),
  ivrs({ xt: false }),
  ivrs({ ivhdTypes: [] }),
];
const IDS = [0, 1, 2, 254, 255, 256, 300, 32767, 32768, 40000];

const givens: fc.Arbitrary<Given> = fc.record({
  version: fc.constantFrom(...KERNELS, ...NEWER),
  cmdline: fc.subarray(WORDS, { maxLength: 3 }).map((words) => words.join(" ")),
  ids: fc.uniqueArray(fc.constantFrom(...IDS), { minLength: 1 }),
  bios: fc.constantFrom("xapic", "x2apic"),
  hypervisor: fc.constantFrom(...HYPERVISORS),
  remapping: fc.constantFrom(...REMAPPINGS),
  cpu: fc.record({ arat: fc.boolean(), xapicLocked: fc.boolean() }),
  config: fc.record({ X86_X2APIC: fc.boolean(), IRQ_REMAP: fc.boolean() }),
  ioapics: fc.constantFrom([ioapic(8)], [], [ioapic(8), ioapic(9, 24)]),
});

interface Law {
  readonly law: string;
  readonly holds: (answer: Boot, machine: Machine) => void;
}

const LAWS: readonly Law[] = [
  {
    law: "every processor of the MADT runs or has a reason not to",
    holds: ({ online, offline }, { cpus }) => {
      const told = [...online, ...offline].map(({ apicId }) => apicId);
      assert.deepEqual(told.sort(ascending), cpus.map(({ apicId }) => apicId).sort(ascending));
    },
  },
  {
    law: "the boot CPU is number 0, unless the kernel stops",
    holds: ({ online, panic }, { firmware }) => {
      const first = { cpu: 0, apicId: firmware.bootApicId };
      assert.deepEqual(online[0], panic ? undefined : first);
    },
  },
  {
    law: "no CPU but the boot CPU runs beyond the limit, or beyond what can be registered",
    holds: ({ online, maxApicId }) => {
      for (const { apicId } of online.slice(1)) assert.ok(apicId <= (maxApicId ?? 0x7fff));
    },
  },
  {
    law: "every domain's ancestors are domains, and VECTOR is the root",
    holds: ({ domains }) => {
      for (const [name, chain] of Object.entries(domains)) {
        if (name !== "VECTOR") assert.equal(chain.at(-1), "VECTOR", name);
        for (const parent of chain) assert.ok(parent in domains, parent);
      }
    },
  },
  {
    law: "a parented device has a parent that exists, an orphan says who declined",
    holds: ({ parents, domains, era, apicDriver }) => {
      if (era === "E41" || apicDriver === "Xen PV") return;
      for (const [device, { domain, kind, declined }] of Object.entries(parents)) {
        assert.equal(domain === null, kind === null, device);
        if (domain === null) assert.ok(declined.length > 0, device);
        else assert.ok(domain in domains, device);
      }
    },
  },
  {
    law: "each decision tells its reason and a source in a kernel",
    holds: ({ trace }) => {
      for (const { step, decided, because, source } of trace) {
        for (const words of [step, decided, because]) assert.notEqual(words, "");
        assert.match(source, /^Linux \d+\.\d+ \S+/);
      }
    },
  },
  {
    law: "the log repeats nothing, and holds the lines in their order",
    holds: ({ log, lines }) => {
      assert.equal(new Set(log).size, log.length);
      assert.deepEqual(lines, log.filter((line) => lines.includes(line)));
    },
  },
  {
    law: "remapping in x2APIC mode leaves APIC IDs without a limit, if x2APIC runs at all",
    holds: ({ irqRemapping, x2apic, maxApicId, panic }) => {
      if (irqRemapping === "x2apic" && x2apic && !panic) assert.equal(maxApicId, null);
    },
  },
];

Deno.test.each(LAWS)("$law", ({ holds }) => {
  fc.assert(
    fc.property(givens, (given) => {
      const drawn = drawMachine(given);
      if (drawn) holds(boot(drawn), drawn);
    }),
    { numRuns: 500 },
  );
});

/** Null for a contradiction, which no machine has. */
function drawMachine(given: Given): Machine | null {
  try {
    return machine(given);
  } catch (error) {
    if (error instanceof MachineError) return null;
    throw error;
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}
