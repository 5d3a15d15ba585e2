/** `explain` as typed, on recordings whose machine file and facts are known. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { commands } from "../../lib/cli/commands.ts";
import { runTool } from "../../lib/cli/frame.ts";
import { irqscope } from "../../lib/cli/main.ts";
import { pipe } from "../../lib/cli/terminal.ts";
import { denoWorld, type World } from "../../lib/cli/world.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { parseMachine } from "../../lib/machine/parse_machine.ts";
import { bootOutcome } from "../../lib/routing/outcome.ts";
import { wholeBoots } from "../boots/boots.ts";

const boots = wholeBoots().map(({ name, folder }) => ({ name, folder: fileURLToPath(folder) }));
const finished = boots.filter(({ folder }) => exists(`${folder}cpuid.txt`));
const stalled = boots.filter(({ folder }) => !exists(`${folder}cpuid.txt`));
const whole = (name: string) => `tests/boots/whole/${name}`;

async function explain(args: readonly string[], world: Partial<World> = {}) {
  const talk: string[] = [];
  const { status, out } = await runTool(irqscope, commands, ["explain", ...args], {
    ...denoWorld(),
    out: pipe,
    err: pipe,
    talk: (line) => void talk.push(line),
    ...world,
  });
  return { status, out, talk };
}

async function answer(args: readonly string[], world?: Partial<World>) {
  const { out, ...rest } = await explain([...args, "--json"], world);
  return { ...rest, ...JSON.parse(out) };
}

/** A recording's folder as if its machine file and its facts were not there. */
function rawOnly(): Partial<World> {
  const { list, readBytes, readText } = denoWorld();
  const refused = (path: string) => /(machine|observed)\.json$/.test(path);
  const raw = <T>(read: (path: string) => Promise<T>) => (path: string) => {
    assert(!refused(path), `${path} was read`);
    return read(path);
  };
  return { list, readBytes: raw(readBytes), readText: raw(readText) };
}

for (const { name, folder } of finished) {
  Deno.test(`explain ${name}: its machine, what boot answers, and nothing that differs`, async () => {
    const recorded = machineIn(folder);
    const { machine, boot, disagreements, status } = await answer([folder], rawOnly());
    assert.deepEqual(tellable(machine), tellable(recorded));
    assert.deepEqual(JSON.parse(JSON.stringify(bootOutcome(recorded))), boot);
    assert.deepEqual(disagreements, []);
    assert.equal(status, boot.outcome === "up" ? 0 : 1);
  });
}

/**
 * What raw files can tell: no configuration but NR_CPUS, which is in the log, no leaves beyond
 * those the recorder asked for, and of AMD guests another vendor than the emulator's default.
 */
function tellable({ kernel, cpu, hypervisor, remapping, ...rest }: Machine) {
  const { NR_CPUS } = kernel.config;
  const asked = Object.entries(hypervisor.leaves).filter(([leaf]) => leaf < "40000006");
  return {
    ...rest,
    remapping,
    kernel: { ...kernel, config: { NR_CPUS } },
    cpu: { ...cpu, vendor: remapping?.vendor === "amd" ? "AMD" : cpu.vendor },
    hypervisor: { ...hypervisor, leaves: Object.fromEntries(asked) },
  };
}

for (const { name, folder } of stalled) {
  Deno.test(`explain ${name}: what is there is answered, what is missing is told`, async () => {
    const { machine, boot, disagreements, assumed, talk } = await answer([folder], rawOnly());
    const { apicDriver, x2apic, online, offline, outcome } = bootOutcome(machineIn(folder));
    assert.deepEqual(
      { ...boot, offline: boot.offline.length },
      { ...boot, apicDriver, x2apic, online, offline: offline.length, outcome },
    );
    assert.equal(machine.cpus.length, machineIn(folder).cpus.length);
    assert.deepEqual(disagreements, []);
    const fields = assumed.map(({ field }: { field: string }) => field);
    assert.deepEqual(fields.filter((field: string) => !/leaves/.test(field)), [
      "kernel.config",
      "cpu.arat",
      "hypervisor",
      "hpet.fsb",
      "delivery",
      "devices",
    ]);
    assert.equal(talk.length, assumed.length);
  });
}

