import { deliver } from "../../lib/x86/deliver.ts";
import { fixedMessage } from "../../lib/x86/interrupt_message.ts";
import { lapic } from "../../lib/x86/lapic.ts";
import { lapicRules } from "../../lib/x86/lapic_rules.ts";

const COUNT = 4096;
const x2apics = Array.from({ length: COUNT }, (_, id) => lapic({ id, mode: "x2apic" }));
const arch = lapicRules("arch"), kvm = lapicRules("kvm", { broadcastQuirk: true });
const unicast = fixedMessage({ dest: 4000, vector: 0x31 });
const group = fixedMessage({ dest: 0x00fa_ffff, destMode: "logical", vector: 0x31 });
const broadcast = fixedMessage({ dest: 0xffff_ffff, vector: 0x31 });
const lowest = { ...group, deliveryMode: "lowest" } as const;

Deno.bench(`${COUNT} LAPICs, one physical ID ≤ 20 µs`, () => {
  deliver(unicast, x2apics, arch);
});
Deno.bench(`${COUNT} LAPICs, a logical group ≤ 20 µs`, () => {
  deliver(group, x2apics, arch);
});
Deno.bench(`${COUNT} LAPICs, lowest priority under KVM ≤ 20 µs`, () => {
  deliver(lowest, x2apics, kvm);
});
Deno.bench(`${COUNT} LAPICs, broadcast ≤ 20 µs`, () => {
  deliver(broadcast, x2apics, arch);
});
