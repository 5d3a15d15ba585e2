/** Oracles: the command for each platform, what it expects, and what QEMU cannot give. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { packingOf, placeOf } from "../../lib/advice/apic_id_packing.ts";
import { oracle } from "../../lib/advice/oracle.ts";
import { apicIdOf, cpuCount } from "../../lib/advice/topology.ts";
import { parseMachine } from "../../lib/machine/parse_machine.ts";
import { bootOutcome } from "../../lib/routing/outcome.ts";
import { recordedBoots } from "../boots/boots.ts";

const machines = new Map((await recordedBoots()).map(({ name, machine }) => [
  name,
  parseMachine(machine, { file: name }),
]));
const oracleOf = (name: string) => oracle(machines.get(name)!);

Deno.test.each([
  {
    name: "k6.1-bare-9cpus",
    has: [
      "-accel tcg",
      "-machine q35,hpet=on",
      "-smp 9,maxcpus=9,sockets=9,cores=1,threads=1",
      ",tcg-cpuid=on",
    ],
  },
  { name: "k6.12-vtd-eim-ids-0-255-300-1000", has: ["-device intel-iommu,intremap=on,eim=on"] },
  { name: "k5.10-vtd-noeim-small", has: ["-device intel-iommu,intremap=on,eim=off", "-smp 3,"] },
  { name: "k6.12-vtd-noir-ids-0-254-255-300", has: ["intel-iommu,intremap=off,eim=off"] },
  {
    name: "k6.1-amd-noxt-ids-0-254-255-300",
    has: ["-cpu qemu64,vendor=GenuineIntel", "-device amd-iommu,intremap=on -device"],
  },
  { name: "k6.12dbg-amd-xt-ids-0-255-300", has: ["-device amd-iommu,intremap=on,xtsup=on"] },
  { name: "k6.1-amd-noir-ids-0-254-255-300", has: ["-device amd-iommu,intremap=off -device"] },
  {
    name: "k6.12-vtd-noeim-kvmext-ids-0-254-300-skipnvme",
    has: ["-accel kvm", "kernel-irqchip=split", "kvm-msi-ext-dest-id=on"],
  },
  { name: "k6.12-kvmnoext-ids-0-254-255-256", has: ["-accel kvm", "kvm-msi-ext-dest-id=off"] },
  {
    name: "k6.12dbg-hpetmsi-vtd-eim-small",
    has: ["arat=off", "-global hpet.msi=on -global hpet.timers=6"],
  },
  { name: "k6.12-kvmext-nohpet-machine-ids-0-300", has: ["q35,hpet=off"] },
  { name: "k6.1-bare-nox2apic-cpu-ids-0-7-8", has: ["x2apic=off"] },
])("the oracle of $name says $has", ({ name, has }) => {
  const { vendor } = machines.get(name)!.cpu;
  const { qemu, machine, expect } = oracleOf(name);
  const line = qemu!.join(" ");
  const wanted = vendor === "GenuineIntel"
    ? has.map((part) => part.replace("-cpu qemu64,vendor=GenuineIntel", "-cpu Nehalem"))
    : has;
  for (const part of wanted) assert(line.includes(part), `${part} is not in ${line}`);
  assert.equal(machine!.cpu.vendor, vendor);
  assert.equal(expect!.outcome, bootOutcome(machine!).outcome);
});

Deno.test("a machine that is no QEMU's has no command, and the reason is told", () => {
  const reasons = [
    ["k7.3-hyperv-ext-ids-0-255-300", "stock QEMU is no hyperv"],
    ["k7.3dbg-bhyve-noext-ids-0-255-300", "stock QEMU is no bhyve"],
    ["k6.12dbg-acrn-ids-0-255-300", "stock QEMU is no acrn"],
  ] as const;
  for (const [name, because] of reasons) {
    const { qemu, expect, cannot } = oracleOf(name);
    assert.deepEqual({ qemu, expect, cannot }, {
      qemu: null,
      expect: null,
      cannot: [{ what: "this machine", because }],
    });
  }
});

Deno.test("the hole of VT-d without EIM under KVM is expected, write by write", () => {
  const { expect } = oracleOf("k6.12-vtd-noeim-kvmext-ids-0-254-300-skipnvme");
  const lost = expect!.moves.filter(({ delivered }) => !delivered);
  assert.equal(expect!.outcome, "lossy");
  assert.deepEqual(lost.map((move) => [move.class, move.apicId, move.accepted]), [
    ["ioapic", 300, true],
    ["msi", 300, true],
  ]);
});

Deno.test("nothing is approximated in silence", () => {
  const told = (name: string) => oracleOf(name).cannot.map(({ what }) => what);
  assert(told("k5.10-kvmext-bsp300-ids-300-301").includes("a boot CPU of APIC ID 300"));
  assert(told("k6.1-vtd-eim-optout-small").includes("X2APIC_OPT_OUT in the DMAR"));
  assert(
    told("k6.1-vtd-eim-badioapicscope-small").some((what) => /I\/O APICs 119 in scope/.test(what)),
  );
  assert(told("k6.1-vtd-noir-kvmext-ids-0-300-33000").includes("CPUs of APIC ID 33000"));
  assert(told("k7.3-amdsb-xt-small").includes("an IVRS with I/O APICs 0 as 0x00f8"));
  assert(
    told("k6.1-bare-ids-0-254-255-300").includes("a MADT with no disabled entries"),
  );
});

Deno.test("of the machine that QEMU makes, the oracle is the same and lacks nothing", () => {
  let asked = 0;
  for (const [name, machine] of machines) {
    const first = oracle(machine);
    if (!first.machine) continue;
    const { qemu, expect, cannot } = oracle(parseMachine(first.machine, { file: name }));
    assert.deepEqual({ qemu, expect, cannot }, {
      qemu: first.qemu,
      expect: first.expect,
      cannot: [],
    });
    asked++;
  }
  assert(asked > 150, `${asked}`);
});

Deno.test("where QEMU makes just the machine, the boot expected is the machine's own", () => {
  for (const name of ["k6.1-stock10-bare-small", "k5.10-vtd-noeim-small", "k6.1-kvmnoext-small"]) {
    const { expect } = oracleOf(name);
    const { lines, online, apicDriver, possible } = bootOutcome(machines.get(name)!);
    assert.deepEqual(
      [expect!.lines, expect!.online, expect!.apicDriver, expect!.possible],
      [lines, online, apicDriver, possible],
    );
  }
});

Deno.test("a MADT that QEMU made is packed as it was", () => {
  const { qemu, cannot } = oracleOf("k6.1-stock10-bare-topo-ids-0-256-257");
  assert.match(qemu!.join(" "), /-smp 1,maxcpus=258,sockets=2,cores=129,threads=1/);
  assert(!cannot.some(({ what }) => /MADT/.test(what)));
});

Deno.test("a packing has every ID wanted, each in a place of its own", () => {
  const ids = fc.uniqueArray(fc.nat({ max: 4095 }), { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(ids, (wanted) => {
    const { topology, slots, present } = packingOf(wanted)!;
    assert.equal(slots.length, cpuCount(topology));
    for (const id of present) {
      const { socket, core } = placeOf(topology, id);
      assert.equal(apicIdOf(topology, socket * topology.cores + core), id);
      assert(slots.includes(id));
    }
  }));
});