Deno.test.each(boots)("the log of $name alone tells driver, mode and remapping", async (boot) => {
  const recorded = bootOutcome(machineIn(boot.folder));
  const { boot: told, assumed } = await answer([`${boot.folder}dmesg.txt`]);
  const { apicDriver, x2apic, irqRemapping, possible } = recorded;
  assert.deepEqual(
    [told.apicDriver, told.x2apic, told.irqRemapping, told.possible],
    [apicDriver, x2apic, irqRemapping, possible],
  );
  assert(assumed.some(({ field }: { field: string }) => field === "cpus"));
});

Deno.test("the order of files is no matter, and a machine's name is its folder's", async () => {
  const [boot] = finished;
  const files = ["dmesg.txt", "acpi", "cpuid.txt", "uname.txt", "cmdline.txt", "pci-config.hex"]
    .map((name) => `${boot!.folder}${name}`);
  const forwards = await answer(files);
  const backwards = await answer(files.toReversed());
  assert.deepEqual(forwards.machine, backwards.machine);
  assert.equal(forwards.machine.name, boot!.name);
});

Deno.test("a file is known by its text, whatever its name", async () => {
  const [boot] = finished;
  const names = ["dmesg.txt", "cpuid.txt", "uname.txt", "cmdline.txt", "cpus.txt", "hpet.txt"];
  const bytes = new Map(names.map((name, i) => [
    `/given/${i}`,
    Deno.readFileSync(`${boot!.folder}${name}`),
  ]));
  const { machine, disagreements } = await answer([...bytes.keys()], {
    list: () => Promise.resolve(undefined),
    readBytes: (path) => Promise.resolve(bytes.get(path)!),
  });
  const { kernel, hpet } = machineIn(boot!.folder);
  const told = machine as Machine;
  assert.deepEqual({ ...told.kernel, config: {} }, { ...kernel, config: {} });
  assert.deepEqual([told.hpet, disagreements], [hpet, []]);
});

Deno.test("a machine file is taken as it is, and raw files beside it win", async () => {
  const folder = whole("k7.3-vtd-eim-ids-0-255-300-1000");
  const recorded = machineIn(`${folder}/`);
  const alone = await answer([`${folder}/machine.json`]);
  assert.deepEqual([alone.machine, alone.assumed], [recorded, []]);
  const mixed = await answer([`${folder}/machine.json`, `${whole("k6.1-bare-9cpus")}/uname.txt`]);
  assert.equal(mixed.machine.kernel.version, "6.1");
  assert.equal(mixed.machine.kernel.cmdline, recorded.kernel.cmdline);
});

Deno.test("a saved /proc and /sys are read as they lie", async () => {
  const world = savedRoot(`${whole("k6.12dbg-amd-xt-ids-0-255-300")}/`);
  const { machine, boot, disagreements } = await answer(["/saved"], world);
  const recorded = machineIn(`${whole("k6.12dbg-amd-xt-ids-0-255-300")}/`);
  assert.deepEqual(machine.cpus, recorded.cpus);
  assert.deepEqual(machine.devices, recorded.devices);
  assert.equal(boot.apicDriver, "cluster x2apic");
  assert.deepEqual(disagreements, []);
});

