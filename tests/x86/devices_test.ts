import assert from "node:assert/strict";
import { hpetInterrupt, hpetTimer } from "../../lib/x86/hpet.ts";
import {
  apicBase,
  apicStateOf,
  destFormatOf,
  dfr,
  LEGAL_TRANSITIONS,
} from "../../lib/x86/lapic_registers.ts";
import { msixEntry, raise, setMask } from "../../lib/x86/pci_msi.ts";
import { iecInvalidation, invalidatedIndexes } from "../../lib/x86/vtd_registers.ts";

type Timer = Parameters<typeof hpetTimer.encode>[0];
const ROUTE = 0xfee0_1020_0000_0031n;
const PINS_20_TO_23 = 0x00f0_0000;

function interrupt(timer: Timer, { number = 2, legacyReplacement = false } = {}) {
  const fields = { interruptEnabled: true, routeCapMask: PINS_20_TO_23, ioapicPin: 20, ...timer };
  const word = hpetTimer.decode(hpetTimer.encode(fields));
  return hpetInterrupt(word, { number, route: ROUTE, legacyReplacement });
}

const MESSAGE = { kind: "message", msi: { address: 0xfee0_1020n, data: 0x31 } } as const;
const FSB = { fsbEnabled: true, fsbCapable: true } as const;

Deno.test.each([
  {
    what: "disabled",
    timer: { interruptEnabled: false },
    expected: { kind: "silent", because: "disabled" },
  },
  { what: "through a pin it offers", timer: {}, expected: { kind: "pin", pin: 20 } },
  {
    what: "through a pin it does not offer",
    timer: { ioapicPin: 5 },
    expected: { kind: "silent", because: "pinNotOffered" },
  },
  { what: "by message", timer: FSB, expected: MESSAGE },
  {
    what: "by message it cannot send",
    timer: { fsbEnabled: true },
    expected: { kind: "pin", pin: 20 },
  },
  {
    what: "by level message",
    timer: { ...FSB, trigger: "level" as const },
    expected: { kind: "silent", because: "messageMustBeEdge" },
  },
  {
    what: "timer 0 in legacy replacement",
    timer: {},
    at: { number: 0, legacyReplacement: true },
    expected: { kind: "pin", pin: 2 },
  },
  {
    what: "timer 1 in legacy replacement",
    timer: {},
    at: { number: 1, legacyReplacement: true },
    expected: { kind: "pin", pin: 8 },
  },
  {
    what: "timer 2 in legacy replacement",
    timer: {},
    at: { number: 2, legacyReplacement: true },
    expected: { kind: "pin", pin: 20 },
  },
  {
    what: "timer 0 by message in legacy replacement",
    timer: FSB,
    at: { number: 0, legacyReplacement: true },
    expected: MESSAGE,
  },
])("an HPET timer, $what", ({ timer, at, expected }) => {
  assert.deepEqual(interrupt(timer, at), expected);
});

Deno.test("a masked message is pending and leaves when unmasked, once", () => {
  const message = { address: 0xfee0_1000n, data: 0x31 };
  const open = { message, masked: false, pending: false };
  assert.deepEqual(raise(open), { slot: open, sent: message });
  const held = setMask(open, true).slot;
  const raised = raise(raise(held).slot);
  assert.deepEqual([raised.sent, raised.slot.pending], [null, true]);
  assert.deepEqual(setMask(raised.slot, false), { slot: open, sent: message });
  assert.deepEqual(setMask(held, false), { slot: open, sent: null });
  assert.deepEqual(raise(open, true), { slot: { ...open, pending: true }, sent: null });
});

Deno.test("an MSI-X entry holds a 64-bit address, data and its mask", () => {
  const raw = 0x0000_0001_0000_0031_0000_0000_fee0_1000n;
  const { addressLow, addressHigh, data, masked } = msixEntry.decode(raw);
  assert.deepEqual([addressLow, addressHigh, data, masked], [0xfee0_1000, 0, 0x31, true]);
});

Deno.test("a LAPIC goes from xAPIC to x2APIC and back only through disabled", () => {
  const state = (enabled: boolean, extended: boolean) =>
    apicStateOf(apicBase.decode(apicBase.encode({ enabled, extended })));
  assert.deepEqual(
    [state(false, false), state(true, false), state(true, true), state(false, true)],
    ["disabled", "xapic", "x2apic", null],
  );
  assert.ok(!LEGAL_TRANSITIONS.x2apic.includes("xapic"));
  assert.ok(!LEGAL_TRANSITIONS.disabled.includes("x2apic"));
  assert.ok(LEGAL_TRANSITIONS.xapic.includes("x2apic"));
});

Deno.test("DFR models other than 0xF and 0 name nobody", () => {
  const format = (raw: number) => destFormatOf(dfr.decode(raw));
  assert.deepEqual([format(0xffff_ffff), format(0x0fff_ffff), format(0x7fff_ffff)], [
    "flat",
    "cluster",
    "reserved",
  ]);
});

Deno.test("an interrupt entry cache invalidation rests at its type and names a range", () => {
  assert.equal(iecInvalidation.encode({}), 4n);
  const word = iecInvalidation.encode({ granularity: "index", index: 5, indexMask: 1 });
  assert.equal(word, 5n << 32n | 1n << 27n | 0x14n);
  assert.deepEqual(invalidatedIndexes(iecInvalidation.decode(word)), [4, 5]);
  assert.deepEqual(invalidatedIndexes(iecInvalidation.decode(4n)), [0, 0xffff]);
});
