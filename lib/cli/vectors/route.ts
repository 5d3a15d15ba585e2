/** Groups about LAPICs alone: `route`, `x2ldr`, `icr`. */
import { deliver } from "../../x86/deliver.ts";
import { readIcr } from "../../x86/icr.ts";
import { type Lapic, x2apicLdr } from "../../x86/lapic.ts";
import { bigintIn, type Given, hex, maybeBigint, numberIn, wordIn } from "./input.ts";
import { lapicsIn, messageIn, rulesIn, senderIn } from "./lapics.ts";

/** Who is named, who takes it, whom a lowest-priority message goes to. */
export function route(given: Given) {
  const rules = rulesIn(given);
  const message = messageIn(given);
  const { matched, accept, candidates, takers } = deliver(
    message,
    lapicsIn(given),
    rules,
    senderIn(given),
  );
  const pick = accept === "one-of" ? { pick: hex(takers[0]!.id) } : {};
  const hashes = rules.name === "kvm" && takers.length === 1 &&
    (accept === "one-of" || message.deliveryMode === "lowest");
  const hash = hashes ? { kvmVectorHashingPick: hex(takers[0]!.id) } : {};
  return { matched: ids(matched), accept, candidates: ids(candidates), ...pick, ...hash };
}

/** The logical ID hardware derives. */
export function x2ldr(given: Given) {
  return { ldr: hex(x2apicLdr(numberIn(given, "x2apicId"))) };
}

/** An ICR's fields. */
export function icr(given: Given) {
  const raw = maybeBigint(given, "icr") ??
    (bigintIn(given, "icrHigh") << 32n | bigintIn(given, "icrLow"));
  const mode = wordIn(given, "mode", ["xapic", "x2apic"], "x2apic");
  const { dest, destMode, vector, deliveryMode, shorthand, level, trigger } = readIcr(raw, mode);
  return {
    dest: hex(dest),
    destMode,
    vector: hex(vector),
    deliveryMode,
    shorthand,
    level: hex(level ? 1 : 0),
    trigger,
  };
}

/** APIC IDs as the vectors write them. */
export function ids(lapics: readonly Lapic[]): readonly string[] {
  return lapics.map(({ id }) => hex(id));
}
