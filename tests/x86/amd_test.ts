import assert from "node:assert/strict";
import fc from "fast-check";
import { AMD_FLAVOURS, AMD_TOGGLES, type AmdToggle } from "../../lib/x86/amd_flavour.ts";
import { irte128, irte128Guest, irte32 } from "../../lib/x86/amd_irte.ts";
import { dteInterrupt } from "../../lib/x86/amd_registers.ts";
import {
  type AmdDevice,
  type AmdOutcome,
  type AmdUnit,
  remapAmd,
} from "../../lib/x86/amd_remap.ts";
import { amdEventMessage, vtdEventMessage } from "../../lib/x86/iommu_message.ts";
import type { InterruptRequest } from "../../lib/x86/vtd_remap.ts";

const REMAP = { valid: true, tableLength: 4, control: "remap", tableRoot: 0x40 } as const;
const narrow = BigInt(irte32.encode({ remapEnabled: true, destId: 3, vector: 0x41 }));
const wide = irte128.encode({
  remapEnabled: true,
  destId0to23: 300,
  destId24to31: 1,
  vector: 0x41,
});
const guest = irte128Guest.encode({
  remapEnabled: true,
  isRunning: true,
  destId0to23: 7,
  vector: 0x41,
});

interface Given {
  readonly r?: Partial<InterruptRequest>;
  readonly u?: Partial<AmdUnit>;
  readonly d?: Partial<AmdDevice>;
  readonly dte?: Parameters<typeof dteInterrupt.encode>[0];
  readonly raw?: bigint | undefined;
}

function run({ r = {}, u = {}, d = {}, dte = {}, raw = narrow }: Given, ...on: AmdToggle[]) {
  const interrupt = dteInterrupt.encode({ ...REMAP, ...dte });
  const device = { valid: true, interrupt, read: () => raw, ...d };
  const unit = {
    enabled: true,
    guestApic: false,
    xt: false,
    tables2048: false,
    device: () => device,
    ...u,
  };
  return remapAmd({ address: 0xfee0_0000n, data: 5, ...r }, unit, new Set(on));
}

function told(outcome: AmdOutcome): string {
  switch (outcome.kind) {
    case "passed":
      return `passed ${outcome.data.toString(16)}`;
    case "remapped": {
      const { dest, deliveryMode, trigger, redirectionHint } = outcome.message;
      return [`to ${dest}`, deliveryMode, trigger, redirectionHint ? "hint" : ""].join(" ").trim();
    }
    case "guest":
      return `guest on ${outcome.runsOn}`;
    case "targetAbort":
      return `abort: ${outcome.because}`;
    case "pageFault":
      return `fault: ${outcome.because}${outcome.logged ? "" : " unlogged"}`;
    case "unspecified":
      return `unspecified ${outcome.messageType}`;
  }
}

