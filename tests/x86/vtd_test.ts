import assert from "node:assert/strict";
import fc from "fast-check";
import { VTD_FLAVOURS, VTD_TOGGLES, type VtdToggle } from "../../lib/x86/vtd_flavour.ts";
import { VTD_FAULTS } from "../../lib/x86/vtd_fault.ts";
import {
  type IrtePosted,
  irtePosted,
  irteRemapped,
  irteRemappedXapic,
  postedDescriptor,
} from "../../lib/x86/vtd_irte.ts";
import { invalidatedIndexes, tableEntries } from "../../lib/x86/vtd_registers.ts";
import {
  emittedByVtd,
  type InterruptRequest,
  remapVtd,
  type VtdOutcome,
  type VtdUnit,
} from "../../lib/x86/vtd_remap.ts";
import {
  afterCommand,
  entryMet,
  RESET_UNIT,
  type VtdCacheState,
} from "../../lib/x86/vtd_sequence.ts";
import { notification, posted } from "../../lib/x86/posted.ts";

const REMAPPABLE = 0xfee0_0010n;
const COMPATIBILITY = 0xfee0_3000n;
const entry = irteRemapped.encode({ present: true, vector: 0x41, destId: 300 });
const xapicEntry = irteRemappedXapic.encode({ present: true, vector: 0x41, destId: 3 });

function unit(parts: Partial<VtdUnit> = {}): VtdUnit {
  const read = () => parts.extendedInterruptMode === false ? xapicEntry : entry;
  return {
    enabled: true,
    compatibilityFormat: false,
    extendedInterruptMode: true,
    entries: 256,
    read,
    ...parts,
  };
}

function request(parts: Partial<InterruptRequest> = {}): InterruptRequest {
  return { address: REMAPPABLE, data: 0, requesterId: 0x0010, ...parts };
}

function told(outcome: VtdOutcome): string {
  switch (outcome.kind) {
    case "fault":
      return `${outcome.reason.toString(16)}h${outcome.recorded ? "" : " unrecorded"}`;
    case "remapped":
      return `to ${outcome.message.dest}`;
    default:
      return outcome.kind;
  }
}

const remap = (r: Partial<InterruptRequest>, u: Partial<VtdUnit>, flavour = VTD_FLAVOURS.spec) =>
  told(remapVtd(request(r), unit(u), flavour));

Deno.test.each([
  { cpu: "remapping off", u: { enabled: false }, expected: "passed" },
  { cpu: "CFIS 0 EIME 0", u: { extendedInterruptMode: false }, expected: "25h" },
  {
    cpu: "CFIS 1 EIME 0",
    u: { extendedInterruptMode: false, compatibilityFormat: true },
    expected: "passed",
  },
  { cpu: "CFIS 0 EIME 1", u: {}, expected: "25h" },
  { cpu: "CFIS 1 EIME 1", u: { compatibilityFormat: true }, expected: "25h" },
  {
    cpu: "CFIS 1, EIME written on a unit without EIM",
    u: { compatibilityFormat: true, extendedInterruptCapable: false },
    expected: "passed",
  },
])("a compatibility request with $cpu: $expected", ({ u, expected }) => {
  assert.equal(remap({ address: COMPATIBILITY }, u), expected);
});

const postedEntry = (parts: Partial<IrtePosted>) => irtePosted.encode({ present: true, ...parts });
const with_ = (raw: bigint): Partial<VtdUnit> => ({ read: () => raw });
const BUS_3_TO_5 = { sourceId: 0x0305, sourceValidationType: "busRange" } as const;
const fromBus3To5 = irteRemapped.encode({ present: true, destId: 300, ...BUS_3_TO_5 });
const svt3 = irteRemapped.encode({ present: true, destId: 300, sourceValidationType: "reserved3" });
const lowDest = irteRemapped.encode({ present: true, destId: 0x0303 });
const descriptor = postedDescriptor.encode({ notificationDest: 300, notificationVector: 0xf2 });

