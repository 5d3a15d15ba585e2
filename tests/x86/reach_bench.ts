import { IdSet } from "../../lib/bits/id_set.ts";
import { reachable, reachOf } from "../../lib/x86/reach.ts";

const lapics = IdSet.ids(Array.from({ length: 4096 }, (_, n) => n + 256 * Math.floor(n / 192)));

Deno.bench("reachable set of one (machine, device), x2APIC physical ≤ 5 µs", () => {
  const reach = reachOf({ reading: "x2apic-physical", format: "ext15", source: "msi" });
  reachable(reach, { lapics, byteIsBroadcast: true });
});
Deno.bench("reachable set of one (machine, device), x2APIC logical ≤ 5 µs", () => {
  const reach = reachOf({ reading: "x2apic-logical", format: "vtd-eim", source: "ioapic" });
  reachable(reach, { lapics });
});
