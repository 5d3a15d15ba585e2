/** Machine files that can be read, and the one line for each that cannot. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { MachineError, parseMachine } from "../../lib/machine/parse_machine.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { withKernel } from "../../lib/machine/with_kernel.ts";
import { recordedBoots } from "../boots/boots.ts";
import { dmar, ivrs, KVM, machine } from "../linux/machines.ts";

Deno.test("every recorded machine can be read, and stays as it was", async () => {
  for (const { name, machine } of await recordedBoots()) {
    assert.deepEqual(parseMachine(machine, { file: name }), machine);
    assert.deepEqual(parseMachine(JSON.stringify(machine)), machine);
  }
});

// deno-lint-ignore no-explicit-any -- cases break the type on purpose
type Draft = any;

const UNREADABLE: readonly { why: string; spoil: (draft: Draft) => void; says: RegExp }[] = [
  { why: "a field is missing", spoil: (m) => delete m.cpus, says: /^cpus is missing; list/ },
  {
    why: "an inner field is missing",
    spoil: (m) => delete m.cpu.arat,
    says: /^cpu\.arat is missin/,
  },
  {
    why: "an ID is listed twice",
    spoil: (m) => m.cpus[2].apicId = 1,
    says: /^cpus\[2\]\.apicId is 1, the ID of cpus\[1\] too; give/,
  },
  {
    why: "an ID has more than 32 bits",
    spoil: (m) => m.cpus[1].apicId = 2 ** 32,
    says: /^cpus\[1\]\.apicId is 4294967296; give an APIC ID of 0 … 4294967295$/,
  },
  {
    why: "an ID is negative",
    spoil: (m) => m.cpus[1].apicId = -1,
    says: /^cpus\[1\]\.apicId is -1;/,
  },
  {
    why: "an ID is a fraction",
    spoil: (m) => m.cpus[1].apicId = 1.5,
    says: /is 1\.5; give an APIC/,
  },
  {
    why: "the kernel's version is nonsense",
    spoil: (m) => m.kernel.version = "latest",
    says: /^kernel\.version is "latest"; give major\.minor/,
  },
  {
    why: "the kernel never was",
    spoil: (m) => m.kernel.version = "5.42",
    says: /^kernel\.version is "5\.42", which is no kernel from 4\.1 on;/,
  },
  {
    why: "the kernel is too old",
    spoil: (m) => m.kernel.version = "3.18",
    says: /no kernel from 4\.1/,
  },
  {
    why: "the boot CPU is not listed",
    spoil: (m) => m.firmware.bootApicId = 9,
    says: /^firmware\.bootApicId is 9, which no enabled entry of cpus has;/,
  },
  {
    why: "the boot CPU is disabled",
    spoil: (m) => m.cpus[0].enabled = false,
    says: /^firmware\.bootApicId is 0, which no enabled entry/,
  },
  {
    why: "two I/O APICs have one id",
    spoil: (m) => m.ioapics.push({ ...m.ioapics[0], gsiBase: 24 }),
    says: /^ioapics\[1\]\.id is 8, the id of ioapics\[0\] too;/,
  },
  {
    why: "two I/O APICs share pins",
    spoil: (m) => m.ioapics.push({ ...m.ioapics[0], id: 9, gsiBase: 23 }),
    says: /^ioapics\[1\]\.gsiBase is 23, inside another/,
  },
  {
    why: "x2APIC was handed over by a CPU that has none",
    spoil: (m) => (m.firmware.x2apicEnabled = true, m.cpu.x2apic = false),
    says: /^firmware\.x2apicEnabled is true beside cpu\.x2apic false;/,
  },
  {
    why: "a high boot ID was handed over in xAPIC mode",
    spoil: (
      m,
    ) => (m.cpus[0] = { apicId: 300, entry: "x2apic", enabled: true }, m.firmware.bootApicId = 300),
    says: /^firmware\.bootApicId is 300 beside firmware\.x2apicEnabled false;/,
  },
  {
    why: "an ID does not fit its entry",
    spoil: (m) => m.cpus[1].apicId = 256,
    says: /^cpus\[1\]\.entry is "lapic" beside apicId 256/,
  },
  {
    why: "the hypervisor's leaves spell another signature",
    spoil: (m) => m.hypervisor = { ...KVM, signature: "xen" },
    says: /^hypervisor\.signature is "xen", but hypervisor\.leaves at base 0x40000000 spell no/,
  },
  {
    why: "the extended features contradict XT",
    spoil: (m) => m.remapping = ivrs({ efr: "0x80" }),
    says: /^remapping\.xt is true, but bit 2 of remapping\.efr 0x80 says false;/,
  },
  {
    why: "a vendor remaps that is none",
    spoil: (m) => m.remapping = { ...dmar(), vendor: "arm" },
    says: /^remapping\.vendor is "arm"; give null, or an object whose vendor/,
  },
  {
    why: "nothing is said of an HPET",
    spoil: (m) => delete m.hpet,
    says: /^hpet is missing; give null, or an object with id, fsb and timers$/,
  },
  {
    why: "the table of a remapping unit is missing",
    spoil: (m) => m.remapping = { ...dmar(), units: undefined },
    says: /^remapping\.units is missing; list/,
  },
  {
    why: "a PCI function is listed twice",
    spoil: (m) => m.devices.push(m.devices[0]),
    says: /^devices\[2\]\.bdf is "0000:00:1f\.2", the address of devices\[0\] too;/,
  },
];

Deno.test.each(UNREADABLE)("it says which field when $why", ({ spoil, says }) => {
  const draft = structuredClone(machine());
  spoil(draft);
  const error = refusal(draft);
  assert.match(error.message, /^Cannot read machine m\.json: [^\n]+; [^\n]+$/);
  assert.match(error.message.slice("Cannot read machine m.json: ".length), says);
  assert.equal(error.file, "m.json");
});

Deno.test.each([
  { text: "", says: /it is no JSON/ },
  { text: "{", says: /it is no JSON/ },
  { text: "null", says: /the file is null; write one JSON object/ },
  { text: "[]", says: /the file is \[\]; write one JSON object/ },
])('"$text" is no machine', ({ text, says }) => assert.match(refusal(text).message, says));

Deno.test.each<{ what: string; change: Partial<Machine> | ((draft: Draft) => void) }>([
  { what: "unknown extra fields", change: (m) => (m.colour = "red", m.cpus[0].socket = 3) },
  { what: "a kernel newer than any known", change: (m) => m.kernel.version = "11.4" },
  { what: "the mail's kernel", change: (m) => m.kernel.version = "mail" },
  { what: "placeholder entries that repeat", change: (m) => m.cpus.push(...twoPlaceholders) },
  { what: "a DMAR without units", change: (m) => m.remapping = { ...dmar(), units: [] } },
  {
    what: "an ID above 32767 in 4.19",
    change: (m) => (m.kernel.version = "4.19", m.cpus.push(far)),
  },
  {
    what: "features that are not known",
    change: (m) => m.remapping = dmar({ units: [{ ir: null }] }),
  },
])("$what can be read", ({ change }) => {
  const draft = structuredClone(machine()) as Draft;
  (change as (draft: Draft) => void)(draft);
  parseMachine(draft);
});

const twoPlaceholders = [1, 2].map(() => ({ apicId: 255, entry: "lapic", enabled: false }));
const far = { apicId: 40000, entry: "x2apic", enabled: true };

Deno.test("no JSON whatever gives more than one line, or anything but a MachineError", () => {
  fc.assert(fc.property(fc.json(), (text) => {
    assert.match(refusal(text).message, /^Cannot read machine m\.json: [^\n]+$/);
  }));
});

Deno.test("no spoiled field of a machine gives anything but a machine or one line", () => {
  const fields = Object.keys(machine()) as (keyof Machine)[];
  fc.assert(fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
    try {
      parseMachine({ ...machine(), [field]: value }, { file: "m.json" });
    } catch (error) {
      assert.ok(error instanceof MachineError);
      assert.match(error.message, /^Cannot read machine m\.json: [^\n]+$/);
    }
  }));
});

Deno.test("another kernel takes the place of the file's", () => {
  const given = machine({ version: "6.1", release: "6.1.0-50-amd64" });
  assert.equal(withKernel(given, undefined), given);
  assert.deepEqual(withKernel(given, "5.10").kernel.release, "5.10");
  assert.throws(() => withKernel(given, "one"), /^RangeError: Cannot boot kernel "one": give/);
});

function refusal(json: unknown): MachineError {
  try {
    parseMachine(json, { file: "m.json" });
  } catch (error) {
    if (error instanceof MachineError) return error;
    throw error;
  }
  throw new Error("Cannot refuse this machine: it was read");
}
