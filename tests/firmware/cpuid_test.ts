import assert from "node:assert/strict";
import { digestCpuid } from "../../lib/firmware/cpuid.ts";
import { type CpuidLeaf, type CpuidText, parseCpuid } from "../../lib/firmware/cpuid_text.ts";
import { type CpuidAnswer, describeCpuid } from "../../lib/firmware/describe_cpuid.ts";
import { hypervisorSignatures, promisesExtDestId } from "../../lib/firmware/hypervisor_leaves.ts";
import { recordedBoots } from "../boots/boots.ts";
import { fuzzRuns, fuzzSeed, mutated, randomWords } from "./fuzz.ts";
import { sound } from "./tables.ts";

/** Some of what `cpuid -r` printed on a two-processor Firecracker guest. */
const TWO_PROCESSORS = `CPU 0:
   0x00000000 0x00: eax=0x0000001c ebx=0x68747541 ecx=0x444d4163 edx=0x69746e65
   0x00000001 0x00: eax=0x00a10f11 ebx=0x00020800 ecx=0xfffa3203 edx=0x178bfbff
   0x00000006 0x00: eax=0x00000004 ebx=0x00000000 ecx=0x00000000 edx=0x00000000
   0x0000000b 0x00: eax=0x00000000 ebx=0x00000001 ecx=0x00000100 edx=0x00000000
   0x0000000b 0x01: eax=0x00000005 ebx=0x00000002 ecx=0x00000201 edx=0x00000000
   0x0000000b 0x02: eax=0x00000000 ebx=0x00000000 ecx=0x00000002 edx=0x00000000
   0x40000000 0x00: eax=0x40000001 ebx=0x4b4d564b ecx=0x564b4d56 edx=0x0000004d
   0x40000001 0x00: eax=0x01007efb ebx=0x00000000 ecx=0x00000000 edx=0x00000000
   0x80000008 0x00: eax=0x00303030 ebx=0x50020005 ecx=0x00007001 edx=0x00000000
CPU 1:
   0x00000001 0x00: eax=0x00a10f11 ebx=0x01020800 ecx=0xfffa3203 edx=0x178bfbff
   0x0000000b 0x00: eax=0x00000000 ebx=0x00000001 ecx=0x00000100 edx=0x00000001
`;

Deno.test("cpuid -r of two processors tells both ids, the topology and the package", () => {
  const { processors } = sound(parseCpuid(TWO_PROCESSORS));
  const [first, second] = processors.map(digestCpuid);
  assert.deepEqual(first, {
    vendor: "AuthenticAMD",
    x2apic: true,
    hypervisor: true,
    arat: true,
    initialApicId: 0,
    x2apicId: 0,
    levels: [
      { levelType: "smt", shift: 0, processors: 1 },
      { levelType: "core", shift: 5, processors: 2 },
    ],
    packageShift: 5,
    apicIdSize: 7,
  });
  assert.deepEqual([second?.x2apicId, second?.vendor, second?.packageShift], [1, null, null]);
});

Deno.test("a Firecracker guest finds KVM without the promise of 15-bit destinations", () => {
  const [processor] = sound(parseCpuid(TWO_PROCESSORS)).processors;
  const [signature, ...others] = hypervisorSignatures(processor!);
  assert.deepEqual(signature, { hypervisor: "kvm", base: 0x4000_0000, maxLeaf: 0x4000_0001 });
  assert.deepEqual(others, []);
  assert.equal(promisesExtDestId(processor!, signature!), false);
});

Deno.test("signatures behind another one are found in order, each with its own feature leaf", () => {
  const leaves = [
    leafOf({ leaf: 0x4000_0100, ...words("KVMKVMKVM\0\0\0"), eax: 0 }),
    leafOf({ leaf: 0x4000_0101, eax: 1 << 15 }),
    leafOf({ leaf: 0x4000_0000, ...words("Microsoft Hv"), eax: 0x4000_0082 }),
    leafOf({ leaf: 0x4000_0001, eax: 1 << 15 }),
    leafOf({ leaf: 0x4000_0200, ...words("nobody known") }),
  ];
  const found = hypervisorSignatures({ leaves });
  assert.deepEqual(found.map(({ hypervisor, base }) => [hypervisor, base]), [
    ["hyperv", 0x4000_0000],
    ["kvm", 0x4000_0100],
  ]);
  assert.deepEqual(found.map((at) => promisesExtDestId({ leaves }, at)), [false, true]);
});

Deno.test("leaf 1FH is preferred to 0BH where it has a level", () => {
  const topology = (leaf: number, edx: number, ebx: number) => [
    leafOf({ leaf, subleaf: 0, eax: 1, ebx, ecx: 0x100, edx }),
    leafOf({ leaf, subleaf: 1, eax: 0, ebx: 0, ecx: 1, edx }),
  ];
  const both = [...topology(0xb, 7, 2), ...topology(0x1f, 0x12c, 2)];
  const empty = [...topology(0xb, 7, 2), ...topology(0x1f, 0x12c, 0)];
  assert.equal(digestCpuid({ leaves: both }).x2apicId, 0x12c);
  assert.equal(digestCpuid({ leaves: empty }).x2apicId, 7);
});

