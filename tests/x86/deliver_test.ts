import assert from "node:assert/strict";
import fc from "fast-check";
import { IdSet } from "../../lib/bits/id_set.ts";
import { deliver, type MessageSender } from "../../lib/x86/deliver.ts";
import { ipiMessage, readIcr, selfIpi } from "../../lib/x86/icr.ts";
import {
  DELIVERY_MODES,
  DEST_MODES,
  fixedMessage,
  type InterruptMessage,
} from "../../lib/x86/interrupt_message.ts";
import { type Lapic, lapic, x2apicLdr } from "../../lib/x86/lapic.ts";
import { lapicRules } from "../../lib/x86/lapic_rules.ts";
import { groupDestination, namedByLogical } from "../../lib/x86/logical_group.ts";

const arch = lapicRules("arch"), kvm = lapicRules("kvm"), xen = lapicRules("xen");
const quirk = lapicRules("kvm", { broadcastQuirk: true });
const fullId = lapicRules("arch", { acceptance: "fullId" });
const tcg = lapicRules("qemu-tcg");
const RULES = [arch, kvm, quirk, fullId, tcg, xen];

const x2 = (...ids: readonly number[]) => ids.map((id) => lapic({ id, mode: "x2apic" }));
const xa = (...ids: readonly number[]) => ids.map((id) => lapic({ id, mode: "xapic" }));
const hits = (
  message: Partial<InterruptMessage> & { dest: number },
  lapics: readonly Lapic[],
  rules = arch,
  sender?: MessageSender,
) =>
  deliver(fixedMessage({ vector: 0x31, ...message }), lapics, rules, sender).takers.map((l) =>
    l.id
  );

const anyLapic = fc.record({
  id: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 250, max: 600 })),
  mode: fc.constantFrom("xapic", "x2apic" as const),
  ldr: fc.integer({ min: 0, max: 255 }),
  destFormat: fc.constantFrom("flat", "cluster", "reserved" as const),
  hardwareEnabled: fc.boolean(),
  softwareEnabled: fc.boolean(),
  priority: fc.integer({ min: 0, max: 255 }),
}).map((parts) => lapic(parts as Lapic));
const anyMessage: fc.Arbitrary<InterruptMessage> = fc.record({
  dest: fc.oneof(
    fc.integer({ min: 0, max: 0x3ff }),
    fc.constantFrom(0xff, 0x7fff, 0xffff_ffff, 0x1ff),
    fc.nat(),
  ),
  destMode: fc.constantFrom(...DEST_MODES),
  redirectionHint: fc.boolean(),
  deliveryMode: fc.constantFrom(...DELIVERY_MODES),
  vector: fc.integer({ min: 0, max: 255 }),
  trigger: fc.constantFrom("edge", "level"),
  level: fc.boolean(),
});