const GA = { guestApic: true } as const, XT = { guestApic: true, xt: true } as const;
const noType = BigInt(irte32.encode({ remapEnabled: true, intType: "reserved4", destId: 3 }));
const CASES: readonly (Given & { what: string; expected: string })[] = [
  { what: "unit off", u: { enabled: false }, expected: "passed 5" },
  { what: "DTE.V clear", d: { valid: false }, expected: "passed 5" },
  { what: "DTE.IV clear", dte: { valid: false }, expected: "passed 5" },
  {
    what: "device table unreadable",
    u: { device: () => undefined },
    expected: "abort: deviceTableUnreadable",
  },
  { what: "IntCtl 00", dte: { control: "abort" }, expected: "abort: controlAborts" },
  { what: "IntCtl 01", dte: { control: "pass" }, expected: "passed 5" },
  { what: "IntCtl 11", dte: { control: "reserved3" }, expected: "abort: controlReserved" },
  { what: "32-bit entry", expected: "to 3 fixed edge" },
  { what: "level message", r: { data: 0xc005 }, expected: "to 3 fixed level" },
  { what: "128-bit entry, XTEn clear", u: GA, raw: wide, expected: "to 44 fixed edge" },
  { what: "128-bit entry, XTEn set", u: XT, raw: wide, expected: `to ${2 ** 24 + 300} fixed edge` },
  { what: "guest entry", u: XT, raw: guest, expected: "guest on 7" },
  { what: "guest mode in 32 bits", raw: narrow | 0x80n, expected: "fault: guestModeUnsupported" },
  { what: "index beyond the table", r: { data: 16 }, expected: "fault: indexBeyondTable" },
  { what: "entry unreadable", d: { read: () => undefined }, expected: "fault: tableUnreadable" },
  { what: "RemapEn clear", raw: 0n, expected: "fault: remapDisabled" },
  { what: "RemapEn clear, SupIOPF", raw: 2n, expected: "fault: remapDisabled unlogged" },
  {
    what: "RemapEn clear, IG",
    raw: 0n,
    dte: { ignoreUnmapped: true },
    expected: "fault: remapDisabled unlogged",
  },
  { what: "IntType reserved", raw: noType, expected: "fault: intTypeReserved" },
  { what: "NMI not passed", r: { data: 0x400 }, expected: "abort: typeNotPassed" },
  { what: "NMI passed", r: { data: 0x400 }, dte: { nmiPass: true }, expected: "passed 400" },
  { what: "INIT passed", r: { data: 0x500 }, dte: { initPass: true }, expected: "passed 500" },
  { what: "ExtINT passed", r: { data: 0x700 }, dte: { extIntPass: true }, expected: "passed 700" },
  { what: "SMI", r: { data: 0x200 }, expected: "unspecified smi" },
  { what: "reserved type", r: { data: 0x300 }, expected: "unspecified reserved3" },
  {
    what: "index 0x200 in 2K mode with DM",
    r: { address: 0xfee0_0004n, data: 0x200 },
    u: { tables2048: true },
    dte: { tableLength: 11 },
    expected: "to 3 fixed edge",
  },
  {
    what: "index 0x200 in 2K mode without DM",
    r: { data: 0x200 },
    u: { tables2048: true },
    dte: { tableLength: 11 },
    expected: "unspecified smi",
  },
];

Deno.test.each(CASES)("AMD: $what: $expected", ({ expected, ...given }) => {
  assert.equal(told(run(given)), expected);
});

const TOGGLED: Readonly<Record<AmdToggle, Given & { off: string; on: string }>> = {
  deviceTableEnables: {
    u: { enabled: false, hasDeviceTable: true },
    off: "passed 5",
    on: "to 3 fixed edge",
  },
  dteValidIgnored: { d: { valid: false }, off: "passed 5", on: "to 3 fixed edge" },
  reservedDteDrops: {
    dte: { reserved59: 1 },
    off: "to 3 fixed edge",
    on: "abort: deviceEntryReserved",
  },
  xtByProperty: {
    u: { guestApic: true, xtCapable: true },
    raw: wide,
    off: "to 44 fixed edge",
    on: `to ${2 ** 24 + 300} fixed edge`,
  },
  guestApicIsXt: {
    u: GA,
    raw: wide,
    off: "to 44 fixed edge",
    on: `to ${2 ** 24 + 300} fixed edge`,
  },
  tableLengthUnchecked: {
    r: { data: 16 },
    off: "fault: indexBeyondTable",
    on: "to 3 fixed edge",
  },
  smiDropped: { r: { data: 0x200 }, off: "unspecified smi", on: "abort: typeNotPassed" },
  passedMustBePhysical: {
    r: { address: 0xfee0_0004n, data: 0x400 },
    dte: { nmiPass: true },
    off: "passed 400",
    on: "abort: destModeSet",
  },
  hintFromRequestEoi: {
    raw: narrow | 0x20n,
    off: "to 3 fixed edge",
    on: "to 3 fixed edge hint",
  },
  unknownRequesterIsSouthbridge: {
    r: { requesterId: 0xffff },
    u: {
      device: (id) =>
        id === 0xa0
          ? { valid: true, interrupt: dteInterrupt.encode(REMAP), read: () => narrow }
          : undefined,
    },
    off: "abort: deviceTableUnreadable",
    on: "to 3 fixed edge",
  },
  passBecomesZero: { dte: { control: "pass" }, off: "passed 5", on: "passed 4000" },
  faultsUnlogged: { raw: 0n, off: "fault: remapDisabled", on: "fault: remapDisabled unlogged" },
  invalidRemapAborts: {
    dte: { valid: false },
    off: "passed 5",
    on: "abort: deviceEntryReserved",
  },
  messageTypesIgnored: {
    r: { data: 0x402 },
    dte: { tableLength: 11 },
    off: "abort: typeNotPassed",
    on: "to 3 fixed edge",
  },
  intTypeUnchecked: { raw: noType, off: "fault: intTypeReserved", on: "to 3 nmi edge" },
  guestModeIgnored: { u: XT, raw: guest, off: "guest on 7", on: "to 7 fixed edge" },
  triggerDropped: { r: { data: 0xc005 }, off: "to 3 fixed level", on: "to 3 fixed edge" },
};

