import assert from "node:assert/strict";
import {
  type HypervisorFields,
  type MachineFields,
  readMachineFiles,
} from "../../lib/firmware/machine_fields.ts";
import { malformedText } from "../../lib/firmware/malformed.ts";
import type { PciFunctionDigest } from "../../lib/firmware/pci_config.ts";
import { recordedBoots, wholeBoots } from "../boots/boots.ts";
import { filesIn } from "../boots/machine_texts.ts";
import { fuzzRuns, fuzzSeed, mutated, randomWords } from "./fuzz.ts";

/** A machine file as far as raw files can tell it. */
interface Recorded {
  readonly kernel: Record<string, unknown>;
  readonly cpu: Record<string, unknown>;
  readonly hypervisor: HypervisorFields;
  readonly firmware: Record<string, unknown>;
  readonly devices: readonly PciFunctionDigest[];
  readonly hpet: { readonly id: number; readonly timers: number; readonly fsb: boolean } | null;
}

for (const { name, folder } of wholeBoots()) {
  Deno.test(`the files of ${name} tell its machine file`, async () => {
    const machine = JSON.parse(await Deno.readTextFile(new URL("machine.json", folder)));
    const files = await filesIn(folder);
    const { fields, faults, untold } = readMachineFiles(files);
    assert.deepEqual(faults, []);
    const stalled = files.cpuid === undefined;
    assert.deepEqual(untold.map(({ field }) => field), stalled ? WHEN_STALLED : ["kernel.config"]);
    agree(fields, machine, { stalled, amd: files.acpi?.IVRS !== undefined });
    const { ioapics, remapping } = machine;
    assert.deepEqual({ ioapics: fields.ioapics, remapping: fields.remapping }, {
      ioapics,
      remapping,
    });
    if (!stalled) assert.deepEqual(fields.devices, machine.devices);
  });
}

/** A stalled recording has its log and its ACPI tables, and the log is of `apic=debug`. */
const WHEN_STALLED = [
  "kernel.config",
  "cpu.arat",
  "hypervisor",
  "hpet.fsb",
  "devices",
];

Deno.test("the small files of every recorded boot tell what they can of its machine file", async () => {
  for (const { name, machine, raw } of await recordedBoots()) {
    if (raw.cpuid === undefined) continue;
    const acpi = Object.fromEntries(
      Object.entries(raw.acpi).map(([signature, hex]) => [signature, Uint8Array.fromHex(hex)]),
    );
    const { fields, faults } = readMachineFiles({ ...raw, acpi });
    assert.deepEqual(faults, [], name);
    const { bootApicId: _, x2apicEnabled: __, ...firmware } = machine.firmware as Record<
      string,
      unknown
    >;
    agree(fields, { ...machine, firmware }, { stalled: false, amd: acpi.IVRS !== undefined });
    // Which interrupts an AMD unit raises is in /proc/interrupts, not in its enable bit.
    const unit = (each: PciFunctionDigest) =>
      each.class === "080600" ? { ...each, uses: "" } : each;
    assert.deepEqual(
      fields.devices?.map(unit),
      (machine.devices as PciFunctionDigest[]).map(unit),
      name,
    );
  }
});

function agree(
  fields: MachineFields,
  machine: Readonly<Record<string, unknown>>,
  { stalled, amd }: { readonly stalled: boolean; readonly amd: boolean },
): void {
  const { kernel, cpu, hypervisor, firmware, hpet } = machine as unknown as Recorded;
  const { config: _, ...told } = kernel;
  assert.deepEqual(fields.kernel, told);
  assert.deepEqual(fields.firmware, firmware);
  assert.deepEqual(fields.cpus, machine.cpus);
  if (stalled) return;
  // Recorded machine files of AMD guests name the emulator's default vendor.
  assert.deepEqual(fields.cpu, { ...cpu, ...(amd && { vendor: "AuthenticAMD" }) });
  assert.deepEqual(fields.hpet, hpet);
  const { leaves, ...rest } = fields.hypervisor!;
  const { leaves: all, ...others } = hypervisor;
  assert.deepEqual(rest, others);
  // The recorder read six leaves of the signature's; the machine file has all.
  assert.deepEqual({ ...all, ...leaves }, all);
}