Deno.test("who takes a message is among those who would, and they are among those it names", () => {
  const machine = fc.uniqueArray(anyLapic, { maxLength: 12, selector: ({ id }) => id });
  fc.assert(
    fc.property(anyMessage, machine, fc.constantFrom(...RULES), (message, lapics, rules) => {
      const { matched, candidates, takers, accept, lost } = deliver(message, lapics, rules);
      assert.ok(takers.every((l) => candidates.includes(l)));
      assert.ok(candidates.every((l) => matched.includes(l)));
      assert.ok(matched.every((l) => lapics.includes(l) && l.hardwareEnabled));
      assert.equal(takers.length, { "all": candidates.length, "one-of": 1, "none": 0 }[accept]);
      assert.equal(lost !== null, takers.length === 0);
      assert.deepEqual(matched, lapics.filter((l) => matched.includes(l)));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("route and reverse route are adjoint: an ID is hit iff its set holds the destination", () => {
  const dest = fc.oneof(fc.integer({ min: 0, max: 0xff_ffff }), fc.nat(), fc.constant(0xffff_ffff));
  const ids = fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 21 }), { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(dest, ids, (dest, ids) => {
    const named = namedByLogical(dest);
    const hit = hits({ dest, destMode: "logical" }, x2(...ids));
    assert.deepEqual(hit, ids.filter((id) => named.has(id)));
  }));
  fc.assert(fc.property(ids, (ids) => {
    for (const id of ids) assert.ok(namedByLogical(x2apicLdr(id)).has(id));
    const group = groupDestination(ids);
    if (group.kind === "declined") return;
    assert.deepEqual(hits({ dest: group.dest, destMode: "logical" }, x2(...ids)), ids);
  }));
});

const SIXTY_FOUR = Array.from({ length: 64 }, (_, n) => n);
const bit = (word: number, at: number) => Math.floor(word / 2 ** at) % 2 === 1;

Deno.test("all 2^8 logical destinations against 64 LAPICs, flat: bit n names LAPIC n", () => {
  const lapics = SIXTY_FOUR.map((id) => lapic({ id, mode: "xapic", ldr: id < 8 ? 2 ** id : 0 }));
  for (let dest = 0; dest < 256; dest++) {
    const expected = SIXTY_FOUR.filter((id) => dest === 255 || id < 8 && bit(dest, id));
    assert.deepEqual(hits({ dest, destMode: "logical" }, lapics), expected);
  }
});

Deno.test.each([
  { rules: arch, wildcard: true, all: true },
  { rules: kvm, wildcard: false, all: true },
  { rules: tcg, wildcard: true, all: false },
  { rules: xen, wildcard: false, all: false },
])("all 2^8 logical destinations against 60 LAPICs in clusters, $rules.name", (given) => {
  const { rules, wildcard, all } = given;
  const ids = SIXTY_FOUR.slice(0, 60);
  const lapics = ids.map((id) =>
    lapic({
      id,
      mode: "xapic",
      destFormat: "cluster",
      ldr: Math.floor(id / 4) * 16 + 2 ** (id % 4),
    })
  );
  for (let dest = 0; dest < 256; dest++) {
    const cluster = Math.floor(dest / 16);
    const expected = ids.filter((id) =>
      all && dest === 255 ||
      (Math.floor(id / 4) === cluster || wildcard && cluster === 15) && bit(dest, id % 4)
    );
    assert.deepEqual(hits({ dest, destMode: "logical" }, lapics, rules), expected);
  }
});

Deno.test.each([{ bits: 8, reach: 8 }, { bits: 15, reach: 15 }])(
  "all 2^$bits logical destinations against 64 x2APICs name $reach of them, one by one too",
  ({ bits, reach }) => {
    const lapics = x2(...SIXTY_FOUR);
    const alone = new Set<number>();
    for (let dest = 0; dest < 2 ** bits; dest++) {
      const expected = SIXTY_FOUR.filter((id) => id < 16 && bit(dest, id));
      const found = hits({ dest, destMode: "logical" }, lapics);
      assert.equal(String(found), String(expected));
      if (found.length === 1) alone.add(found[0]!);
    }
    assert.deepEqual([...alone].sort((a, b) => a - b), SIXTY_FOUR.slice(0, reach));
  },
);

Deno.test("LDRs of different clusters must not be OR-ed: the union names CPUs nobody meant", () => {
  const ids = [0x10, 0x18, 0x20, 0x28];
  assert.deepEqual(ids.map(x2apicLdr), [0x1_0001, 0x1_0100, 0x2_0001, 0x2_0100]);
  const or = ids.map(x2apicLdr).reduce((a, b) => a | b);
  assert.equal(or, 0x3_0101);
  assert.deepEqual(hits({ dest: or, destMode: "logical" }, x2(...ids, 0x30, 0x38)), [0x30, 0x38]);
  assert.deepEqual(groupDestination(ids), { kind: "declined", because: "clustersDiffer" });
  assert.deepEqual(groupDestination([0x10, 0x18]), { kind: "destination", dest: 0x1_0101 });
  assert.deepEqual(groupDestination([0x10], 15), {
    kind: "declined",
    because: "destinationTooWide",
  });
  assert.deepEqual(groupDestination([]), { kind: "declined", because: "noMember" });
});

Deno.test.each([
  { name: "silicon compares the low byte", rules: arch, dest: 0x123, took: [0x23, 0x123] },
  { name: "silicon, by the byte alone", rules: arch, dest: 0x23, took: [0x23, 0x123] },
  { name: "full-ID acceptance", rules: fullId, dest: 0x123, took: [0x123] },
  { name: "KVM reaches a hot-plugged vCPU by its full ID", rules: kvm, dest: 0x123, took: [0x123] },
  { name: "KVM, by the byte", rules: kvm, dest: 0x23, took: [0x23, 0x123] },
])("xAPIC IDs 0x23 and 0x123, destination $dest: $name", ({ rules, dest, took }) => {
  assert.deepEqual(hits({ dest }, xa(0x23, 0x123), rules), took);
});

Deno.test.each([
  { rules: arch, dest: 0xff, took: [255] },
  { rules: kvm, dest: 0xff, took: [255] },
  { rules: quirk, dest: 0xff, took: [0, 255, 256] },
  { rules: xen, dest: 0xff, took: [255] },
  { rules: tcg, dest: 0xff, took: [255] },
  { rules: quirk, dest: 0xffff_ffff, took: [0, 255, 256] },
])("x2APICs 0, 255 and 256 under $rules.name: physical $dest names $took", (given) => {
  assert.deepEqual(hits({ dest: given.dest }, x2(0, 255, 256), given.rules), given.took);
});

Deno.test("KVM's quirk spares interprocessor interrupts", () => {
  const ipi = { kind: "ipi", id: 0, shorthand: "none" } as const;
  assert.deepEqual(hits({ dest: 0xff }, x2(0, 255, 256), quirk, ipi), [255]);
  assert.deepEqual(hits({ dest: 0xff }, xa(0, 1), quirk, ipi), [0, 1]);
});

Deno.test.each([
  { rules: arch, took: [0, 1] },
  { rules: kvm, took: [] },
  { rules: tcg, took: [0, 1] },
  { rules: xen, took: [] },
])("an xAPIC and physical 0xFFFFFFFF under $rules.name: $took", ({ rules, took }) => {
  assert.deepEqual(hits({ dest: 0xffff_ffff }, xa(0, 1), rules), took);
});

Deno.test("an all-ones logical destination and an LDR of zero: broadcast, or nobody", () => {
  const mute = [lapic({ id: 1, mode: "xapic", ldr: 0 })];
  const took = RULES.map((rules) => hits({ dest: 0xff, destMode: "logical" }, mute, rules).length);
  assert.deepEqual(took, [1, 1, 1, 1, 0, 0]);
});

Deno.test("QEMU's loop narrows a logical destination behind the first xAPIC", () => {
  const dest = x2apicLdr(0x12);
  const mixed = [...x2(0x2, 0x12), lapic({ id: 0x1, mode: "xapic" })];
  assert.deepEqual(hits({ dest, destMode: "logical" }, mixed, arch), [0x12]);
  assert.deepEqual(hits({ dest, destMode: "logical" }, mixed, tcg), [0x2]);
  assert.deepEqual(hits({ dest, destMode: "logical" }, x2(0x2, 0x12), tcg), [0x12]);
});

Deno.test.each([
  { mode: "fixed" as const, took: [] },
  { mode: "lowest" as const, took: [] },
  { mode: "nmi" as const, took: [1] },
  { mode: "smi" as const, took: [1] },
  { mode: "init" as const, took: [1] },
])("a LAPIC that software has not enabled takes $mode: $took", ({ mode, took }) => {
  const deaf = [lapic({ id: 1, mode: "x2apic", softwareEnabled: false })];
  assert.deepEqual(hits({ dest: 1, deliveryMode: mode }, deaf), took);
  const off = [lapic({ id: 1, mode: "x2apic", hardwareEnabled: false })];
  assert.deepEqual(hits({ dest: 1, deliveryMode: mode }, off), []);
});

Deno.test("nobody answers, and the result says why", () => {
  const lost = (message: Partial<InterruptMessage>, lapics: readonly Lapic[], rules = arch) =>
    deliver(fixedMessage({ dest: 1, vector: 0x31, ...message }), lapics, rules).lost;
  assert.equal(lost({ dest: 2 }, x2(1)), "nobodyNamed");
  assert.equal(
    lost({}, [lapic({ id: 1, mode: "x2apic", softwareEnabled: false })]),
    "softwareDisabled",
  );
  assert.equal(lost({ vector: 15 }, x2(1)), "illegalVector");
  assert.equal(lost({ vector: 15 }, x2(1), kvm), null);
  assert.equal(lost({ vector: 0, deliveryMode: "nmi" }, x2(1)), null);
  assert.equal(lost({ deliveryMode: "extint" }, x2(1), kvm), "deliveryModeDropped");
  assert.equal(lost({ deliveryMode: "sipi" }, x2(1)), "deliveryModeDropped");
});

Deno.test("INIT level de-assert wakes nobody", () => {
  const ipi = { kind: "ipi", id: 0, shorthand: "none" } as const;
  const message = { ...fixedMessage({ dest: 1, vector: 0 }), deliveryMode: "init" } as const;
  const sync = deliver({ ...message, trigger: "level", level: false }, x2(1), arch, ipi);
  assert.equal(sync.lost, "arbitrationSync");
  assert.equal(deliver({ ...message, trigger: "level", level: true }, x2(1), arch, ipi).lost, null);
});

Deno.test("lowest priority: each implementation picks its own among the same candidates", () => {
  const lapics = [30, 10, 20].map((priority, n) =>
    lapic({ id: n, mode: "xapic", ldr: 2 ** n, priority })
  );
  const message = { dest: 7, destMode: "logical", deliveryMode: "lowest", vector: 0x32 } as const;
  const picks = [arch, kvm, tcg, xen].map((rules) => hits(message, lapics, rules));
  assert.deepEqual(picks, [[1], [0x32 % 3], [0], [1]]);
});

Deno.test.each([
  { rules: arch, took: 1 },
  { rules: kvm, took: 1 },
  { rules: tcg, took: 3 },
  { rules: xen, took: 3 },
])("a redirection hint under $rules.name: $took of three take it", ({ rules, took }) => {
  const lapics = [0, 1, 2].map((id) => lapic({ id, mode: "xapic", ldr: 2 ** id }));
  const message = { dest: 7, destMode: "logical", redirectionHint: true } as const;
  assert.equal(hits(message, lapics, rules).length, took);
});

Deno.test("KVM demotes lowest priority to the broadcast ID to fixed", () => {
  assert.deepEqual(hits({ dest: 0xff, deliveryMode: "lowest" }, xa(0, 1), kvm), [0, 1]);
});

Deno.test("an x2APIC's IPI reaches CPU 300, an xAPIC's ICR has no room for it", () => {
  const send = (raw: bigint, mode: "xapic" | "x2apic") => ipiMessage(readIcr(raw, mode));
  const lapics = x2(44, 300);
  assert.deepEqual(hits(send(300n << 32n | 0x31n, "x2apic"), lapics), [300]);
  assert.equal(send(BigInt(300 % 256) << 56n | 0x31n, "xapic").dest, 44);
  const self = { kind: "ipi", id: 300, shorthand: "self" } as const;
  assert.deepEqual(hits(selfIpi(0x31), lapics, arch, self), [300]);
});

Deno.test("a logical group's set is exact over all IDs", () => {
  const named = namedByLogical(0x0003_0101);
  assert.equal(named.count, 2 * 2 ** 12);
  assert.ok(IdSet.ids([0x30, 0x38, 0x10_0030]).isSubsetOf(named));
  assert.ok(namedByLogical(0xffff_ffff).equals(IdSet.all) && namedByLogical(0x1_0000).isEmpty);
});
