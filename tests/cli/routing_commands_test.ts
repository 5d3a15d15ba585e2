/** `message`, `reach`, `why`, `advise`, `fit` and `sweep` as typed, on recorded machines. */
import assert from "node:assert/strict";
import { commands } from "../../lib/cli/commands.ts";
import { runTool } from "../../lib/cli/frame.ts";
import { irqscope } from "../../lib/cli/main.ts";
import { pipe } from "../../lib/cli/terminal.ts";
import { denoWorld } from "../../lib/cli/world.ts";
import { firstBoots, type ObservedMessage, recordedBoots } from "../boots/boots.ts";

const texts = new Map((await recordedBoots()).map(({ name, machine }) => [
  name,
  JSON.stringify(machine),
]));

const flat = texts.get("k6.1-bare-small")!;
texts.set("flat-with-one-CPU-started", flat.replace(" console", " maxcpus=1$&"));

/** A command line whose machine files are names of recorded boots. */
async function run(line: string) {
  const talk: string[] = [];
  const world = {
    ...denoWorld(),
    readText: (path: string) => Promise.resolve(texts.get(path) ?? ""),
    out: pipe,
    err: pipe,
    talk: (text: string) => void talk.push(text),
  };
  const { status, out } = await runTool(irqscope, commands, line.split(" "), world);
  return { status, out, talk: talk.join("\n") };
}

async function json(line: string): Promise<Record<string, unknown>> {
  const { out, talk } = await run(`${line} --json`);
  assert.equal(talk, "");
  return JSON.parse(out);
}

const plain = (await firstBoots()).flatMap(({ name, observed: { messages } }) => {
  const unremapped = messages.filter(({ chip }) => !chip.startsWith("IR-"));
  return unremapped.length > 0 ? [{ name, unremapped }] : [];
});

Deno.test.each(plain)("$name: message prints every word found in hardware", async (recorded) => {
  for (const message of recorded.unremapped) {
    const { expected, options } = asTyped(message);
    const found = await json(`message ${recorded.name} --apic-id ${message.apicId} ${options}`);
    const words = Object.fromEntries(Object.keys(expected).map((key) => [key, found[key]]));
    assert.deepEqual(words, expected);
  }
});

function asTyped(message: ObservedMessage) {
  if (message.source !== "ioapic") {
    const { addressLow, addressHigh, data, device } = message;
    const vector = parseInt(data, 16) & 0xff;
    return {
      expected: { addressLow, addressHigh, data },
      options: `--source msi --device ${device} --vector ${vector}`,
    };
  }
  const low = parseInt(message.rte.slice(8), 16);
  const flags = [low & 0x8000 ? "--level" : "", low & 0x2000 ? "--active-low" : ""];
  const options = ["--source ioapic", `--pin ${message.pin}`, `--vector ${low & 0xff}`, ...flags];
  return { expected: { rte: message.rte }, options: options.filter(Boolean).join(" ") };
}

Deno.test.each([
  {
    line: "message k6.1-vtd-eim-small --source msi --apic-id 1 --vector 0x31 --index 0x10",
    status: 0,
    out: { addressLow: "fee00218", addressHigh: "00000000", data: "00000000", index: 16 },
  },
  {
    line: "message k6.1-vtd-eim-small --source iommu --apic-id 1 --vector 0x31",
    status: 0,
    out: { addressLow: "fee02004", addressHigh: "00000000", data: "00000031" },
  },
  {
    line: "message k6.1-amd-xt-kvmext-ids-0-254-300 --source iommu --apic-id 300 --vector 0x31",
    status: 0,
    out: { register: "0000003112100004" },
  },
  {
    line: "message k6.1-hpetmsi-kvmext-ids-0-300-1000 --source hpet --apic-id 300 --vector 0x31",
    status: 0,
    out: { address: "fee2c020", data: "00000031" },
  },
  {
    line: "message flat-with-one-CPU-started --source msi --apic-id 2 --vector 0x31",
    status: 0,
    out: { addressLow: "fee04004", addressHigh: "00000000", data: "00000031" },
  },
  {
    line: "reach flat-with-one-CPU-started --device msi",
    status: 0,
    out: { msi: { parent: "VECTOR", intervals: [[0, 2]], broadcast: [255], unreachable: [] } },
  },
  {
    line: "message k6.1-hpetmsi-vtd-eim-small --source hpet --apic-id 1 --vector 0x31",
    status: 1,
    out: { parent: null },
  },
])("`$line` answers with $status", async ({ line, status, out }) => {
  const ending = await run(`${line} --json`);
  assert.equal(ending.status, status, ending.talk);
  const found = JSON.parse(ending.out);
  assert.deepEqual(Object.fromEntries(Object.keys(out).map((key) => [key, found[key]])), out);
});

