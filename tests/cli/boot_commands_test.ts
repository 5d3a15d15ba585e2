/** `boot` and `compare` as typed, on recorded machines. */
import assert from "node:assert/strict";
import { commands } from "../../lib/cli/commands.ts";
import { runTool } from "../../lib/cli/frame.ts";
import { irqscope } from "../../lib/cli/main.ts";
import { pipe } from "../../lib/cli/terminal.ts";
import { denoWorld } from "../../lib/cli/world.ts";
import { firstBoots, recordedBoots } from "../boots/boots.ts";

const texts = new Map((await recordedBoots()).map(({ name, machine }) => [
  name,
  JSON.stringify(machine),
]));

/** A command line whose machine files are names of recorded boots. */
async function run(line: string) {
  const world = {
    ...denoWorld(),
    readText: (path: string) => Promise.resolve(texts.get(path) ?? path),
    out: pipe,
    err: pipe,
    talk: (text: string) => void talk.push(text),
  };
  const talk: string[] = [];
  const { status, out } = await runTool(irqscope, commands, line.split(" "), world);
  return { status, out, talk: talk.join("\n") };
}

const CONTRACT = [
  "era",
  "outcome",
  "apicDriver",
  "x2apic",
  "maxApicId",
  "irqRemapping",
  "online",
  "offline",
  "possible",
  "present",
  "chips",
  "domains",
  "parents",
  "lines",
  "trace",
];

Deno.test.each(await firstBoots())("boot $name --json answers as Linux did", async (recorded) => {
  const { name, observed } = recorded;
  const { out, status } = await run(`boot ${name} --json`);
  const answer = JSON.parse(out);
  for (const field of CONTRACT) assert.ok(field in answer, field);
  assert.equal(status, answer.outcome === "up" ? 0 : 1);
  const { apicDriver, x2apic, irqRemapping, online } = observed;
  assert.deepEqual(
    [answer.apicDriver, answer.x2apic, answer.irqRemapping, answer.online],
    [apicDriver, x2apic, irqRemapping, online],
  );
});

Deno.test("boot tells the outcome first, then facts, parents, losses and decisions", async () => {
  const { out, status } = await run("boot k6.12-vtd-noeim-kvmext-ids-0-254-300-skipnvme");
  assert.equal(status, 1);
  const [first] = out.split("\n");
  assert.match(first!, /: lossy, 3 pairs of device and CPU$/);
  assert.match(out, /^APIC driver +physical x2apic$/m);
  assert.match(out, /^ {2}ioapic:0 +300 +H3/m);
  assert.match(out, /^ {2}try_to_enable_x2apic +x2APIC on, APIC IDs up to 32767 /m);
});

Deno.test.each([
  {
    name: "k6.1-hpetmsi-vtd-eim-ids-0-1-300",
    says: /: up, every device that has a parent reaches all 3 CPUs; hpet:0 has no parent and so/,
  },
  { name: "k6.1-vtd-eim-small", says: /: up, every device reaches all 3 CPUs$/m },
  {
    name: "k6.1-kvmnoext-ids-0-300-1000-32000-33000",
    says: /: up, 1 of 5 CPUs runs, every device reaches it$/m,
  },
  {
    name: "k6.1-kvmnoext-ids-0-300-1000-32000-33000",
    says: /^ {2}300, 1000, 32000 {2}its APIC ID is above 255/m,
  },
  {
    name: "k6.1-stock10-bare-topo-ids-0-256-257",
    says: /^ {2}1-128, 258-384 +disabled in the MADT/m,
  },
])("boot $name says who is reached and who does not run", async ({ name, says }) => {
  assert.match((await run(`boot ${name}`)).out, says);
});

Deno.test("boot takes another kernel's place", async () => {
  const { out } = await run("boot k6.1-kvmext-small --kernel mail --json");
  assert.equal(JSON.parse(out).era, "mail");
  const { status, talk } = await run("boot k6.1-kvmext-small --kernel 2.6");
  assert.equal(status, 2);
  assert.match(talk, /^Cannot boot kernel "2\.6": .* \(4\.1 to 7\.3 are modelled\), or mail$/);
});

Deno.test("boot takes what uname -r prints, and says which kernels are newer than any known", async () => {
  const { out } = await run("boot k6.1-kvmext-small --kernel 5.10.0-30-amd64 --json");
  assert.equal(JSON.parse(out).era, "E510");
  const { status, talk } = await run("boot k6.1-kvmext-small --kernel 8.0");
  assert.equal(status, 0);
  assert.match(talk, /^Kernel 8\.0 is newer than 7\.3, .* counts as 7\.3$/);
});

Deno.test("a machine may come by standard input", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-RE", "--no-prompt", "--quiet", "lib/cli/main.ts", "boot", "-"],
    cwd: new URL("../../", import.meta.url),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(texts.get("k6.1-kvmext-small")!));
  await writer.close();
  const { code, stdout } = await child.output();
  assert.equal(code, 0);
  assert.match(new TextDecoder().decode(stdout), /^k6\.1-kvmext-small: up/);
});

Deno.test("compare finds what 5.11 changed for an HPET in no scope", async () => {
  const { out, status } = await run("compare k5.10-hpetmsi-vtd-eim-small --kernel 6.1 --json");
  assert.equal(status, 1);
  const { decisions, pairs } = JSON.parse(out);
  assert.deepEqual(decisions.map(({ step }: { step: string }) => step), [
    "era",
    "hpet_create_irq_domain",
  ]);
  assert.deepEqual(pairs[0], {
    device: "hpet:0",
    apicId: 0,
    before: "arrives",
    after: "no parent",
  });
});

Deno.test("compare says of a pair what reach says, and only of devices that send", async () => {
  const name = "k6.1-vtd-noeim-kvmext-ids-0-254-300-33000";
  const { pairs } = JSON.parse((await run(`compare ${name} --kernel 5.10 --json`)).out);
  const fates = new Set(pairs.map(({ before }: { before: string }) => before));
  assert.deepEqual([...fates].sort(), ["lost", "out of reach"]);
  const devices = pairs.map(({ device }: { device: string }) => device);
  assert.ok(devices.includes("iommu:0") && !devices.includes("0000:00:03.0"), devices.join());
});

Deno.test("compare of a machine with itself finds nothing", async () => {
  const { out, status } = await run("compare k6.1-vtd-eim-small k6.1-vtd-eim-small");
  assert.deepEqual([out.trim(), status], ["No difference", 0]);
});

Deno.test("a machine that cannot be read gives one line and status 3", async () => {
  const { out, status, talk } = await run("boot nonsense");
  assert.deepEqual([out, status], ["", 3]);
  assert.match(talk, /^Cannot read machine nonsense: it is no JSON [^\n]+$/);
});
