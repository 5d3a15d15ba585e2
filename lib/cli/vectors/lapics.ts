/** LAPICs, flavours and senders as the vectors write them. */
import type { MessageSender } from "../../x86/deliver.ts";
import { DEST_SHORTHANDS } from "../../x86/icr.ts";
import {
  DELIVERY_MODES,
  DEST_MODES,
  type InterruptMessage,
  TRIGGERS,
} from "../../x86/interrupt_message.ts";
import { type DestFormat, type Lapic, lapic, type LapicParts } from "../../x86/lapic.ts";
import { destFormatOf, dfr } from "../../x86/lapic_registers.ts";
import { type LapicRules, lapicRules } from "../../x86/lapic_rules.ts";
import {
  flagIn,
  type Given,
  listIn,
  maybeNumber,
  numberIn,
  objectIn,
  textIn,
  wordIn,
} from "./input.ts";

/** The LAPICs under `apics`. */
export function lapicsIn(given: Given): readonly Lapic[] {
  return listIn(given, "apics").map(lapicIn);
}

function lapicIn(given: Given): Lapic {
  const mode = wordIn(given, "mode", ["xapic", "x2apic", "disabled"], "xapic", { off: "disabled" });
  const parts: LapicParts = {
    id: numberIn(given, "id"),
    mode: mode === "disabled" ? "xapic" : mode,
    ldr: numberIn(given, "ldr"),
    destFormat: destFormatIn(given),
    hardwareEnabled: mode !== "disabled" && flagIn(given, "hardwareEnabled", true) &&
      flagIn(given, "enabled", true) && !flagIn(given, "globallyDisabled"),
    softwareEnabled: flagIn(given, "softwareEnabled", true),
    priority: numberIn(given, "ppr", numberIn(given, "priority")),
  };
  const xapicId = maybeNumber(given, "xapicId");
  return lapic(xapicId === undefined ? parts : { ...parts, xapicId });
}

/** `dfr` by name or as the register. */
function destFormatIn(given: Given): DestFormat {
  if (/^0x|^\d/.test(textIn(given, "dfr")) || typeof given["dfr"] === "number") {
    return destFormatOf(dfr.decode(numberIn(given, "dfr")));
  }
  return wordIn(given, "dfr", ["flat", "cluster", "reserved"], "flat");
}

/** The rules `flavor` names; KVM keeps its broadcast quirk unless the monitor turned it off. */
export function rulesIn(given: Given): LapicRules {
  const { flavor: named } = given;
  const flavor = typeof named === "string" ? { name: named } : objectIn(given, "flavor");
  const name = wordIn(flavor, "name", ["arch", "kvm", "qemu-tcg", "xen"], "arch");
  return lapicRules(name, { broadcastQuirk: !flagIn(flavor, "quirkDisabled") });
}

/** `source`: `ipi from ID`, or else a device. */
export function senderIn(given: Given): MessageSender {
  const from = /^ipi(?:\s+from\s+(\S+))?/i.exec(textIn(given, "source"));
  if (!from) return { kind: "device" };
  const id = numberIn({ id: from[1] }, "id");
  return { kind: "ipi", id, shorthand: wordIn(given, "shorthand", DEST_SHORTHANDS, "none") };
}

/** What manuals call delivery modes besides. */
const OTHER_MODE_NAMES = {
  startup: "sipi",
  lowestpriority: "lowest",
  arbitrated: "lowest",
  reserved: "reserved3",
} as const;

/** A message given field by field. */
export function messageIn(given: Given): InterruptMessage {
  return {
    dest: numberIn(given, "dest"),
    destMode: wordIn(given, "destMode", DEST_MODES, "physical"),
    redirectionHint: flagIn(given, "redirectionHint"),
    deliveryMode: wordIn(given, "deliveryMode", DELIVERY_MODES, "fixed", OTHER_MODE_NAMES),
    vector: numberIn(given, "vector"),
    trigger: wordIn(given, "trigger", TRIGGERS, "edge"),
    level: flagIn(given, "level"),
  };
}