/** A recording laid out as a copy of the machine's own /proc and /sys would be. */
function savedRoot(folder: string): Partial<World> {
  const file = (name: string) => Deno.readFileSync(`${folder}${name}`);
  const text = (name: string) => new TextDecoder().decode(file(name));
  const bytes = (content: string) => new TextEncoder().encode(content);
  const files = new Map<string, Uint8Array>([
    ["/saved/proc/cmdline", file("cmdline.txt")],
    ["/saved/proc/version", bytes(`${text("dmesg.txt").split("\n")[0]!.slice(15)}\n`)],
    ["/saved/proc/cpuinfo", file("cpuinfo-apicids.txt")],
    ["/saved/proc/interrupts", file("proc-interrupts.txt")],
    ["/saved/proc/kcore", bytes("never read")],
    ["/saved/var/log/dmesg", file("dmesg.txt")],
  ]);
  for (const { name } of Deno.readDirSync(`${folder}acpi`)) {
    files.set(`/saved/sys/firmware/acpi/tables/${name}`, file(`acpi/${name}`));
  }
  for (const [, name, list] of text("cpus.txt").matchAll(/^(\w+) (.+)$/gm)) {
    files.set(`/saved/sys/devices/system/cpu/${name}`, bytes(`${list}\n`));
  }
  for (const [, bdf, hex] of text("pci-config.hex").matchAll(/^(\S+) ([0-9a-f]+)$/gm)) {
    files.set(`/saved/sys/bus/pci/devices/${bdf}/config`, Uint8Array.fromHex(hex!));
  }
  for (const [, irq, cpu] of text("proc-irq-affinity.txt").matchAll(/^irq (\d+) .*=(\d+)$/gm)) {
    files.set(`/saved/proc/irq/${irq}/effective_affinity_list`, bytes(`${cpu}\n`));
  }
  for (const domain of text("irqdomains.txt").split(/^--- /m).slice(1)) {
    const [name, ...lines] = domain.split("\n");
    files.set(`/saved/sys/kernel/debug/irq/domains/${name}`, bytes(lines.join("\n")));
  }
  const read = (path: string) =>
    files.has(path)
      ? Promise.resolve(files.get(path)!)
      : Promise.reject(new Error(`Cannot read ${path}: it is not there`));
  return {
    list: (path) => Promise.resolve(namesBelow(path, [...files.keys()])),
    readBytes: read,
    readText: async (path) => new TextDecoder().decode(await read(path)),
  };
}

function namesBelow(folder: string, paths: readonly string[]): readonly string[] | undefined {
  const names = paths.filter((path) => path.startsWith(`${folder}/`))
    .map((path) => path.slice(folder.length + 1).split("/")[0]!);
  return names.length > 0 ? [...new Set(names)].sort() : undefined;
}

Deno.test("files that show something else than the model answers are told, line by line", async () => {
  const folder = `${whole("k7.3-vtd-eim-ids-0-255-300-1000")}/`;
  const { readBytes } = denoWorld();
  const { disagreements, status } = await answer([folder], {
    readBytes: async (path) => {
      const bytes = await readBytes(path);
      return path.endsWith("uname.txt") ? new TextEncoder().encode("5.10.0-46-amd64\n") : bytes;
    },
  });
  assert.equal(status, 1);
  const lines = disagreements.filter(({ field }: { field: string }) => field === "lines");
  assert.deepEqual(lines[0], {
    field: "lines",
    found: "APIC: Switched APIC routing to: cluster x2apic",
    modelled: null,
    where: lines[0].where,
  });
  assert.match(lines[0].where, /^dmesg\.txt:\d+$/);
  const chips = disagreements.find(({ field }: { field: string }) => field === "chips.pciMsi");
  assert.deepEqual([chips.found, chips.modelled], [["IR-PCI-MSI", "IR-PCI-MSIX"], ["IR-PCI-MSI"]]);
});

