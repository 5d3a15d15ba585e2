/**
 * Which APIC IDs a device can interrupt, in closed form: the width of its path and the way
 * destinations name CPUs decide. Nothing is enumerated but the machine's own CPUs, and they only
 * where destinations are logical.
 */
import { IdSet } from "../bits/id_set.ts";
import type { OnlineCpu } from "../linux/boot.ts";
import { destinationOf } from "../linux/compose_destination.ts";
import { apicIdValid } from "../linux/select.ts";
import { type PathReach, reachByWidth } from "../x86/reach.ts";
import { type Booted, type DeviceClass, devicesOf } from "./interrupt.ts";
import { type InterruptPath, pathOf, widthOf } from "./path.ts";

/** Whom a class of devices can interrupt. */
export interface Reach {
  /** Who composes; null for an orphan, and where the class raises no messages. */
  readonly parent: string | null;
  /** APIC IDs that a message can single out. */
  readonly ids: IdSet;
  /** Destinations that every CPU takes. */
  readonly broadcast: readonly number[];
  /** Whether the class raises messages here, parented or not. */
  readonly sends: boolean;
  /** Online APIC IDs outside `ids`; empty where the class raises no messages. */
  readonly unreachable: readonly number[];
}

const NOTHING: Reach = {
  parent: null,
  ids: IdSet.empty,
  broadcast: [],
  sends: false,
  unreachable: [],
};

/** What every device of a class can interrupt on this machine. */
export function reach(booted: Booted, of: DeviceClass): Reach {
  const paths = devicesOf(booted, of).flatMap((device) => pathOf(booted, of, device) ?? []);
  const [first] = paths;
  if (!first) return NOTHING;
  const ids = intersection(distinct(paths).map((path) => reachOf(booted, path)));
  return {
    parent: first.parent.domain,
    ids,
    broadcast: broadcastOf(booted, first),
    sends: true,
    unreachable: missing(booted.boot.online, ids),
  };
}

/** What one path can single out; where destinations are logical, of this machine's CPUs. */
export function reachOf(booted: Booted, path: InterruptPath): IdSet {
  if (path.kind === "closed") return IdSet.empty;
  const { apic } = booted.boot;
  const bits = widthOf(path.stations);
  if (apic.destMode === "physical") return physicalReach(booted, bits).ids;
  const named = startable(booted.boot).filter((cpu) => destinationOf(apic, cpu) < 2 ** bits);
  return IdSet.ids(named.map(({ apicId }) => apicId));
}

/** The CPUs that run, and those that may be brought online by hand. */
function startable({ online, untried, maxApicId }: Booted["boot"]): readonly OnlineCpu[] {
  return [...online, ...untried.filter(({ apicId }) => apicIdValid(apicId, maxApicId))];
}

type Bits = 8 | 15 | 32;
type Named = Pick<Extract<PathReach, { kind: "ids" }>, "ids" | "broadcast">;
type ByBits = Readonly<Record<Bits, Named>>;

const ID_255 = IdSet.ids([255]);
const XAPIC = byBits((bits) => physical("xapic-physical", bits));
const X2APIC = byBits((bits) => physical("x2apic-physical", bits));
const X2APIC_WITHOUT_255 = byBits((bits) => {
  const { ids, broadcast } = X2APIC[bits];
  return { ids: ids.minus(ID_255), broadcast: [255, ...broadcast] };
});

function byBits(named: (bits: Bits) => Named): ByBits {
  return { 8: named(8), 15: named(15), 32: named(32) };
}

function physical(reading: "xapic-physical" | "x2apic-physical", bits: Bits): Named {
  const found = reachByWidth(reading, bits);
  if (found.kind === "ids") return found;
  throw new TypeError(`Cannot name LAPICs by ID: ${reading} yields ${found.kind}`);
}

function physicalReach(booted: Booted, bits: Bits): Named {
  if (booted.boot.apic.mode !== "x2apic") return XAPIC[bits];
  return takes255AsBroadcast(booted) ? X2APIC_WITHOUT_255[bits] : X2APIC[bits];
}

/** KVM unless told otherwise: a device's 0xFF means everyone, to x2APICs too. */
export function takes255AsBroadcast({ machine: { delivery }, boot: { apic } }: Booted): boolean {
  return apic.mode === "x2apic" && delivery.apic === "kvm" && delivery.kvmBroadcastQuirk === true;
}

function broadcastOf(booted: Booted, path: InterruptPath): readonly number[] {
  if (path.kind === "closed") return [];
  return physicalReach(booted, widthOf(path.stations)).broadcast;
}

/** The paths that differ in what they pass on. */
function distinct(paths: readonly InterruptPath[]): readonly InterruptPath[] {
  return [...new Map(paths.map((path) => [keyOf(path), path])).values()];
}

/** Equal for paths of one machine that reach the same CPUs. */
export function keyOf(path: InterruptPath): string {
  return path.kind === "closed" ? path.kind : `${widthOf(path.stations)}`;
}

function intersection(sets: readonly IdSet[]): IdSet {
  return sets.reduce((all, set) => all.intersect(set));
}

function missing(online: readonly OnlineCpu[], ids: IdSet): readonly number[] {
  return online.map(({ apicId }) => apicId).filter((apicId) => !ids.has(apicId));
}
