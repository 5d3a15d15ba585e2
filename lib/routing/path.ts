/**
 * The way an interrupt of one device takes, as a chain of stations, each of which passes on so many
 * bits of the destination. The narrowest decides which CPUs the device can name.
 *
 * ```text
 *            vector domain ─ 8 | 15 ─┐
 * device ──► ─────────────────────── ├─► message ─ 8 | 15 ─► LAPIC ─ 8 | 32
 *            remapping entry 8 | 32 ─┘   (passes by remapped)
 * ```
 */
import type { BootFacts, DeclinedDomain, Parent, ParentKind } from "../linux/boot.ts";
import { eraOf } from "../linux/eras.ts";
import { type Booted, type DeviceClass, hasUpperEventAddress, hasXtRegister } from "./interrupt.ts";

/** One place the destination passes through. */
export interface PathStation {
  /** What limits here, such as `remapping entry`. */
  readonly limit: string;
  /** Destination bits it passes on. */
  readonly bits: 8 | 15 | 32;
  /** The kernel's file and function, the manual's section, or the machine file's field. */
  readonly where: string;
  /** `where` is a file and function of the kernel that was booted. */
  readonly inKernel?: true;
}

/** The way of a device's interrupts, open or closed. */
export type InterruptPath =
  | {
    readonly kind: "open";
    readonly parent: Parent;
    readonly stations: readonly PathStation[];
    /** Hyper-V's stub keeps pins to CPUs it can reach: a move elsewhere is refused, not lost. */
    readonly confined: boolean;
  }
  | { readonly kind: "closed"; readonly parent: Parent; readonly because: PathClosed };

/** Why no message of the device arrives anywhere. */
export type PathClosed =
  | { readonly kind: "orphan"; readonly declined: readonly DeclinedDomain[] }
  /** The remapping unit lets no compatibility-format message pass. */
  | { readonly kind: "blocked"; readonly where: string };

/** The path of a device; undefined where the device raises no interrupts by message. */
export function pathOf(booted: Booted, of: DeviceClass, device: string): InterruptPath | undefined {
  const parent = booted.boot.parents[device];
  if (!parent) return undefined;
  if (parent.kind === null) {
    return { kind: "closed", parent, because: { kind: "orphan", declined: parent.declined } };
  }
  if (isBlocked(booted, of, parent.kind)) {
    const where = "Intel VT-d 5.1.4: compatibility-format requests, fault 25h";
    return { kind: "closed", parent, because: { kind: "blocked", where } };
  }
  return {
    kind: "open",
    parent,
    stations: stationsOf(booted, of, parent.kind),
    confined: parent.kind === "hypervIr",
  };
}

/** With its interrupt remapping on, VT-d stops what Linux did not give the remappable format. */
function isBlocked({ machine, boot }: Booted, of: DeviceClass, parent: ParentKind): boolean {
  return boot.remapping.kind === "intel" && parent !== "intelIr" && of !== "iommu" &&
    !machine.delivery.compatPassesRemapping;
}

function stationsOf(booted: Booted, of: DeviceClass, parent: ParentKind): readonly PathStation[] {
  const lapic = lapicStation(booted.boot);
  const own = of === "iommu" ? ownStation(booted) : undefined;
  if (own) return [own, lapic];
  if (parent === "intelIr" || parent === "amdIr") return [remapStation(booted.boot), lapic];
  return [composeStation(booted), deliveryStation(booted, of), lapic];
}

function composeStation({ machine, boot: { apic } }: Booted): PathStation {
  if (apic.extDestId) return EXTENDED_MESSAGE;
  return eraOf(machine.kernel).levelAsserted ? MESSAGE_UP_TO_510 : MESSAGE;
}

const COMPOSE = "arch/x86/kernel/apic/apic.c __irq_msi_compose_msg";
const MESSAGE: PathStation = { limit: "message", bits: 8, where: COMPOSE, inKernel: true };
const MESSAGE_UP_TO_510: PathStation = { ...MESSAGE, where: COMPOSE.replace("apic.c", "msi.c") };
const EXTENDED_MESSAGE: PathStation = {
  limit: "extended message",
  bits: 15,
  where: `${COMPOSE}, virt_ext_dest_id`,
  inKernel: true,
};

const PLATFORM_BITS = "machine file, delivery.messageDestBits";

function deliveryStation({ machine: { delivery } }: Booted, of: DeviceClass): PathStation {
  return of === "ioapic"
    ? {
      limit: "I/O APIC",
      bits: delivery.ioapicDestBits ?? delivery.messageDestBits,
      where: `machine file, delivery.${delivery.ioapicDestBits ? "ioapic" : "message"}DestBits`,
    }
    : { limit: "platform", bits: delivery.messageDestBits, where: PLATFORM_BITS };
}

function remapStation({ remapping }: BootFacts): PathStation {
  const bits = remapping.kind !== "off" && remapping.mode === "x2apic" ? 32 : 8;
  return remapping.kind === "intel"
    ? { limit: "remapping entry", bits, where: "Intel VT-d 9.10: DST with EIME set or clear" }
    : { limit: "remapping entry", bits, where: "AMD IOMMU specification 2.2.5: XTEn" };
}

/**
 * A DMAR unit has an upper address register only with EIM, an AMD unit a register of its own only
 * with XT; without, it interrupts like any PCI function.
 */
function ownStation({ machine: { remapping }, boot }: Booted): PathStation | undefined {
  if (remapping?.vendor === "intel") {
    const bits = hasUpperEventAddress(remapping) ? 32 : 8;
    return { limit: "fault event address", bits, where: "Intel VT-d 11.4.8.5 FEUADDR" };
  }
  return hasXtRegister(boot)
    ? { limit: "XT interrupt register", bits: 32, where: "AMD IOMMU specification 3.4.15" }
    : undefined;
}

function lapicStation({ apic: { mode } }: BootFacts): PathStation {
  return mode === "x2apic"
    ? { limit: "x2APIC ID", bits: 32, where: "Intel SDM volume 3, 11.12" }
    : { limit: "xAPIC ID", bits: 8, where: "Intel SDM volume 3, 11.4.6" };
}

/** The destination bits that survive the whole path. */
export function widthOf(stations: readonly PathStation[]): 8 | 15 | 32 {
  return stations.reduce((least, { bits }) => bits < least ? bits : least, 32 as 8 | 15 | 32);
}
