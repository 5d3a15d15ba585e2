/**
 * Who answers to a destination: the matching rules of hardware and of three hypervisors, as
 * tables of the same shape.
 *
 * A rule turns a destination into a selection, so what is known from the destination alone is
 * decided once for thousands of LAPICs.
 *
 * @module
 */
import type { DeliveryMode, DestMode, InterruptMessage } from "./interrupt_message.ts";
import type { Lapic, LapicMode } from "./lapic.ts";
import { EVERYONE, type LapicSelection } from "./selection.ts";

/** From destination to the LAPICs of one mode that it names. */
export type MatchRule = (dest: number, everyone: readonly Lapic[]) => LapicSelection;

/** Where a message comes from; hypervisors treat interprocessor interrupts apart. */
export type MessageOrigin = "device" | "ipi";

/** How an xAPIC reads a physical destination that does not fit 8 bits. */
export type XapicAcceptance = "lowByte" | "fullId";

/** One implementation's LAPIC. */
export interface LapicRules {
  /** Its name. */
  readonly name: LapicFlavour;
  /** Where its rules are read. */
  readonly source: string;
  /** The destination as this implementation takes it, before any comparison. */
  readonly intake: (dest: number, mode: LapicMode, origin: MessageOrigin) => number;
  /** The rules, by the mode of the LAPIC and the destination mode of the message. */
  readonly match: Readonly<Record<LapicMode, Readonly<Record<DestMode, MatchRule>>>>;
  /** Whether fixed messages with vectors below 16 are dropped. */
  readonly dropsIllegalVectors: boolean;
  /** Delivery modes it drops when a device sends them. */
  readonly dropsFromDevices: readonly DeliveryMode[];
  /** Whether a message goes to one of those it names. */
  readonly arbitrates: (message: InterruptMessage) => boolean;
  /** Which of several it then goes to. */
  readonly pick: (candidates: readonly Lapic[], message: InterruptMessage) => Lapic;
}

/** The implementations there are rules for. */
export type LapicFlavour = "arch" | "kvm" | "qemu-tcg" | "xen";

/** What a flavour leaves open. */
export interface LapicOptions {
  /** KVM without KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK: device messages to 0xFF reach all. */
  readonly broadcastQuirk?: boolean;
  /** Bare metal in xAPIC mode: low byte (Knights Landing) or, as KVM has it, the full ID. */
  readonly acceptance?: XapicAcceptance;
}

const BROADCAST = 0xffff_ffff;
const XAPIC_BROADCAST = 0xff;

/**
 * The rules of a flavour.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { lapicRules } from "./lapic_rules.ts";
 *
 * const { match } = lapicRules("kvm");
 * assert.deepEqual(match.xapic.physical(0x123, []), { kind: "id", id: 0x123 });
 * assert.deepEqual(match.xapic.physical(0x23, []), { kind: "xapicId", xapicId: 0x23 });
 * ```
 */
export function lapicRules(flavour: LapicFlavour, options: LapicOptions = {}): LapicRules {
  switch (flavour) {
    case "arch":
      return options.acceptance === "fullId" ? ARCH_FULL_ID : ARCH;
    case "kvm":
      return options.broadcastQuirk ? KVM_QUIRK : KVM;
    case "qemu-tcg":
      return QEMU_TCG;
    case "xen":
      return XEN;
  }
}

/** All ones name everyone, whatever the destination mode. */
function unlessBroadcast(broadcast: number, rule: MatchRule): MatchRule {
  return (dest, lapics) => dest === broadcast ? EVERYONE : rule(dest, lapics);
}

const isId: MatchRule = (id) => ({ kind: "id", id });

const isXapicId: MatchRule = (xapicId) => ({ kind: "xapicId", xapicId });

const sharesCluster: MatchRule = (dest) => ({
  kind: "members",
  cluster: dest >>> 16,
  members: dest & 0xffff,
});

/** The byte an xAPIC compares. */
function lowByte(rule: MatchRule): MatchRule {
  return (dest, lapics) => rule(dest & 0xff, lapics);
}

const exactCluster: MatchRule = (bits) => ({ kind: "ldr", bits, cluster: bits >>> 4 });

/** Cluster 15 exists for broadcast alone: 0xF*x* names members x of every cluster. */
const clusterOrAll: MatchRule = (bits, lapics) =>
  bits >>> 4 === 0xf ? { kind: "ldr", bits, cluster: "any" } : exactCluster(bits, lapics);

const ARCH_X2APIC = {
  physical: unlessBroadcast(BROADCAST, isId),
  logical: unlessBroadcast(BROADCAST, sharesCluster),
};

const ARCH: LapicRules = {
  name: "arch",
  source: "Intel SDM volume 3, 11.6.2 and 11.12.10",
  intake: (dest) => dest,
  match: {
    x2apic: ARCH_X2APIC,
    xapic: {
      physical: lowByte(unlessBroadcast(XAPIC_BROADCAST, isXapicId)),
      logical: lowByte(unlessBroadcast(XAPIC_BROADCAST, clusterOrAll)),
    },
  },
  dropsIllegalVectors: true,
  dropsFromDevices: ["sipi", "reserved3"],
  arbitrates: ({ deliveryMode, redirectionHint }) =>
    deliveryMode === "lowest" || redirectionHint && deliveryMode === "fixed",
  pick: smallestPriority,
};