Deno.test.each(Object.entries(TOGGLED).map(([toggle, given]) => ({ toggle, ...given })))(
  "AMD toggle $toggle: $off becomes $on",
  ({ toggle, off, on, ...given }) => {
    assert.equal(told(run(given)), off);
    assert.equal(told(run(given, toggle as AmdToggle)), on);
  },
);

Deno.test("which departures each AMD implementation has", () => {
  const all = Object.keys(AMD_TOGGLES) as AmdToggle[];
  const on = Object.entries(AMD_FLAVOURS).map((
    [name, set],
  ) => [name, all.filter((t) => set.has(t))]);
  assert.deepEqual(Object.fromEntries(on), {
    spec: [],
    qemu: [
      "deviceTableEnables",
      "dteValidIgnored",
      "reservedDteDrops",
      "xtByProperty",
      "tableLengthUnchecked",
      "smiDropped",
      "passedMustBePhysical",
      "hintFromRequestEoi",
      "unknownRequesterIsSouthbridge",
      "passBecomesZero",
      "faultsUnlogged",
    ],
    openvmm: [
      "guestApicIsXt",
      "invalidRemapAborts",
      "messageTypesIgnored",
      "intTypeUnchecked",
      "guestModeIgnored",
      "triggerDropped",
    ],
  });
});

Deno.test("an entry's address is the table's plus 4 or 16 bytes for each index", () => {
  fc.assert(fc.property(fc.nat({ max: 15 }), fc.nat({ max: 2 ** 30 }), (index, root) => {
    const at = (u: Partial<AmdUnit>, raw: bigint) => {
      const outcome = run({ r: { data: index }, u, raw, dte: { tableRoot: root } });
      return outcome.kind === "remapped" ? outcome.entryAddress : null;
    };
    assert.equal(at({}, narrow), BigInt(root) * 64n + BigInt(index) * 4n);
    assert.equal(at(XT, wide), BigInt(root) * 64n + BigInt(index) * 16n);
  }));
});

Deno.test("no device table entry and no table entry is too strange to be answered", () => {
  const word = (bits: bigint) => fc.bigInt({ min: 0n, max: 2n ** bits - 1n });
  const flavour = fc.constantFrom(...Object.values(AMD_FLAVOURS));
  const data = fc.nat({ max: 0xffff });
  fc.assert(
    fc.property(
      word(64n),
      word(128n),
      data,
      flavour,
      fc.boolean(),
      (interrupt, raw, data, flavour, ga) => {
        const outcome = run(
          { d: { interrupt }, raw, r: { data }, u: { guestApic: ga } },
          ...flavour,
        );
        assert.ok(told(outcome).length > 0);
      },
    ),
  );
});

Deno.test("a unit's own interrupt reaches as far as its register: XT and FEUADDR 32 bits", () => {
  assert.equal(amdEventMessage(0x1200_0023_3456_7800n).dest, 0x1234_5678);
  const registers = { address: 0xfee0_1000, upperAddress: 0x100, data: 0x21 };
  assert.equal(vtdEventMessage(registers, { extendedInterruptCapable: true }).dest, 0x101);
  assert.equal(vtdEventMessage(registers, { extendedInterruptCapable: false }).dest, 1);
});