Deno.test.each([
  {
    line: "message k6.1-vtd-eim-small --source msi --apic-id 1 --vector 0x31",
    talk: /Cannot compose for 0000:00:01\.0 without --index: INTEL-IR-0 remaps it/,
  },
  {
    line: "message k6.1-kvmext-small --source ioapic --apic-id 1 --vector 0x31",
    talk: /Cannot go on without --pin/,
  },
  {
    line: "message k6.1-bare-small --source msi --apic-id 9 --vector 0x31",
    talk: /Cannot name APIC ID 9 in flat logical mode: .* those are 0, 1, 2/,
  },
  {
    line: "message k6.1-kvmext-small --source msi --device 0000:99:00.0 --apic-id 1 --vector 1",
    talk: /Cannot find 0000:99:00\.0 among the msi devices of k6\.1-kvmext-small: they are 0000:/,
  },
  {
    line:
      "message k6.1-hpetmsi-kvmext-ids-0-300-1000 --source hpet --device ioapic:0 --apic-id 0 " +
      "--vector 0x31",
    talk: /Cannot find ioapic:0 among the hpet devices of .*: they are hpet:0$/,
  },
  {
    line: "message k6.1-kvmext-small --source msi --apic-id 1 --vector 0x31 --level --pin 9",
    talk: /Cannot use --pin with --source msi: .*\(msi has --device and --index\)/,
  },
  {
    line: "message k6.1-kvmext-small --source hpet --apic-id 1 --vector 0x31 --active-low",
    talk: /Cannot use --active-low with --source hpet: .* or give --source ioapic/,
  },
  {
    line: "message k6.1-kvmext-small --source iommu --apic-id 1 --vector 1",
    talk: /Cannot find a remapping unit in k6\.1-kvmext-small/,
  },
  { line: "message k6.1-kvmext-small --source msi --vector 1", talk: /without --apic-id/ },
  {
    line: "message k6.1-kvmext-small --source msi --apic-id 1 --vector 300",
    talk: /--vector "300": give a whole number from 0 to 255/,
  },
  { line: "why k6.1-kvmext-small", talk: /without --cpu/ },
  { line: "reach k6.1-kvmext-small --device pci", talk: /it is one of ioapic, hpet, msi, iommu/ },
])("`$line` is misuse, told in one line", async ({ line, talk }) => {
  const ending = await run(line);
  assert.deepEqual([ending.status, ending.out], [2, ""]);
  assert.match(ending.talk, talk);
  assert.equal(ending.talk.split("\n").length, 1);
});

Deno.test("reach answers no when an online CPU is out of a device's reach", async () => {
  const hole = "k6.1-vtd-noeim-kvmext-ids-0-254-300-33000";
  const { status, out } = await run(`reach ${hole} --device msi --json`);
  assert.equal(status, 1);
  assert.deepEqual(JSON.parse(out), {
    msi: { parent: "INTEL-IR-0", intervals: [[0, 255]], broadcast: [], unreachable: [300] },
  });
  assert.equal((await run(`reach ${hole} --device msi --cpu 254`)).status, 0);
  assert.equal((await run(`reach ${hole} --device msi --cpu 300`)).status, 1);
});

Deno.test.each([
  { name: "k6.1-vtd-eim-small", says: /CPUs of this machine it can name/ },
  { name: "k6.1-kvmext-small", says: /APIC IDs it can name/ },
])("reach $name says whether IDs or CPUs are meant", async ({ name, says }) => {
  assert.match((await run(`reach ${name}`)).out, says);
});

Deno.test("why names the rung that binds, in words and in JSON", async () => {
  const line = "why k6.1-vtd-noeim-kvmext-ids-0-254-300-33000 --cpu 300 --device ioapic";
  const { status, out } = await run(line);
  assert.equal(status, 1);
  assert.match(out, /^APIC ID 300 cannot be interrupted: remapping entry, 8 bits \(ioapic:0\)$/m);
  const { reachable, binding, ladder } = await json(line);
  assert.deepEqual([reachable, binding], [false, "remapping entry, 8 bits"]);
  assert.ok(Array.isArray(ladder) && ladder.every((rung) => "limit" in rung && "where" in rung));
});

Deno.test.each([
  {
    line: "message k6.1-stock10-bare-topo-ids-0-256-257 --source msi --apic-id 256 --vector 49",
    talk:
      /^These words do not arrive at APIC ID 256: it is not online .*; they hit APIC ID 0 instead$/,
  },
  {
    line: "message k6.1-kvmext-small --source msi --apic-id 77 --vector 0x31",
    talk:
      /^These words do not arrive at APIC ID 77: it is not online .*; nobody answers to physical/,
  },
  {
    line: "message k6.1-vtd-noeim-kvmext-ids-0-254-300-33000 --source msi --apic-id 300 " +
      "--vector 0x31 --index 3",
    talk: /^These words do not arrive at APIC ID 300: /,
  },
  {
    line: "message k6.1-kvmext-small --source msi --apic-id 1 --vector 3",
    talk: /^These words do not arrive at APIC ID 1: vector 0x3 is below 0x10/,
  },
  { line: "message k6.1-kvmext-small --source msi --apic-id 1 --vector 0x31", talk: /^$/ },
])("`$line` prints the words, and warns where they lead elsewhere", async ({ line, talk }) => {
  const ending = await run(line);
  assert.equal(ending.status, 0);
  assert.match(ending.out, /^addressLow +fee/);
  assert.match(ending.talk, talk);
});