const ARCH_FULL_ID: LapicRules = {
  ...ARCH,
  match: {
    ...ARCH.match,
    xapic: { ...ARCH.match.xapic, physical: beyondByteIsId(ARCH.match.xapic.physical) },
  },
};

/** A destination above 255 is a whole ID even to an xAPIC. */
function beyondByteIsId(rule: MatchRule): MatchRule {
  return (dest, lapics) => dest > 0xff ? isId(dest, lapics) : rule(dest, lapics);
}

const KVM: LapicRules = {
  name: "kvm",
  source: "Linux 6.19 arch/x86/kvm/lapic.c kvm_apic_match_physical_addr, _logical_addr",
  intake: (dest) => dest,
  match: {
    x2apic: ARCH_X2APIC,
    xapic: {
      physical: unlessBroadcast(XAPIC_BROADCAST, beyondByteIsId(isXapicId)),
      logical: unlessBroadcast(XAPIC_BROADCAST, exactCluster),
    },
  },
  dropsIllegalVectors: false,
  dropsFromDevices: ["sipi", "reserved3", "extint"],
  arbitrates: (message) => kvmArbitrates(message),
  pick: vectorHash,
};

/** kvm_apic_mda: to an x2APIC a device's 0xFF is everyone, lest xAPIC-style senders be lost. */
const KVM_QUIRK: LapicRules = {
  ...KVM,
  intake: (dest, mode, origin) =>
    dest === XAPIC_BROADCAST && mode === "x2apic" && origin === "device" ? BROADCAST : dest,
};

/** Lowest priority by broadcast ID is demoted to fixed; a redirection hint counts in any mode. */
function kvmArbitrates({ deliveryMode, redirectionHint, destMode, dest }: InterruptMessage) {
  const demoted = deliveryMode === "lowest" && destMode === "physical" && dest === XAPIC_BROADCAST;
  return redirectionHint || deliveryMode === "lowest" && !demoted;
}

const QEMU_TCG: LapicRules = {
  name: "qemu-tcg",
  source: "QEMU 10.2 hw/intc/apic.c apic_get_delivery_bitmask, apic_bus_deliver",
  intake: (dest) => dest,
  match: {
    x2apic: {
      physical: unlessBroadcast(BROADCAST, isId),
      logical: unlessBroadcast(BROADCAST, narrowedBehindXapic(sharesCluster)),
    },
    xapic: {
      physical: (dest, lapics) =>
        dest === BROADCAST || dest === XAPIC_BROADCAST
          ? EVERYONE
          : lowByte(isXapicId)(dest, lapics),
      logical: lowByte(clusterOrAll),
    },
  },
  dropsIllegalVectors: false,
  dropsFromDevices: ["sipi", "reserved3"],
  arbitrates: ({ deliveryMode }) => deliveryMode === "lowest",
  pick: (candidates) => candidates[0]!,
};

/**
 * A defect of QEMU's loop: at the first xAPIC the destination becomes a byte and stays one, so
 * x2APICs with larger IDs see the truncated value.
 */
function narrowedBehindXapic(rule: MatchRule): MatchRule {
  return (dest, lapics) => {
    const from = lapics.reduce(
      (low, { id, mode }) => mode === "xapic" && id < low ? id : low,
      2 ** 32,
    );
    const below = rule(dest, lapics);
    return from === 2 ** 32
      ? below
      : { kind: "split", from, below, above: rule(dest & 0xff, lapics) };
  };
}

const XEN: LapicRules = {
  name: "xen",
  source: "Xen 4.22 xen/arch/x86/hvm/vlapic.c vlapic_match_dest, vlapic_lowest_prio",
  intake: (dest) => dest,
  match: {
    x2apic: { physical: unlessBroadcast(BROADCAST, isId), logical: sharesCluster },
    xapic: {
      physical: unlessBroadcast(XAPIC_BROADCAST, isXapicId),
      logical: lowByte(exactCluster),
    },
  },
  dropsIllegalVectors: true,
  dropsFromDevices: ["sipi", "reserved3", "extint", "smi", "init"],
  arbitrates: ({ deliveryMode }) => deliveryMode === "lowest",
  pick: smallestPriority,
};

/** Lowest processor priority; among equals the first, where silicon has model-specific ways. */
function smallestPriority(candidates: readonly Lapic[]): Lapic {
  return candidates.reduce((best, next) => next.priority < best.priority ? next : best);
}

/** kvm_vector_to_index with vector_hashing on, KVM's default: candidate number vector mod n. */
function vectorHash(candidates: readonly Lapic[], { vector }: InterruptMessage): Lapic {
  return candidates[vector % candidates.length]!;
}
