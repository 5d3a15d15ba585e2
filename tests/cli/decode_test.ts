/** `decode` and `eval` as typed. */
import assert from "node:assert/strict";
import { commands } from "../../lib/cli/commands.ts";
import { runTool } from "../../lib/cli/frame.ts";
import { irqscope } from "../../lib/cli/main.ts";
import { pipe } from "../../lib/cli/terminal.ts";
import { denoWorld } from "../../lib/cli/world.ts";
import { type ObservedMessage, recordedBoots } from "../boots/boots.ts";

const boots = await recordedBoots();
const files = new Map(boots.map(({ name, machine }) => [name, JSON.stringify(machine)]));

async function run(line: string) {
  const talk: string[] = [];
  const world = {
    ...denoWorld(),
    readText: (path: string) => Promise.resolve(files.get(path) ?? Deno.readTextFileSync(path)),
    out: pipe,
    err: pipe,
    talk: (text: string) => void talk.push(text),
  };
  const { status, out } = await runTool(irqscope, commands, line.split(" "), world);
  return { status, out, talk: talk.join("\n") };
}

// deno-lint-ignore no-explicit-any
async function json(line: string): Promise<any> {
  const { out, talk } = await run(`${line} --json`);
  assert.equal(talk, "");
  return JSON.parse(out);
}

const vectors = new URL("../vectors/hardware.json", import.meta.url).pathname;

/** Unremapped words and whether their interrupt was seen to arrive; a unit's own passes it by. */
const seen = boots.flatMap(({ name, observed: { messages, moves, emulatorArtefact } }) => {
  if (emulatorArtefact) return [];
  const told = messages.flatMap((message) => {
    if (message.chip.startsWith("IR-") || message.source === "iommu") return [];
    const move = moves.find(({ irq, apicId }) => irq === message.irq && apicId === message.apicId);
    return move?.delivered || move?.lost ? [{ message, arrived: move.delivered }] : [];
  });
  return told.length > 0 ? [{ name, told }] : [];
});

Deno.test.each(seen)(
  "$name: words hit the CPU they were meant for iff it was interrupted",
  async (given) => {
    for (const { message, arrived } of given.told) {
      const { hits } = await json(`decode ${typed(message)} --machine ${given.name}`);
      assert.equal(hits.includes(message.apicId), arrived, `${typed(message)} hits ${hits}`);
    }
  },
);

function typed(message: ObservedMessage): string {
  if (message.source === "ioapic") return `rte ${message.rte.replace(/^(.{11})1/, "$10")}`;
  return `msi ${message.addressHigh}${message.addressLow} ${message.data}`;
}

Deno.test.each([
  {
    line: "decode msi fee02020 4031",
    expected: { format: "compatibility", destId8: 2, destId15: 0x102, vector: 0x31 },
  },
  {
    line: "decode msi fee00418 3",
    expected: { format: "remappable", handle: 32, subhandle: 3, index: 35 },
  },
  { line: "decode msi fee00000 5 --vendor amd", expected: { format: "amdRemappable", index: 5 } },
  { line: "decode rte 0x0102000000010031", expected: { masked: true, destId15: 0x101 } },
  { line: "decode rte 000b000000000031", expected: { format: "remappable", index: 5 } },
  {
    line: "decode irte 00000000000400100000012c00410001",
    expected: { format: "vtd", destId: 300, sourceId: 0x10, sourceValidationType: "sourceId" },
  },
  {
    line: "decode irte 00000000000400100000030000410001 --mode xapic",
    expected: { format: "vtdXapic", destId: 3 },
  },
  {
    line: "decode irte 00000001000400102345678000558001",
    expected: { format: "vtdPosted", descriptorAddress: "123456780" },
  },
  { line: "decode irte 00410f41", expected: { format: "amd32", destId: 15, destMode: "logical" } },
  {
    line: "decode irte 01000000000000410000000000012c01 --vendor amd",
    expected: { format: "amd128", dest: 2 ** 24 + 300 },
  },
  {
    line: "decode hpet fee0102000000031",
    expected: { address: "fee01020", data: "00000031", destId15: 0x101 },
  },
  { line: "decode icr 0000012c00004031", expected: { dest: 300, shorthand: "none" } },
  { line: "decode icr 0300000000004031 --mode xapic", expected: { format: "xapic", dest: 3 } },
  {
    line: "decode msi fee00000 5 --machine k6.1-kvmext-small",
    expected: { hits: [], because: "vector 0x5 is below 0x10: LAPICs drop it" },
  },
  { line: "decode rte 0100000000020031", expected: { misused: ["reserved17to47"] } },
  { line: "decode msi fee0b010 10000", expected: { format: "remappable", misused: undefined } },
])("$line", async ({ line, expected }) => {
  const found = await json(line);
  const told = Object.fromEntries(Object.keys(expected).map((key) => [key, found[key]]));
  assert.deepEqual(told, expected);
});