Deno.test.each([
  { what: "memory write", r: { address: 0x1_fee0_0010n }, u: {}, expected: "notAnInterrupt" },
  {
    what: "reserved data with SHV",
    r: { address: 0xfee0_0018n, data: 0x1_0000 },
    u: {},
    expected: "20h",
  },
  { what: "reserved data without SHV", r: { data: 0x1_0000 }, u: {}, expected: "to 300" },
  { what: "index beyond the table", r: { address: 0xfee0_2010n }, u: {}, expected: "21h" },
  {
    what: "index beyond 16 bits",
    r: { address: 0xfeef_fffcn, data: 1 },
    u: { entries: 65536 },
    expected: "21h",
  },
  { what: "entry not present", r: {}, u: with_(0n), expected: "22h" },
  { what: "not present, FPD", r: {}, u: with_(2n), expected: "22h unrecorded" },
  { what: "table unreadable", r: {}, u: { read: () => undefined }, expected: "23h" },
  { what: "reserved entry bit 12", r: {}, u: with_(entry | 1n << 12n), expected: "24h" },
  { what: "reserved entry bit 84", r: {}, u: with_(entry | 1n << 84n), expected: "24h" },
  {
    what: "xAPIC ID in the wrong byte",
    r: {},
    u: { ...with_(lowDest), extendedInterruptMode: false },
    expected: "24h",
  },
  { what: "SVT 11", r: {}, u: with_(svt3), expected: "24h" },
  {
    what: "requester of another bus",
    r: { requesterId: 0x0600 },
    u: with_(fromBus3To5),
    expected: "26h",
  },
  {
    what: "requester of the first bus",
    r: { requesterId: 0x0300 },
    u: with_(fromBus3To5),
    expected: "to 300",
  },
  {
    what: "requester of the last bus",
    r: { requesterId: 0x05ff },
    u: with_(fromBus3To5),
    expected: "to 300",
  },
  {
    what: "unknown requester",
    r: { requesterId: undefined },
    u: with_(fromBus3To5),
    expected: "26h",
  },
  { what: "posted", r: {}, u: with_(postedEntry({})), expected: "posted" },
  { what: "posted, reserved bit 2", r: {}, u: with_(postedEntry({}) | 4n), expected: "24h" },
  {
    what: "posted, no descriptor",
    r: {},
    u: { ...with_(postedEntry({})), readDescriptor: () => undefined },
    expected: "27h",
  },
  {
    what: "posted, bad descriptor",
    r: {},
    u: { ...with_(postedEntry({})), readDescriptor: () => 1n << 511n },
    expected: "28h",
  },
  {
    what: "posted, good descriptor",
    r: {},
    u: { ...with_(postedEntry({})), readDescriptor: () => descriptor },
    expected: "posted",
  },
])("$what: $expected", ({ r, u, expected }) => {
  assert.equal(remap(r, u), expected);
});

Deno.test("every fault has a code of its own, 20h to 28h, and 22h, 24h, 26h to 28h are qualified", () => {
  const codes = Object.values(VTD_FAULTS).map(({ code }) => code);
  assert.deepEqual(codes, [0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28]);
  const qualified = Object.values(VTD_FAULTS).filter((f) => f.qualified).map(({ code }) => code);
  assert.deepEqual(qualified, [0x22, 0x24, 0x26, 0x27, 0x28]);
});

Deno.test("source qualifiers ignore exactly their function bits", () => {
  const ignored = { all: [], ignoreBit2: [2], ignoreBits2to1: [2, 1], ignoreBits2to0: [2, 1, 0] };
  for (const [sourceIdQualifier, free] of Object.entries(ignored)) {
    const raw = irteRemapped.encode({
      present: true,
      destId: 300,
      sourceId: 0x1234,
      sourceValidationType: "sourceId",
      sourceIdQualifier: sourceIdQualifier as keyof typeof ignored,
    });
    for (let at = 0; at < 16; at++) {
      const outcome = remap({ requesterId: 0x1234 ^ 1 << at }, with_(raw));
      assert.equal(outcome, (free as number[]).includes(at) ? "to 300" : "26h");
    }
  }
});

/** A request and unit where the toggle alone changes what happens. */
const TOGGLED: Readonly<
  Record<
    Exclude<VtdToggle, "levelAlwaysSet" | "emits15Bits">,
    { r?: Partial<InterruptRequest>; u?: Partial<VtdUnit>; off: string; on: string }
  >