Deno.test("a word in hardware that Linux would not have written is told with its line", async () => {
  const folder = `${whole("k6.1-kvmext-ids-0-300-1000-32000-33000")}/`;
  const { readBytes } = denoWorld();
  const { disagreements } = await answer([folder], {
    readBytes: async (path) => {
      const bytes = await readBytes(path);
      if (!path.endsWith("pci-msi.txt")) return bytes;
      const text = new TextDecoder().decode(bytes).replace(
        /addr=00000000fee[0-9a-f]{5}/,
        (found) => found.slice(0, -2) + "04",
      );
      return new TextEncoder().encode(text);
    },
  });
  assert.equal(disagreements.length, 1);
  assert.match(disagreements[0].field, /^0000:00:0\d\.0 message 0$/);
  assert.match(disagreements[0].where, /^pci-msi\.txt:\d+$/);
});

Deno.test("people read the verdict, the decisions with the lines that show them, and what next", async () => {
  const { out, talk, status } = await explain([
    whole("k6.12-vtd-noeim-kvmext-ids-0-254-300-skipnvme"),
  ]);
  assert.equal(status, 1);
  assert.match(
    out,
    /^\S+: lossy, 3 pairs of device and CPU; nothing in the files says otherwise\n/,
  );
  assert.match(
    out,
    / {2}intel_prepare_irq_remapping: ready, xapic mode .*\n(.*\n)* {6}dmesg.txt:147 {2}DMAR-IR: dmar0 does not support EIM\n/,
  );
  assert.match(out, /\n {6}proc-interrupts\.txt:\d+ {2}IRQ \d+, chip IR-IO-APIC, timer\n/);
  assert.match(out, /\nLost\n {2}ioapic:0 +300 +H3/);
  assert.match(out, /\nNext {2}deno task .* \| deno task -q irqscope why - --cpu 300$/);
  assert.match(talk.join("\n"), /^Assumed kernel\.config: .*; give the kernel's configuration$/m);
});

Deno.test("tables alone show nothing of a boot, and the answer says so", async () => {
  const { out } = await explain([`${whole("k6.1-bare-9cpus")}/acpi`]);
  assert.match(out, /: up, .*; no file shows what it did\n\nWhat this kernel does\n/);
});

Deno.test.each([
  { args: ["README.md"], says: /^Cannot read README\.md: it is nothing that tells of a machine; / },
  { args: ["lib"], says: /^Cannot read lib: no file in it tells of a machine; give dmesg, / },
  { args: ["/nowhere"], says: /^Cannot read \/nowhere: there is no such file; check the path$/ },
])("explain $args is refused in one line", async ({ args, says }) => {
  const { status, out, talk } = await explain(args);
  assert.deepEqual([status, out, talk.length], [3, "", 1]);
  assert.match(talk[0]!, says);
});

Deno.test.each([
  {
    name: "APIC",
    text: "APIC\x3c\0\0\0cut off",
    says: "Cannot read /given/APIC: a stream of tables at byte 0: 15 bytes at the end; " +
      "the last table is cut off",
  },
  {
    name: "cpuid.txt",
    text: "nothing\n",
    says: 'Cannot read /given/cpuid.txt: CPUID at line 1: "nothing"; give the lines of cpuid -r',
  },
  {
    name: "pci-config.hex",
    text: "0000:00:00.0 8680\n",
    says: "Cannot read /given/pci-config.hex: PCI configuration space at line 1: " +
      "0 bytes of 0000:00:00.0; a header has 64; give what lspci -xxx prints",
  },
])("a broken $name is no missing one", async ({ name, text, says }) => {
  const { status, talk } = await explain([`/given/${name}`], {
    list: () => Promise.resolve(undefined),
    readBytes: () => Promise.resolve(new TextEncoder().encode(text)),
  });
  assert.deepEqual([status, talk], [3, [says]]);
});

Deno.test("without a word explain says what it wants", async () => {
  const { status, talk } = await explain([]);
  assert.equal(status, 2);
  assert.match(talk[0]!, /^Cannot go on without DIR_OR_FILE: /);
});

function machineIn(folder: string): Machine {
  return parseMachine(Deno.readTextFileSync(`${folder}machine.json`));
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