const V = "k6.1-vtd-eim-small";
const B = "k6.1-bare-small";
const S = "k6.1-kvmext-small";
const A = "k5.10-amd-xt-small";
const X = "k6.12-vtd-noeim-kvmext-ids-0-254-300-skipnvme";

Deno.test.each([
  // No interrupt: an unprogrammed route, other memory.
  ...[V, B, S, A].flatMap((machine) => [
    { line: `hpet 0 --machine ${machine}`, hits: [] },
    { line: `msi fed01000 31 --machine ${machine}`, hits: [] },
    { line: `msi 00000100fee01000 31 --machine ${machine}`, hits: [] },
  ]),
  // A masked pin sends nothing, remapped or not.
  { line: `rte 000b000000010031 --machine ${V}`, hits: [] },
  { line: `rte 0000000000010005 --machine ${A}`, hits: [] },
  // The format bit means something to VT-d only.
  { line: `msi fee000b0 31 --machine ${B}`, hits: [0] },
  { line: `rte 000b000000000031 --machine ${B}`, hits: [0] },
  { line: `msi fee01010 7 --machine ${A}`, hits: null },
  // The unit asks its table, or faults before: 21h, 20h, 25h passes in QEMU.
  { line: `msi fee000b0 31 --machine ${V}`, hits: null },
  { line: `msi feeffffc 1 --machine ${V}`, hits: [] },
  { line: `msi fee00018 10001 --machine ${V}`, hits: [] },
  { line: `msi fee01000 400 --machine ${A}`, hits: [] },
  // An entry type that AMD reserves, a guest's flag where none may be.
  { line: `irte 0000000000000061000000000000010d --machine ${A}`, hits: [] },
  { line: `irte 0041010d --machine ${A}`, hits: [] },
  { line: `irte 00410181 --machine ${A}`, hits: [] },
  { line: `irte 00410101 --machine ${A}`, hits: [1] },
  // A guest's CPUs run in x2APIC mode while its unit remaps in xAPIC mode: 47:40 is the ID.
  { line: `irte 00000000000400080000fe0000310009 --machine ${X}`, hits: [254] },
  { line: `irte 0000000000040008000012c000310009 --machine ${X}`, hits: [] },
])("decode $line hits $hits", async ({ line, hits }) => {
  assert.deepEqual((await json(`decode ${line}`))["hits"], hits);
});

Deno.test("an entry of Intel's is 128 bits wide however few digits are written", async () => {
  const line = "decode irte 410001 --vendor intel --mode x2apic";
  assert.equal((await json(line))["format"], "vtd");
});

Deno.test.each([
  { line: "decode msi fee02020", says: /^Cannot decode 1 words as msi: give ADDRESS DATA/ },
  { line: "decode rte xyz", says: /^Cannot read WORD "xyz": give at most 16 hex digits/ },
  { line: "decode rte 10000000000000000", says: /at most 16 hex digits/ },
  { line: "decode pic 0", says: /msi, rte, irte, hpet, icr/ },
])("$line is misuse", async ({ line, says }) => {
  const { status, out, talk } = await run(line);
  assert.deepEqual([status, out], [2, ""]);
  assert.match(talk, says);
});

Deno.test("decode tells people every field, its bits and its note", async () => {
  const { out } = await run("decode irte 00000000000400100000012c00410001");
  assert.match(out, /63:32 +destId +300 = 0x12c +DST: destination, x2APIC mode/);
});

Deno.test("eval prints every answer as data, and says beside it how many agree", async () => {
  const { status, out, talk } = await run(`eval ${vectors}`);
  assert.equal(status, 0);
  assert.match(talk, /(\d+) of \1 vectors agree; 150 rows/);
  assert.equal(JSON.parse(out).length, 293);
});

Deno.test("a vector or row that cannot be read spoils none of the others", async () => {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  const row = { lapic: "x2apic-physical", format: "compat", source: "msi" };
  await Deno.writeTextFile(
    file,
    JSON.stringify({
      vectors: [
        { id: "no list", group: "route", in: { apics: [null] } },
        { id: "three", group: "msi-multi", in: { address: "0xfee00000", messages: 3 } },
        { id: "fine", group: "x2ldr", in: { x2apicId: 300 } },
      ],
      reachMatrix: [{ ...row, lapic: "8259" }, row],
    }),
  );
  const { status, out } = await run(`eval ${file}`);
  await Deno.remove(file);
  const answers = JSON.parse(out) as { id: string; error?: string }[];
  assert.deepEqual(answers.map(({ id, error }) => [id, error?.split(";")[0]]), [
    ["no list", "Cannot read vector: apics has null"],
    ["three", "Cannot send 3 messages: a function sends 1, 2, 4, 8, 16 or 32"],
    ["fine", undefined],
    ["reach/8259/compat/msi", 'Cannot read vector: in.lapic is "8259"'],
    ["reach/x2apic-physical/compat/msi", undefined],
  ]);
  assert.equal(status, 1);
});
