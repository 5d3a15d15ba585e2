/**
 * How a boot ends for its devices: `up` when every online CPU is reachable by every parented
 * device, `lossy` with the pairs that lose their interrupts, or `panic`.
 */
import { type Boot, boot as bootLinux, type OnlineCpu } from "../linux/boot.ts";
import { eraOf } from "../linux/eras.ts";
import { messageChannels } from "../linux/hpet_domain.ts";
import type { Machine } from "../machine/machine.ts";
import { type HazardId, HAZARDS, losesSubhandle, type LostRoute } from "./hazards.ts";
import { type Booted, type DeviceClass, devicesOf, WORKING_CLASSES } from "./interrupt.ts";
import { type InterruptPath, pathOf } from "./path.ts";
import { keyOf, reachOf } from "./reach.ts";

/** What `boot` answers: what the kernel decided, and what it means for every device. */
export interface BootAnswer extends Boot {
  /**
   * `up`: every online CPU is reachable by every parented device; `lossy`: some are not; `panic`:
   * the kernel stops.
   */
  readonly outcome: "up" | "lossy" | "panic";
  /** The pairs that lose their interrupts; empty unless `lossy`. */
  readonly lost: readonly LostPair[];
}

/** A device whose interrupts for one online CPU do not arrive there. */
export interface LostPair {
  /** Its key in `boot.parents`. */
  readonly device: string;
  /** APIC ID of the CPU. */
  readonly apicId: number;
  /** In words: the hazard's situation and effect, or the narrowest station of the path. */
  readonly because: string;
  /** Null where no named hazard explains it. */
  readonly hazard: HazardId | null;
}

/** What Linux makes of a machine, and whom its devices can then interrupt. */
export function bootOutcome(machine: Machine): BootAnswer {
  const boot = bootLinux(machine);
  if (boot.panic !== null) return { ...boot, outcome: "panic", lost: [] };
  const lost = lostPairs({ machine, boot });
  return { ...boot, outcome: lost.length > 0 ? "lossy" : "up", lost };
}

/** Every (device, online CPU) pair that loses its interrupts. */
export function lostPairs(booted: Booted): readonly LostPair[] {
  const outOfReach = outOfReachOnce(booted);
  return WORKING_CLASSES.flatMap((of) =>
    devicesOf(booted, of).flatMap((device) => lostOf(booted, of, device, outOfReach))
  );
}

type OutOfReach = (path: InterruptPath) => readonly OnlineCpu[];

/** The online CPUs a path cannot single out, asked once of paths that pass on the same bits. */
function outOfReachOnce(booted: Booted): OutOfReach {
  const known = new Map<string, readonly OnlineCpu[]>();
  return (path) => {
    const key = keyOf(path);
    const found = known.get(key) ?? outOfReachOf(booted, path);
    known.set(key, found);
    return found;
  };
}

function outOfReachOf(booted: Booted, path: InterruptPath): readonly OnlineCpu[] {
  const ids = reachOf(booted, path);
  return booted.boot.online.filter(({ apicId }) => !ids.has(apicId));
}

function lostOf(
  booted: Booted,
  of: DeviceClass,
  device: string,
  outOfReach: OutOfReach,
): readonly LostPair[] {
  const path = pathOf(booted, of, device);
  if (!path || isSpared(booted, of, path)) return [];
  if (losesSubhandle(booted, device)) return booted.boot.online.map(subhandleLost(device));
  return outOfReach(path)
    .filter((cpu) => of !== "hpet" || hasChannel(booted, cpu))
    .map(({ apicId }) => lostPair({ ...booted, of, device, path, apicId }));
}

/** An HPET's messages are per-CPU timers: CPUs beyond its channels do without. */
function hasChannel({ machine: { hpet }, boot: { online } }: Booted, cpu: OnlineCpu): boolean {
  return hpet !== null && online.slice(0, messageChannels(hpet)).includes(cpu);
}

/**
 * Hyper-V's stub refuses to move pins out of reach: that is no loss. Nor is an orphan, which never
 * gets as far as having interrupts, but for the boot-time I/O APIC of the mail's rule.
 */
function isSpared({ machine }: Booted, of: DeviceClass, path: InterruptPath): boolean {
  if (path.kind === "open") return path.confined;
  if (path.because.kind !== "orphan") return false;
  return of !== "ioapic" || eraOf(machine.kernel).orphanIoapic !== "failsToInitialise";
}

function lostPair(route: LostRoute): LostPair {
  const { device, apicId } = route;
  const hazard = HAZARDS.find(({ explains }) => explains?.(route));
  const because = hazard ? `${hazard.id}: ${hazard.situation}; ${hazard.effect}` : unnamed(route);
  return { device, apicId, because, hazard: hazard?.id ?? null };
}

function unnamed({ path, apicId }: LostRoute): string {
  if (path.kind === "closed") return "no domain parents it";
  const narrow = path.stations.reduce((least, next) => next.bits < least.bits ? next : least);
  return `${narrow.limit} holds ${narrow.bits} destination bits, too few for ${apicId} ` +
    `(${narrow.where})`;
}

function subhandleLost(device: string): (cpu: { readonly apicId: number }) => LostPair {
  const { situation, effect } = HAZARDS.find(({ id }) => id === "H9")!;
  return ({ apicId }) => ({ device, apicId, because: `H9: ${situation}; ${effect}`, hazard: "H9" });
}

/** The hazards a boot is in, whether or not an interrupt is lost by them. */
export function hazardsOf(
  booted: Booted,
  lost: readonly LostPair[] = lostPairs(booted),
): readonly HazardId[] {
  const explained = new Set(lost.map(({ hazard }) => hazard));
  return HAZARDS.filter(({ id, meets }) => explained.has(id) || meets?.(booted)).map(({ id }) =>
    id
  );
}