Deno.test.each<{ leaf: number; registers: object; says: CpuidAnswer }>([
  { leaf: 0x4000_0001, registers: { eax: 0x0100_8efb }, says: { msiExtDestId: true } },
  { leaf: 0x4000_0001, registers: { eax: 0x0100_7efb }, says: { msiExtDestId: false } },
  { leaf: 0x4000_0101, registers: { eax: 0x8000 }, says: { msiExtDestId: true } },
  { leaf: 0x4000_0082, registers: { eax: 4 }, says: { msiExtDestId: true } },
  { leaf: 0x4000_0082, registers: { eax: 8 }, says: { msiExtDestId: false } },
  { leaf: 0x4000_0004, registers: { eax: 0x20 }, says: { msiExtDestId: true } },
  {
    leaf: 0x4000_0001,
    registers: { eax: 1, signature: "bhyve bhyve " },
    says: { msiExtDestId: true },
  },
  { leaf: 0x4000_0001, registers: { eax: 1 }, says: { msiExtDestId: false } },
  {
    leaf: 0x4000_0001,
    registers: { eax: 0x8000, signature: "VMwareVMware" },
    says: { msiExtDestId: false },
  },
  {
    leaf: 0x4000_0001,
    registers: { eax: 0x8000, signature: "KVMKVMKVM" },
    says: { msiExtDestId: true },
  },
  {
    leaf: 0x1f,
    registers: { eax: 4, ebx: 16, ecx: 0x201, edx: 0x101 },
    says: { x2apicId: "0x101", levelType: "core", shift: 4, processors: 16 },
  },
  {
    leaf: 1,
    registers: { ebx: 0xfe04_0800, ecx: 0x8020_0000 },
    says: { initialApicId: "0xfe", logicalProcessors: 4, x2apic: true, hypervisor: true },
  },
  { leaf: 0x8000_001e, registers: { eax: 0x12c }, says: { x2apicId: "0x12c" } },
  { leaf: 2, registers: { eax: 1 }, says: {} },
])("leaf $leaf with $registers says $says", ({ leaf, registers, says }) => {
  assert.deepEqual(describeCpuid({ leaf, ...registers }), says);
});

Deno.test("every recorded CPUID text tells its machine file's CPU, but for a wrong vendor", async () => {
  for (const { name, raw, machine } of await recordedBoots()) {
    if (raw.cpuid === undefined) continue;
    const [processor] = sound(parseCpuid(raw.cpuid)).processors;
    const { vendor, x2apic, arat, hypervisor } = digestCpuid(processor!);
    const cpu = machine.cpu as Record<string, unknown>;
    assert.deepEqual({ x2apic, arat }, { x2apic: cpu.x2apic, arat: cpu.arat }, name);
    assert.equal(vendor, raw.acpi.IVRS ? "AuthenticAMD" : cpu.vendor, name);
    const recorded = machine.hypervisor as Record<string, unknown>;
    assert.equal(hypervisor, recorded.cpuidHypervisorBit, name);
    const last = hypervisorSignatures(processor!).at(-1);
    assert.equal(last?.hypervisor ?? null, recorded.signature, name);
    assert.equal(last ? `0x${last.base.toString(16)}` : null, recorded.base, name);
  }
});

Deno.test.each([
  { text: "", line: 1 },
  { text: "CPU 0:\n\n", line: 1 },
  { text: "CPU 0:\n   0x00000000 0x00: eax=0x1 ebx=0x2 ecx=0x3", line: 2 },
  { text: "0x0 0x0: eax=0x123456789 ebx=0x0 ecx=0x0 edx=0x0", line: 1 },
  { text: `${TWO_PROCESSORS}vendor_id = "GenuineIntel"`, line: 14 },
])("a CPUID text that is none says so by line $line", ({ text, line }) => {
  const answer = parseCpuid(text);
  assert(answer.kind === "malformed");
  assert.equal(answer.offset, line);
});

Deno.test("no text makes the CPUID parser throw", () => {
  const [seed, runs] = [fuzzSeed(), fuzzRuns(1_000_000)];
  console.log(`${runs} inputs, IRQSCOPE_SEED=${seed}`);
  const next = randomWords(seed);
  const example = new TextEncoder().encode(TWO_PROCESSORS.slice(0, 180));
  let taken = 0;
  for (let run = 0; run < runs; run++) {
    const answer = parseCpuid(new TextDecoder("latin1").decode(mutated(next, [example])));
    if (answer.kind === "cpuid") taken += digestAll(answer);
  }
  assert(taken > 0);
});

function digestAll({ processors }: CpuidText): number {
  return processors.map(digestCpuid).length;
}

function leafOf(some: Partial<CpuidLeaf> & { readonly leaf: number }): CpuidLeaf {
  return { subleaf: 0, eax: 0, ebx: 0, ecx: 0, edx: 0, ...some };
}

function words(signature: string): Pick<CpuidLeaf, "ebx" | "ecx" | "edx"> {
  const view = new DataView(Uint8Array.from(signature, (letter) => letter.charCodeAt(0)).buffer);
  const [ebx, ecx, edx] = [0, 4, 8].map((at) => view.getUint32(at, true));
  return { ebx: ebx!, ecx: ecx!, edx: edx! };
}