> = {
  compatibilityAlwaysPasses: { r: { address: COMPATIBILITY }, off: "25h", on: "passed" },
  eimeWithoutEim: {
    u: { extendedInterruptCapable: false, read: () => entry },
    off: "24h",
    on: "to 300",
  },
  indexWraps: {
    r: { address: 0xfeef_fffcn, data: 1 },
    u: { entries: 65536 },
    off: "21h",
    on: "to 300",
  },
  outsideWindowFaults: { r: { address: 0x1_fee0_0010n }, off: "notAnInterrupt", on: "20h" },
  subhandleCheckedLast: {
    r: { address: 0xfee0_0018n, data: 0x1_0000 },
    u: with_(0n),
    off: "20h",
    on: "22h",
  },
  destReservedUnchecked: {
    u: { ...with_(lowDest), extendedInterruptMode: false },
    off: "24h",
    on: "to 3",
  },
  requestUnchecked: { r: { address: 0xfee0_0018n, data: 0x1_0000 }, off: "20h", on: "to 300" },
  entryReservedUnchecked: { u: with_(entry | 1n << 12n), off: "24h", on: "to 300" },
  postedReadAsRemapped: { u: with_(postedEntry({})), off: "posted", on: "to 0" },
  busRangeInverted: { r: { requesterId: 0x0400 }, u: with_(fromBus3To5), off: "to 300", on: "26h" },
  unknownRequesterUnchecked: {
    r: { requesterId: undefined },
    u: with_(fromBus3To5),
    off: "26h",
    on: "to 300",
  },
  unknownSvtIsSourceFault: { u: with_(svt3), off: "24h", on: "26h" },
  unknownSvtAccepted: { u: with_(svt3), off: "24h", on: "to 300" },
  postedIsReservedFault: { u: with_(postedEntry({})), off: "posted", on: "24h" },
  faultsUnrecorded: { u: with_(0n), off: "22h", on: "22h unrecorded" },
};

Deno.test.each(Object.entries(TOGGLED).map(([toggle, given]) => ({ toggle, ...given })))(
  "toggle $toggle: $off becomes $on",
  ({ toggle, r = {}, u = {}, off, on }) => {
    assert.equal(remap(r, u), off);
    assert.equal(remap(r, u, new Set([toggle as VtdToggle])), on);
  },
);

Deno.test("toggles levelAlwaysSet and emits15Bits change the message that is handed on", () => {
  const outcome = remapVtd(
    request(),
    unit(with_(irteRemapped.encode({ present: true, destId: 0x8123 }))),
  );
  assert.ok(outcome.kind === "remapped");
  const emitted = (...on: VtdToggle[]) => emittedByVtd(outcome, new Set(on));
  assert.deepEqual(emitted(), { address: 0x8100_fee2_3000n, data: 0 });
  assert.deepEqual(emitted("levelAlwaysSet"), { address: 0x8100_fee2_3000n, data: 0x4000 });
  assert.deepEqual(emitted("emits15Bits"), { address: 0xfee2_3020n, data: 0 });
});

Deno.test("which departures each implementation has", () => {
  const all = Object.keys(VTD_TOGGLES);
  const on = Object.entries(VTD_FLAVOURS).map((
    [name, set],
  ) => [name, all.filter((t) => set.has(t as VtdToggle))]);
  assert.deepEqual(Object.fromEntries(on), {
    spec: [],
    qemu: [
      "compatibilityAlwaysPasses",
      "eimeWithoutEim",
      "indexWraps",
      "outsideWindowFaults",
      "subhandleCheckedLast",
      "destReservedUnchecked",
      "postedReadAsRemapped",
      "busRangeInverted",
      "unknownRequesterUnchecked",
      "unknownSvtIsSourceFault",
      "levelAlwaysSet",
    ],
    qemuRouted: [
      "compatibilityAlwaysPasses",
      "eimeWithoutEim",
      "indexWraps",
      "outsideWindowFaults",
      "subhandleCheckedLast",
      "destReservedUnchecked",
      "postedReadAsRemapped",
      "busRangeInverted",
      "unknownRequesterUnchecked",
      "unknownSvtIsSourceFault",
      "faultsUnrecorded",
      "levelAlwaysSet",
    ],
    openvmm: [
      "indexWraps",
      "requestUnchecked",
      "entryReservedUnchecked",
      "busRangeInverted",
      "unknownSvtAccepted",
      "postedIsReservedFault",
      "emits15Bits",
    ],
  });
});