Deno.test("why tells classes apart, in words for people", async () => {
  const { out } = await run("why k6.1-hpetmsi-vtd-eim-ids-0-1-300 --cpu 300");
  const [first, second] = out.split("\n");
  assert.equal(first, "APIC ID 300 can be interrupted by ioapic and msi, not by hpet");
  assert.match(second!, /^ {2}hpet:0: no domain parents it; INTEL-IR-0 declined: the firmware's /);
  assert.doesNotMatch(out, /notInScope|apicIdsOutOfReach/);
});

Deno.test("advise lists what helps, cheapest first, and says when nothing is wrong", async () => {
  const { status, out } = await run("advise k6.1-kvmext-nox2apic-ids-0-254-255-300 --json");
  assert.equal(status, 0);
  const advice: readonly Record<string, unknown>[] = JSON.parse(out);
  const keys = ["change", "cost", "result", "where"];
  assert.ok(advice.every((each) => keys.every((key) => key in each)));
  assert.equal(advice[0]?.change, "take nox2apic away");
  const whole = await run("advise k6.1-kvmext-small");
  assert.deepEqual([whole.status, whole.out.trim()], [
    0,
    "Every CPU runs and every device reaches it: nothing to change",
  ]);
  const orphaned = await run("advise k6.1-hpetmsi-vtd-eim-ids-0-1-300");
  assert.match(orphaned.out, /every device that has a parent reaches it: .*; hpet:0 has no parent/);
});

Deno.test("fit answers by exit status whether a topology works anywhere", async () => {
  const { status, out } = await run("fit --cpus 240 --cores 5 --sockets 48 --json");
  const { maxApicId, apicIds, safe, needs, nearest } = JSON.parse(out);
  assert.deepEqual([status, maxApicId, apicIds.length, safe, needs.length], [
    1,
    380,
    240,
    false,
    2,
  ]);
  assert.deepEqual(nearest, { threads: 1, cores: 4, sockets: 60, maxApicId: 239 });
  assert.equal((await run("fit --cpus 200")).status, 0);
  assert.match((await run("fit --cpus 200")).out, /1 socket × 200 cores × 1 thread:/);
  assert.equal((await run("fit --cpus 9 --cores 2 --sockets 2")).status, 2);
});

Deno.test("sweep proves the mail for one kernel and shows how far it is", async () => {
  const { status, out, talk } = await run("sweep --kernel mail --json");
  assert.equal(status, 0);
  const { configurations, offersWhenItReaches } = JSON.parse(out);
  const { checked, panickedBefore, exceptions } = offersWhenItReaches;
  assert.equal(checked + panickedBefore, configurations);
  assert.ok(panickedBefore < configurations / 20, "few kernels panic before they ask");
  assert.equal(exceptions, 0);
  assert.match(talk.split("\n").at(-1)!, /10\/10$/);
});

Deno.test("a key that looks like a slip is told, one that is anybody's own is not", async () => {
  const json = JSON.parse(texts.get("k6.1-vtd-eim-small")!);
  json.delivery.compatPasesRemapping = json.delivery.compatPassesRemapping;
  delete json.delivery.compatPassesRemapping;
  json.serialNumber = "X-1";
  texts.set("slips", JSON.stringify(json));
  const { status, talk } = await run("boot slips");
  assert.equal(status, 0);
  assert.match(talk, /delivery\.compatPasesRemapping .*did you mean "compatPassesRemapping"\?/);
  assert.doesNotMatch(talk, /serialNumber/);
});

Deno.test.each([
  { line: "compare - -", says: /two machines from standard input/ },
  { line: "compare k6.1-vtd-eim-small", says: /or --kernel VERSION/ },
  {
    line: "message k6.1-vtd-eim-small --source ioapic --pin 99 --apic-id 0 --vector 49",
    says: /ioapic:0 has pins 0-23/,
  },
])("$line is misuse", async ({ line, says }) => {
  const { status, out, talk } = await run(line);
  assert.deepEqual([status, out], [2, ""]);
  assert.match(talk, says);
});

Deno.test("reach tells of one CPU why it is not interrupted, running or not", async () => {
  const machine = "k6.1-kvmnoext-ids-0-300-1000-32000-33000";
  const nowhere = await run(`reach ${machine} --cpu 77 --device msi`);
  assert.deepEqual(nowhere.status, 1);
  assert.match(nowhere.out, /does not run: the machine has no such CPU/);
  const refused = await run(`reach ${machine} --cpu 300 --device msi`);
  assert.match(refused.out, /does not run: its APIC ID is above 255/);
  assert.deepEqual((await run(`reach ${machine} --cpu 0 --device msi`)).status, 0);
});