Deno.test("what cannot be read is told, and its fields count as missing", () => {
  const { fields, faults, untold } = readMachineFiles({
    acpi: {
      APIC: Uint8Array.from({ length: 40 }, (_, i) => "APIC".charCodeAt(i) || 0),
      DMAR: new Uint8Array(3),
    },
    cpuid: "nothing of the kind",
    pciConfig: "00:00.0 Host bridge\n00: 86 80",
  });
  assert.deepEqual(faults.map(malformedText), [
    "Cannot read APIC at byte 4: length 0; APIC has at least 44",
    "Cannot read DMAR at byte 0: 3 bytes; an ACPI table has at least 36",
    'Cannot read CPUID at line 1: "nothing of the kind"; give the lines of cpuid -r',
    "Cannot read PCI configuration space at line 1: 2 bytes of 0000:00:00.0; a header has 64; " +
    "give what lspci -xxx prints",
  ]);
  assert.deepEqual(fields, { kernel: {}, cpu: {}, firmware: {}, hpet: null });
  assert(untold.some(({ field }) => field === "cpus"));
});

Deno.test("a kernel's configuration tells its flags, modules counting as absent", () => {
  const config =
    "CONFIG_X86_X2APIC=y\n# CONFIG_XEN is not set\nCONFIG_KVM_GUEST=m\nCONFIG_NR_CPUS=64\n";
  const { kernel } = readMachineFiles({ config }).fields;
  assert.equal(kernel.config?.X86_X2APIC, true);
  assert.equal(kernel.config?.XEN, false);
  assert.equal(kernel.config?.KVM_GUEST, false);
  assert.equal(kernel.config?.NR_CPUS, 64);
});

Deno.test("a list of capabilities that runs in a circle, or out of the bytes, ends", () => {
  const bytes = new Uint8Array(256);
  bytes[6] = 1 << 4;
  bytes[0x34] = 0x40;
  bytes.set([0x05, 0x50, 0x07, 0x00], 0x40);
  bytes.set([0x11, 0x40, 0x3f, 0x80], 0x50);
  const pciConfig = (length: number) => `0000:00:02.0 ${bytes.subarray(0, length).toHex()}`;
  const [whole] = readMachineFiles({ pciConfig: pciConfig(256) }).fields.devices!;
  assert.deepEqual([whole?.msi, whole?.msix, whole?.uses], [8, 64, "msix"]);
  const [header] = readMachineFiles({ pciConfig: pciConfig(64) }).fields.devices!;
  assert.deepEqual([header?.msi, header?.msix, header?.uses], [0, 0, "none"]);
});

Deno.test("no change to a machine's files makes reading them throw", async () => {
  const [seed, runs] = [fuzzSeed(), fuzzRuns(50_000) / 50];
  console.log(`${runs} inputs, IRQSCOPE_SEED=${seed}`);
  const next = randomWords(seed);
  const { acpi, ...texts } = await filesIn(wholeBoots()[1]!.folder);
  const examples = Object.entries(texts).map(([name, text]) => (
    [name, [new TextEncoder().encode(text.slice(0, 5000))]] as const
  ));
  for (let run = 0; run < runs; run++) {
    const changed = examples.map((
      [name, example],
    ) => [name, new TextDecoder().decode(mutated(next, example))]);
    const tables = Object.entries(acpi!).map(([name, table]) => [name, mutated(next, [table])]);
    const files = { ...Object.fromEntries(changed), acpi: Object.fromEntries(tables) };
    assert(readMachineFiles(files).untold.length > 0);
  }
});