Deno.test("the destination's width is the mode's: eight bits of DST, or all of them", () => {
  const dest = fc.integer({ min: 0, max: 0xffff_ffff });
  fc.assert(fc.property(dest, (destId) => {
    const wide = remap({}, with_(irteRemapped.encode({ present: true, destId })));
    assert.equal(wide, `to ${destId}`);
    const byte = destId % 256;
    const raw = irteRemappedXapic.encode({ present: true, destId: byte });
    assert.equal(remap({}, { ...with_(raw), extendedInterruptMode: false }), `to ${byte}`);
  }));
});

Deno.test("no request and no entry is too strange to be answered", () => {
  const raw = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
  const address = fc.bigInt({ min: 0xfee0_0000n, max: 0xfeef_ffffn });
  const data = fc.nat({ max: 0x1_ffff });
  const flavour = fc.constantFrom(...Object.values(VTD_FLAVOURS));
  fc.assert(
    fc.property(
      raw,
      address,
      data,
      flavour,
      fc.boolean(),
      (raw, address, data, flavour, extended) => {
        const parts = { ...with_(raw), extendedInterruptMode: extended, entries: 65536 };
        assert.ok(remap({ address, data }, parts, flavour).length > 0);
      },
    ),
  );
});

Deno.test("a table of size field S has 2^(S+1) entries", () => {
  assert.deepEqual([0, 3, 15].map((size) => tableEntries({ size })), [2, 16, 65536]);
});

function run(commands: readonly Parameters<typeof afterCommand>[1][]): VtdCacheState | string {
  return commands.reduce<VtdCacheState | string>(
    (state, command) => typeof state === "string" ? state : afterCommand(state, command),
    RESET_UNIT,
  );
}

Deno.test("remapping is enabled after the table pointer is taken, not before", () => {
  const pointer = { kind: "writeTablePointer", table: "irt" } as const;
  assert.equal(run([{ kind: "enable" }]), "enabledWithoutTable");
  assert.equal(run([pointer, { kind: "enable" }]), "enabledWithoutTable");
  assert.equal(run([{ kind: "setTablePointer" }]), "pointerNotWritten");
  const state = run([pointer, { kind: "setTablePointer" }, { kind: "enable" }]);
  assert.ok(typeof state !== "string" && state.enabled && state.table === "irt");
});

Deno.test("a rewritten entry is met only after its cached copy is invalidated", () => {
  const written = (entry: bigint) => ({ kind: "writeEntry", index: 5, entry }) as const;
  const invalidate = (index: number, indexMask = 0) =>
    ({
      kind: "invalidate",
      descriptor: {
        type: 4,
        granularity: "index",
        index,
        indexMask,
        reserved5to26: 0,
        reserved48to127: 0n,
      },
    }) as const;
  const stale = [written(1n), { kind: "request", index: 5 } as const, written(2n)];
  const met = (...more: Parameters<typeof afterCommand>[1][]) => {
    const state = run([...stale, ...more]);
    return typeof state === "string" ? state : entryMet(state, 5);
  };
  assert.equal(met(), 1n);
  assert.equal(met(invalidate(6)), 1n);
  assert.equal(met(invalidate(5)), 2n);
  assert.equal(met(invalidate(0, 3)), 2n);
  const { descriptor } = invalidate(0);
  assert.equal(
    met({ kind: "invalidate", descriptor: { ...descriptor, granularity: "global" } }),
    2n,
  );
  assert.deepEqual(invalidatedIndexes({ ...descriptor, index: 13, indexMask: 2 }), [12, 15]);
});

Deno.test("a notification goes to NDST: 32 bits, or bits 15:8 in xAPIC mode", () => {
  const fields = postedDescriptor.decode(descriptor);
  assert.equal(notification(fields, { mode: "x2apic", urgent: false })?.dest, 300);
  const xapic = { ...fields, notificationDest: 0x2c00 };
  assert.equal(notification(xapic, { mode: "xapic", urgent: false })?.dest, 0x2c);
  assert.equal(
    notification({ ...fields, outstanding: true }, { mode: "x2apic", urgent: true }),
    null,
  );
  const suppressed = { ...fields, suppress: true };
  assert.equal(notification(suppressed, { mode: "x2apic", urgent: false }), null);
  assert.equal(notification(suppressed, { mode: "x2apic", urgent: true })?.vector, 0xf2);
  assert.equal(posted(fields, 0x55).requests, 1n << 0x55n);
});
