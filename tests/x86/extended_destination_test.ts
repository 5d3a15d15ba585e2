import assert from "node:assert/strict";
import fc from "fast-check";
import { swizzle, SWIZZLES } from "../../lib/x86/extended_destination.ts";
import { fixedMessage } from "../../lib/x86/interrupt_message.ts";
import { messageFromEntry } from "../../lib/x86/ioapic_message.ts";
import { encodeMsi, messageFromMsi } from "../../lib/x86/msi_message.ts";
import { redirectionTableEntry } from "../../lib/x86/redirection_table_entry.ts";
import {
  cloudHypervisorDestination,
  entryAddress,
  openVmmDestination,
  qemuDestination,
} from "./oracles/extended_destination.ts";

const ALL_15_BIT_IDS = Array.from({ length: 2 ** 15 }, (_, id) => id);

function addressOf(dest: number): bigint {
  const msi = encodeMsi(fixedMessage({ dest, vector: 0x31 }), "ext15");
  assert.ok(msi.kind === "encoded");
  return msi.address;
}

Deno.test.each([
  { name: "OpenVMM", decode: openVmmDestination },
  { name: "cloud-hypervisor", decode: cloudHypervisorDestination },
  { name: "QEMU", decode: qemuDestination },
])("all 2^15 extended IDs: $name's decoder finds what our encoder wrote", ({ decode }) => {
  for (const id of ALL_15_BIT_IDS) assert.equal(decode(Number(addressOf(id))), id);
});

Deno.test("all 2^15 extended IDs: our own decoder, before and after a monitor moved the bits", () => {
  for (const id of ALL_15_BIT_IDS) {
    const address = addressOf(id);
    assert.equal(messageFromMsi({ address, data: 0 }, "ext15").dest, id);
    assert.equal(messageFromMsi({ address: swizzle(address), data: 0 }, "kvm32").dest, id);
    assert.equal(messageFromMsi({ address, data: 0 }, "compat8").dest, id % 256);
  }
});

Deno.test("all 2^15 extended IDs through a redirection entry, where the I/O APIC keeps them", () => {
  for (const id of ALL_15_BIT_IDS) {
    const parts = { vector: 0x31, destId0to7: id & 0xff, destId8to14: id >> 8 };
    const entry = redirectionTableEntry.encode(parts);
    const address = Number(messageFromEntry(entry, "qemu")!.address);
    assert.equal(address, entryAddress(entry));
    assert.equal(openVmmDestination(address), id);
    const dropped = messageFromEntry(entry, "cloud-hypervisor")!.address;
    assert.equal(openVmmDestination(Number(dropped)), id % 256);
  }
});

Deno.test("ID 0x1234 is address 0xFEE34240, in KVM's form 0x1200_FEE34000", () => {
  assert.equal(addressOf(0x1234), 0xfee3_4240n);
  assert.equal(swizzle(0xfee3_4240n), 0x1200_fee3_4000n);
});

Deno.test("a destination that does not fit is refused, never truncated", () => {
  const refusal = (dest: number, encoding: "compat8" | "ext15") =>
    encodeMsi(fixedMessage({ dest, vector: 0x31 }), encoding);
  assert.deepEqual(refusal(300, "compat8"), {
    kind: "declined",
    because: "destinationTooWide",
    destBits: 8,
  });
  assert.equal(refusal(0x8000, "ext15").kind, "declined");
  assert.equal(refusal(0x7fff, "ext15").kind, "encoded");
});

Deno.test("moving the bits twice is moving them once; crosvm and Firecracker move nothing", () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (address) => {
    assert.equal(swizzle(swizzle(address)), swizzle(address));
    assert.equal(SWIZZLES.crosvm(address), address);
    assert.equal(SWIZZLES.firecracker(address), address);
  }));
});

Deno.test("every message comes back from its words when the destination fits", () => {
  const message = fc.record({
    dest: fc.integer({ min: 0, max: 0x7fff }),
    destMode: fc.constantFrom("physical" as const, "logical" as const),
    redirectionHint: fc.boolean(),
    deliveryMode: fc.constantFrom("fixed" as const, "lowest" as const, "nmi" as const),
    vector: fc.integer({ min: 0, max: 255 }),
    trigger: fc.constantFrom("edge" as const, "level" as const),
    level: fc.boolean(),
  });
  fc.assert(fc.property(message, fc.constantFrom("ext15" as const, "kvm32" as const), (m, how) => {
    const msi = encodeMsi(m, how);
    assert.ok(msi.kind === "encoded");
    assert.deepEqual(messageFromMsi(msi, how), { ...m });
  }));
});
