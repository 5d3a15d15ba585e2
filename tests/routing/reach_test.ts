import assert from "node:assert/strict";
import fc from "fast-check";
import { type Boot, boot } from "../../lib/linux/boot.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { parseMachine } from "../../lib/machine/parse_machine.ts";
import { follow } from "../../lib/routing/follow.ts";
import {
  anyInterrupt,
  type Booted,
  DEVICE_CLASSES,
  type DeviceClass,
  devicesOf,
  WORKING_CLASSES,
} from "../../lib/routing/interrupt.ts";
import { pathOf } from "../../lib/routing/path.ts";
import { reach, reachOf } from "../../lib/routing/reach.ts";
import { why } from "../../lib/routing/why.ts";
import { recordedBoots } from "../boots/boots.ts";

const machines: ReadonlyMap<string, Machine> = new Map(
  (await recordedBoots()).map(({ name, machine }) => [name, parseMachine(machine, { file: name })]),
);

function booted(
  name: string,
  { delivery, ...change }: { readonly [K in keyof Machine]?: Partial<Machine[K]> } = {},
): Booted & { readonly boot: Boot } {
  const recorded = machines.get(name);
  assert.ok(recorded, `no recording ${name}`);
  const parts = { ...change, delivery: { ...recorded.delivery, ...delivery } };
  const machine = { ...recorded, ...parts } as Machine;
  return { machine, boot: boot(machine) };
}

/** A CPU whose timer stops in deep sleep, and an HPET that can send messages instead. */
const HPET_MSI = {
  cpu: { vendor: "GenuineIntel", x2apic: true, arat: false },
  hpet: { id: 0, fsb: true, timers: 6 },
} as const;

interface Row {
  readonly name: string;
  readonly of: DeviceClass;
  readonly parent: string | null;
  readonly ids: string;
  readonly broadcast?: readonly number[];
  readonly unreachable?: readonly number[];
  readonly change?: Parameters<typeof booted>[1];
}

Deno.test.each<Row>([
  // Bare metal: 8 bits, of which 0xFF is everyone; flat destinations are the CPUs there are.
  {
    name: "k6.12-bare-ids-0-254-255-300",
    of: "ioapic",
    parent: "VECTOR",
    ids: "0-254",
    broadcast: [255],
  },
  {
    name: "k6.1-bare-ids-0-1-254",
    of: "msi",
    parent: "VECTOR",
    ids: "0-1,254",
    broadcast: [255],
  },
  // KVM: 8 bits whole, or 15.
  { name: "k6.1-kvmnoext-ids-0-254-255-256", of: "msi", parent: "VECTOR", ids: "0-255" },
  { name: "k6.1-kvmext-ids-0-255-32767-32768", of: "ioapic", parent: "VECTOR", ids: "0-32767" },
  { name: "k6.1-hpetmsi-kvmext-ids-0-300-1000", of: "hpet", parent: "VECTOR", ids: "0-32767" },
  // Where the receiver takes 0xFF as broadcast, 255 cannot be singled out.
  {
    name: "k6.1-kvmnoext-ids-0-254-255-256",
    of: "msi",
    parent: "VECTOR",
    ids: "0-254",
    broadcast: [255],
    unreachable: [255],
    change: { delivery: { apic: "kvm", kvmBroadcastQuirk: true } },
  },
  // An I/O APIC that drops entry bits 55:49 keeps its pins to 8 bits.
  {
    name: "k6.1-kvmext-ids-0-300-1000-32000-33000",
    of: "ioapic",
    parent: "VECTOR",
    ids: "0-255",
    unreachable: [300, 1000, 32000],
    change: { delivery: { ioapicDestBits: 8 } },
  },
  // Cluster destinations: of this machine's CPUs all, through 32 bits.
  {
    name: "k6.1-vtd-eim-small",
    of: "msi",
    parent: "INTEL-IR-0",
    ids: "0-2",
    broadcast: [4294967295],
  },
  // The hole: 15 bits promised, 8 in the remapping entry.
  {
    name: "k6.1-vtd-noeim-kvmext-ids-0-254-300-33000",
    of: "msi",
    parent: "INTEL-IR-0",
    ids: "0-255",
    unreachable: [300],
  },
  // The mail's own case: IR in xAPIC mode, the HPET beside it reaches further than what is remapped.
  {
    name: "k6.1-vtd-noeim-kvmext-ids-0-254-300-33000",
    of: "hpet",
    parent: "VECTOR",
    ids: "0-32767",
    change: HPET_MSI,
  },
  // The unit blocks it on real hardware.
  {
    name: "k6.1-vtd-noeim-kvmext-ids-0-254-300-33000",
    of: "hpet",
    parent: "VECTOR",
    ids: "",
    unreachable: [0, 254, 300],
    change: { ...HPET_MSI, delivery: { compatPassesRemapping: false } },
  },
  // No parent: IR with EIM, HPET in no scope.
  {
    name: "k6.1-hpetmsi-vtd-eim-ids-0-1-300",
    of: "hpet",
    parent: null,
    ids: "",
    unreachable: [0, 1, 300],
  },
])(
  "$of of $name, $change: $ids",
  ({ name, of, parent, ids, broadcast = [], unreachable = [], change }) => {
    const found = reach(booted(name, change), of);
    assert.deepEqual(
      { parent: found.parent, ids: String(found.ids), broadcast: found.broadcast },
      { parent, ids, broadcast },
    );
    assert.deepEqual(found.unreachable, unreachable);
  },
);

