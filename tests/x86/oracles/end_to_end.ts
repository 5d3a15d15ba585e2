/** From words to CPUs, by the other oracles. */
import { bits, DM, type Json, MODES, num } from "./bits.ts";
import { routeOracle } from "./route.ts";
import { vtdOracle } from "./remap.ts";
import { rteOracle, swizzleOracle } from "./words.ts";

export function endToEndOracle(given: Json) {
  let { address, data } = given;
  if (given.rte) {
    const own = given.ioapic?.startsWith("kvm") ? "crosvm" : given.ioapic ?? "ich";
    const message = (rteOracle(given).message as Json)[own];
    if (!message) return { reached: [] };
    ({ address, data } = message);
  }
  if (given.ire !== undefined) {
    const low = given.irte.low, high = given.irte.high;
    const every = new Proxy({}, {
      ownKeys: () => [String(indexAt(address, data))],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      get: () => ({ low, high }),
    });
    const unit = { cfis: false, entries: 65536, ...given, sid: bits(high, 15, 0), irte: every };
    const { spec } = vtdOracle({ ...unit, address, data });
    if (spec.result !== "deliver") return { reached: [] };
    return reach(given, { name: "arch" }, spec);
  }
  const kvm = "kvmX2apicFormat" in given || "quirkDisabled" in given;
  const toKvm = given.extDestId ? swizzleOracle({ address }).address : address;
  let dest = bits(address, 19, 12);
  if (!kvm && given.extDestId) dest += bits(address, 11, 5) * 256;
  if (kvm && given.kvmX2apicFormat) dest += bits(toKvm, 63, 40) * 256;
  const quirkDisabled = given.quirkDisabled ?? given.kvmX2apicFormat;
  const message = {
    dest,
    destMode: DM[bits(address, 2, 2)],
    redirectionHint: bits(address, 3, 3),
    deliveryMode: MODES[bits(data, 10, 8)],
    vector: bits(data, 7, 0),
  };
  const answer = reach(given, kvm ? { name: "kvm", quirkDisabled } : { name: "arch" }, message);
  return kvm ? { ...answer, messageToKvm: toKvm } : answer;
}

function indexAt(address: Json, data: Json): number {
  const handle = bits(address, 19, 5) + bits(address, 2, 2) * 0x8000;
  return handle + (bits(address, 3, 3) ? bits(data, 15, 0) : 0);
}

function reach(given: Json, flavor: Json, message: Json) {
  const { candidates, accept } = routeOracle({ ...given, ...message, flavor, source: "message" });
  const one = accept === "one-of";
  const vector = Number(num(message.vector));
  const at = flavor.name === "kvm" ? vector % candidates.length : 0;
  return { reached: one ? [candidates[at]] : candidates };
}
