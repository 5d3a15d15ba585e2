/** Machines people argued about, with the numbers they reported. */
import assert from "node:assert/strict";
import { boot } from "../../lib/linux/boot.ts";
import { dmar, guest, ivrs, machine, range } from "./machines.ts";

/** Two sockets of 112 cores with two threads; firmware lists all first threads first. */
const threads448 = [0, 1].flatMap((thread) =>
  [0, 256].flatMap((socket) => range(0, 111).map((core) => socket + 2 * core + thread))
);

Deno.test("448 threads without remapping: 224 run, CPU 112 with ID 0x100 is refused first", () => {
  const answer = boot(machine({
    version: "7.0",
    cmdline: "amd_iommu=off",
    bios: "x2apic",
    ids: threads448,
    remapping: ivrs(),
  }));
  assert.equal(answer.online.length, 224);
  assert.equal(
    answer.lines.find((line) => line.includes("invalid")),
    "smpboot: CPU 112 has invalid APIC ID 100. Aborting bringup",
  );
  assert.equal(answer.offline.length, 224);
});

Deno.test("opt-out: remapping runs, yet VECTOR accepts an HPET that is in no scope", () => {
  const answer = boot(machine({
    cpu: { arat: false },
    remapping: dmar({ x2apicOptOut: true, units: [{ hpets: [] }] }),
  }));
  assert.deepEqual([answer.x2apic, answer.irqRemapping], [false, "xapic"]);
  assert.equal(answer.parents["ioapic:8"]!.domain, "INTEL-IR-0");
  assert.equal(answer.parents["hpet:0"]!.domain, "VECTOR");
  assert.ok(answer.log.some((line) => line.includes("BIOS sets x2apic opt out bit")));
});

Deno.test.each([
  { arat: false, eim: true, hpet: null },
  { arat: false, eim: false, hpet: "VECTOR" },
  { arat: true, eim: true, hpet: undefined },
])("an HPET outside every scope (ARAT $arat, EIM $eim) has parent $hpet", (given) => {
  const remapping = dmar({ units: [{ hpets: [], eim: given.eim }] });
  const { parents } = boot(machine({ cpu: { arat: given.arat }, remapping }));
  assert.equal(parents["hpet:0"]?.domain, given.hpet);
  if (given.hpet === null) {
    assert.deepEqual(parents["hpet:0"]!.declined, [
      { domain: "INTEL-IR-0", because: "notInScope" },
      { domain: "VECTOR", because: "apicIdsOutOfReach" },
    ]);
  }
});

Deno.test("a Xen guest doubles its IDs: vCPU 128 is the first that cannot run", () => {
  const ids = range(0, 199).map((vcpu) => 2 * vcpu);
  const answer = boot(machine({ hypervisor: guest("xen"), bios: "x2apic", ids }));
  assert.equal(answer.online.length, 128);
  assert.equal(answer.offline[0]!.apicId, 256);
});

Deno.test("AMD units without XT: remapping runs in xAPIC mode and x2APIC is refused", () => {
  const answer = boot(machine({ remapping: ivrs({ xt: false }) }));
  assert.deepEqual([answer.irqRemapping, answer.x2apic], ["xapic", false]);
});

Deno.test("of a machine under 5.10 and the mail only what the mail speaks of differs", () => {
  const given = { cpu: { arat: false }, remapping: dmar({ units: [{ hpets: [] }] }) };
  const before = boot(machine({ ...given, version: "5.10" }));
  const after = boot(machine({ ...given, version: "mail" }));
  assert.equal(before.parents["hpet:0"]!.domain, "VECTOR");
  assert.equal(after.parents["hpet:0"]!.domain, null);
  assert.deepEqual(after.online, before.online);
});

Deno.test("a boot I/O APIC without parent: mainline stops, with the mail the child does", () => {
  const given = { cmdline: "", bios: "x2apic", cpu: { xapicLocked: true } } as const;
  const orphan = { firmware: { oemId: "NUMASC", oemTableId: "NCONNECT" }, ...given };
  assert.match(boot(machine({ ...orphan, version: "5.11" })).panic ?? "", /finds no parent/);
  const mail = boot(machine({ ...orphan, version: "mail" }));
  assert.equal(mail.panic, null);
  assert.equal(mail.parents["ioapic:8"]!.domain, null);
  assert.equal(mail.chips.ioapic, undefined);
});
