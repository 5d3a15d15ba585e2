/**
 * Why a device can or cannot interrupt a CPU: the ladder of limits its APIC ID has to climb, from
 * the firmware's table to the LAPIC, and the first rung that is too low.
 */
import type { Boot, OfflineCpu } from "../linux/boot.ts";
import type { Machine } from "../machine/machine.ts";
import type { Decision } from "../linux/decision.ts";
import { type LapicReading, reachByWidth } from "../x86/reach.ts";
import { follow } from "./follow.ts";
import {
  anyInterrupt,
  type Booted,
  type DeviceClass,
  devicesOf,
  WORKING_CLASSES,
} from "./interrupt.ts";
import { type InterruptPath, pathOf, type PathStation } from "./path.ts";
import { reachOf } from "./reach.ts";
import { cite, type Hop, orphaned } from "./stage.ts";

/** One limit on the way to a CPU. */
export interface LadderRung {
  /** What limits, such as `extended message, 15 bits`. */
  readonly limit: string;
  /** Greatest APIC ID that passes; null where every one does, "none" where none does. */
  readonly value: number | null | "none";
  /** The kernel function, register or field that says so. */
  readonly where: string;
}

/** Whether a CPU can be interrupted, and the limits on the way to it. */
export interface Why {
  /** Whether every device asked about can interrupt the CPU. */
  readonly reachable: boolean;
  /** The first of them that cannot, else the first; null where none sends messages. */
  readonly device: string | null;
  /** The limit that binds, null when the CPU is reachable. */
  readonly binding: string | null;
  /** Every limit, from the firmware's table to the LAPIC; the first that is too low binds. */
  readonly ladder: readonly LadderRung[];
  /** The kernel's decisions, then the stations of one interrupt. */
  readonly trace: readonly (Decision | Hop)[];
}

/** A machine and its boot with the reasons: limits are told, not only found. */
export interface BootedWithTrace extends Booted {
  /** The whole answer, not only its facts. */
  readonly boot: Boot;
}

/** Why devices of a class, or of every class that carries work, can or cannot interrupt an ID. */
export function why(booted: BootedWithTrace, apicId: number, of?: DeviceClass): Why {
  const routes = (of ? [of] : WORKING_CLASSES).flatMap((each) => routesOf(booted, each));
  const route = routes.find(({ path }) => !reachOf(booted, path).has(apicId)) ?? routes[0];
  const ladder = [...cpuRungs(booted, apicId), ...route ? pathRungs(booted, route.path) : []];
  const binding = bindingLimit(booted, ladder, apicId, route);
  return {
    reachable: binding === null,
    device: route?.device ?? null,
    binding,
    ladder,
    trace: [...booted.boot.trace, ...route ? hops(booted, route, apicId) : []],
  };
}

interface RouteOf {
  readonly of: DeviceClass;
  readonly device: string;
  readonly path: InterruptPath;
}

function routesOf(booted: Booted, of: DeviceClass): readonly RouteOf[] {
  return devicesOf(booted, of).flatMap((device) => {
    const path = pathOf(booted, of, device);
    return path ? [{ of, device, path }] : [];
  });
}

/** What decides whether the CPU comes online at all. */
function cpuRungs({ machine, boot }: BootedWithTrace, apicId: number): readonly LadderRung[] {
  const listed = machine.cpus.some((cpu) => cpu.apicId === apicId && cpu.enabled);
  const offline = boot.offline.find((cpu) => cpu.apicId === apicId);
  return [
    {
      limit: listed ? "listed by firmware" : "not listed by firmware",
      value: listed ? null : "none",
      where: "ACPI MADT",
    },
    {
      limit: "MAX_LOCAL_APIC",
      value: MAX_LOCAL_APIC - 1,
      where: cite(machine, "arch/x86/include/asm/apicdef.h MAX_LOCAL_APIC"),
    },
    {
      limit: IN_FORCE,
      value: boot.apic.mode === "x2apic" ? boot.maxApicId : boot.maxApicId ?? XAPIC_MAX,
      where: cite(machine, "arch/x86/kernel/apic/apic.c try_to_enable_x2apic"),
    },
    ...offline ? [notOnline(machine, offline)] : [],
  ];
}

function notOnline(machine: Machine, { because }: OfflineCpu): LadderRung {
  const where = "arch/x86/kernel/acpi/boot.c acpi_parse_lapic to smpboot.c native_cpu_up";
  return { limit: because, value: "none", where: cite(machine, where) };
}

const MAX_LOCAL_APIC = 0x8000;
const XAPIC_MAX = 0xfe;
const IN_FORCE = "APIC ID limit in force";

function pathRungs({ machine, boot }: Booted, path: InterruptPath): readonly LadderRung[] {
  if (path.kind === "open") {
    return path.stations.map((station) => stationRung({ machine, boot }, station));
  }
  if (path.because.kind === "blocked") {
    const { where } = path.because;
    return [{ limit: "remapping unit blocks its messages", value: "none", where }];
  }
  return [{
    limit: orphaned(path.because.declined),
    value: "none",
    where: cite(machine, "kernel/irq/irqdomain.c irq_find_matching_fwspec"),
  }];
}

function stationRung({ machine, boot: { apic } }: Booted, station: PathStation): LadderRung {
  const { limit, bits, where, inKernel } = station;
  return {
    limit: `${limit}, ${bits} bits`,
    value: greatestId(readingOf(apic), bits),
    where: inKernel ? cite(machine, where) : where,
  };
}

function greatestId(reading: LapicReading, bits: number): number | null {
  const found = reachByWidth(reading, bits);
  return found.kind === "ids" ? found.ids.max ?? null : null;
}

function readingOf({ mode, destMode }: Boot["apic"]): LapicReading {
  if (mode === "x2apic") return `x2apic-${destMode}`;
  return destMode === "physical" ? "xapic-physical" : "xapic-logical-flat";
}

function bindingLimit(
  booted: BootedWithTrace,
  ladder: readonly LadderRung[],
  apicId: number,
  route: RouteOf | undefined,
): string | null {
  if (!route) return "no device of this kind sends messages";
  const rung = ladder.find((rung) => excludes(booted.boot, rung, apicId));
  if (rung) return rung.limit;
  return reachOf(booted, route.path).has(apicId) ? null : "0xFF is broadcast to its receivers";
}

/** The boot CPU alone may be online above the limit in force: nobody checks it. */
function excludes(
  { online }: Pick<Boot, "online">,
  { limit, value }: LadderRung,
  apicId: number,
): boolean {
  const unchecked = limit === IN_FORCE && online.some((cpu) => cpu.apicId === apicId);
  return value === "none" || value !== null && apicId > value && !unchecked;
}

const ANY_VECTOR = 0x31;

function hops(booted: Booted, { of, device }: RouteOf, apicId: number): readonly Hop[] {
  const { online, apic } = booted.boot;
  const found = online.find((cpu) => cpu.apicId === apicId);
  if (!found && apic.destId === "cpuBit") return [];
  const target = { cpu: found?.cpu ?? -1, apicId, vector: ANY_VECTOR };
  return follow(booted, anyInterrupt(of, device), target).trace;
}
