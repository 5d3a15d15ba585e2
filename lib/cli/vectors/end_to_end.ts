/** Group `e2e`: from a device's words to the LAPICs they reach. */
import { deliver } from "../../x86/deliver.ts";
import { swizzle } from "../../x86/extended_destination.ts";
import type { InterruptMessage } from "../../x86/interrupt_message.ts";
import { IOAPIC_RULES, type IoapicFlavour, messageFromEntry } from "../../x86/ioapic_message.ts";
import { type LapicRules, lapicRules } from "../../x86/lapic_rules.ts";
import { isInterrupt, messageFromMsi, type Msi } from "../../x86/msi_message.ts";
import { remapAmd } from "../../x86/amd_remap.ts";
import type { VtdFlavour } from "../../x86/vtd_flavour.ts";
import { remapVtd } from "../../x86/vtd_remap.ts";
import { bigintIn, flagIn, type Given, hex, maybeNumber, wordIn } from "./input.ts";
import { lapicsIn, rulesIn } from "./lapics.ts";
import { amdUnitIn, vtdUnitIn } from "./remap.ts";
import { ids } from "./route.ts";
import { msiIn } from "./words.ts";

/** Where the interrupt got to before the LAPICs. */
type Arrival =
  | { readonly kind: "message"; readonly message: InterruptMessage; readonly toKvm?: bigint }
  | { readonly kind: "lost"; readonly fault?: number };

/** The IDs reached, what KVM was handed, the fault that stopped it. */
export function endToEnd(given: Given) {
  const sent = sentBy(given);
  const arrival: Arrival = sent ? arrivalOf(sent, given) : { kind: "lost" };
  if (arrival.kind === "lost") {
    return { reached: [], ...(arrival.fault !== undefined && { fault: hex(arrival.fault) }) };
  }
  const { takers } = deliver(arrival.message, lapicsIn(given), rules(given));
  const toKvm = arrival.toKvm === undefined ? {} : { messageToKvm: hex(arrival.toKvm) };
  return { reached: ids(takers), ...toKvm };
}

const IOAPICS = Object.keys(IOAPIC_RULES) as IoapicFlavour[];

/** Other names of the I/O APICs of {@link IOAPIC_RULES}. */
const OTHER_IOAPIC_NAMES = {
  spec: "ich",
  qemusplit: "qemu",
  qemutcg: "qemu",
  crosvmsplit: "crosvm",
  kvm: "kvm-in-kernel",
} as const;

function sentBy(given: Given): Msi | null {
  if (!("rte" in given)) return msiIn(given);
  const ioapic = wordIn(given, "ioapic", IOAPICS, "ich", OTHER_IOAPIC_NAMES);
  return messageFromEntry(bigintIn(given, "rte"), ioapic);
}

function arrivalOf(sent: Msi, given: Given): Arrival {
  if ("dteData2" in given) return throughAmd(sent, given);
  return "ire" in given || "eime" in given ? throughVtd(sent, given) : unremapped(sent, given);
}

/** Who the requester is does not matter here unless the vector says so. */
const ANY_REQUESTER: VtdFlavour = new Set(["unknownRequesterUnchecked"]);

function throughVtd(sent: Msi, given: Given): Arrival {
  const request = { ...sent, requesterId: maybeNumber(given, "sid") };
  const outcome = remapVtd(request, vtdUnitIn(given), ANY_REQUESTER);
  switch (outcome.kind) {
    case "passed":
      return unremapped(outcome, given);
    case "remapped":
      return { kind: "message", message: outcome.message };
    case "fault":
      return { kind: "lost", fault: outcome.reason };
    case "posted":
    case "notAnInterrupt":
      return { kind: "lost" };
  }
}

function throughAmd(sent: Msi, given: Given): Arrival {
  const outcome = remapAmd(sent, amdUnitIn(given));
  if (outcome.kind === "passed") return unremapped(outcome, given);
  return outcome.kind === "remapped"
    ? { kind: "message", message: outcome.message }
    : { kind: "lost" };
}

function unremapped(msi: Msi, given: Given): Arrival {
  const extended = flagIn(given, "extDestId");
  if (!isKvm(given)) {
    if (!isInterrupt(msi.address)) return { kind: "lost" };
    return { kind: "message", message: messageFromMsi(msi, extended ? "ext15" : "compat8") };
  }
  const address = extended ? swizzle(msi.address) : msi.address;
  const encoding = flagIn(given, "kvmX2apicFormat") ? "kvm32" : "compat8";
  const message = messageFromMsi({ address, data: msi.data }, encoding);
  return { kind: "message", message, toKvm: address };
}

function isKvm(given: Given): boolean {
  return "kvmX2apicFormat" in given || "quirkDisabled" in given;
}

/** KVM_CAP_X2APIC_API's two flags go together unless the vector says otherwise. */
function rules(given: Given): LapicRules {
  if ("flavor" in given || !isKvm(given)) return rulesIn(given);
  const quirkDisabled = flagIn(given, "quirkDisabled", flagIn(given, "kvmX2apicFormat"));
  return lapicRules("kvm", { broadcastQuirk: !quirkDisabled });
}