const anyMachine = fc.constantFrom(...machines.keys());
const anyDelivery: fc.Arbitrary<Partial<Machine["delivery"]>> = fc.record({
  messageDestBits: fc.constantFrom(8, 15),
  compatPassesRemapping: fc.boolean(),
  apic: fc.constantFrom("arch", "kvm"),
  kvmBroadcastQuirk: fc.boolean(),
});
const anyId = fc.oneof(
  fc.constantFrom(0, 1, 7, 8, 14, 15, 254, 255, 256, 300, 511, 32767, 32768, 65536),
  fc.nat({ max: 0xf_ffef }),
);

Deno.test("an ID is in reach exactly when following the words hits that CPU alone", () => {
  fc.assert(
    fc.property(anyMachine, anyDelivery, anyId, (name, delivery, apicId) => {
      const { machine, boot } = withCpu(booted(name, { delivery }), apicId);
      for (const of of DEVICE_CLASSES) {
        for (const device of devicesOf({ machine, boot }, of)) {
          assertAgree({ machine, boot }, of, device, apicId);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

/** The same boot with one more CPU online, if its LAPIC can bear the ID and IDs are named at all. */
function withCpu({ machine, boot }: Booted, apicId: number): Booted {
  const known = boot.online.some((cpu) => cpu.apicId === apicId);
  const nameable = boot.apic.mode === "x2apic" || apicId < 255;
  if (known || !nameable || boot.apic.destId === "cpuBit") return { machine, boot };
  return { machine, boot: { ...boot, online: [...boot.online, { cpu: 9, apicId }] } };
}

function assertAgree(booted: Booted, of: DeviceClass, device: string, apicId: number): void {
  const target = booted.boot.online.find((cpu) => cpu.apicId === apicId);
  const path = pathOf(booted, of, device);
  if (!target || !path) return;
  const { end, trace } = follow(booted, anyInterrupt(of, device), { ...target, vector: 0x31 });
  const reachable = reachOf(booted, path).has(apicId);
  // With one CPU alone a broadcast hits exactly it.
  const alone = booted.boot.online.length === 1 && apicId === 255;
  if (!alone) assert.equal(reachable, end === "delivered", JSON.stringify({ of, device, trace }));
}

Deno.test("why says reachable of exactly the online CPUs in reach of all that works", () => {
  fc.assert(fc.property(anyMachine, anyId, (name, apicId) => {
    const here = booted(name);
    const isOnline = here.boot.online.some((cpu) => cpu.apicId === apicId);
    const sending = WORKING_CLASSES.map((of) => reach(here, of)).filter(({ sends }) => sends);
    const expected = isOnline && sending.every(({ ids }) => ids.has(apicId)) && sending.length > 0;
    const { reachable, binding } = why(here, apicId);
    assert.deepEqual([reachable, binding === null], [expected, expected]);
  }));
});

Deno.test.each(
  [
    { name: "k6.1-kvmext-ids-0-255-32767-32768", apicId: 32768, binding: "MAX_LOCAL_APIC" },
    { name: "k6.1-kvmnoext-ids-0-254-255-256", apicId: 256, binding: "APIC ID limit in force" },
    {
      name: "k6.1-vtd-noeim-kvmext-ids-0-254-300-33000",
      apicId: 300,
      binding: "remapping entry, 8 bits",
    },
    { name: "k6.1-kvmnoext-bsp300-ids-300-301", apicId: 300, binding: "message, 8 bits" },
    { name: "k6.1-bare-ids-0-254-255-300", apicId: 300, binding: "APIC ID limit in force" },
    { name: "k6.1-bare-ids-0-254-255-300", apicId: 7, binding: "not listed by firmware" },
    { name: "k6.1-kvmext-small", apicId: 1, binding: null },
    // Without EIM the unit's own events have no upper address; all that works reaches CPU 300.
    { name: "k6.1-vtd-noir-kvmext-ids-0-300-33000", apicId: 300, binding: null },
    {
      name: "k6.1-vtd-noir-kvmext-ids-0-300-33000",
      apicId: 300,
      of: "iommu",
      binding: "fault event address, 8 bits",
    },
  ] as const,
)("$name: APIC ID $apicId is bound by $binding", ({ name, apicId, binding, ...asked }) => {
  assert.equal(why(booted(name), apicId, "of" in asked ? asked.of : undefined).binding, binding);
});

Deno.test("every journey ends delivered, or with a cause; its trace ends where it does", () => {
  fc.assert(fc.property(anyMachine, anyDelivery, anyId, (name, delivery, apicId) => {
    const here = withCpu(booted(name, { delivery }), apicId);
    for (const cpu of here.boot.online) {
      const interrupt = { source: "msi", device: "0000:00:1f.2" } as const;
      const { end, because, hits, trace } = follow(here, interrupt, { ...cpu, vector: 0x31 });
      assert.equal(end === "delivered", because === null);
      assert.equal(end === "lost", hits.length === 0);
      assert.ok(trace.length > 0 && trace.every(({ at, did, source }) => at && did && source));
    }
  }));
});

Deno.test("a masked pin sends nothing", () => {
  fc.assert(fc.property(anyMachine, fc.nat({ max: 23 }), (name, pin) => {
    const here = booted(name);
    const interrupt = {
      source: "ioapic",
      device: "ioapic:0",
      pin,
      trigger: "level",
      activeLow: true,
      masked: true,
    } as const;
    const { end, hits } = follow(here, interrupt, { ...here.boot.online[0]!, vector: 0x31 });
    assert.deepEqual([end, hits], ["lost", []]);
  }));
});

Deno.test("a message of several that lost its subhandle uses another one's entry", () => {
  const { machine } = booted("k6.1-vtd-eim-small");
  const release = (version: string) => {
    const older = { ...machine, kernel: { ...machine.kernel, version, release: `${version}.0` } };
    const interrupt = { source: "msi", device: "0000:00:1f.2", index: 16, subhandle: 1 } as const;
    const target = { cpu: 1, apicId: 1, vector: 0x31 };
    return follow({ machine: older, boot: boot(older) }, interrupt, target);
  };
  assert.equal(release("6.1").end, "delivered");
  const { end, because } = release("5.11");
  assert.deepEqual([end, because], ["lost", "fault 22h: entry is not present"]);
});
