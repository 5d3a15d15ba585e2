/**
 * One interrupt a machine can raise: which device, and by which of its means. Devices bear the
 * names a boot gives its parents: `ioapic:0`, `hpet:0`, `iommu:0`, or a PCI address.
 */
import type { BootFacts } from "../linux/boot.ts";
import { messageChannels } from "../linux/hpet_domain.ts";
import type { IntelRemapping, Machine, PciFunction } from "../machine/machine.ts";

/** A machine and what its kernel made of it. */
export interface Booted {
  /** The machine. */
  readonly machine: Machine;
  /** What its kernel decided. */
  readonly boot: BootFacts;
}

/** The four kinds of device that raise interrupts by message. */
export const DEVICE_CLASSES = ["ioapic", "hpet", "msi", "iommu"] as const;
/** One of the four kinds. */
export type DeviceClass = typeof DEVICE_CLASSES[number];

/** The classes that carry work; a remapping unit's own events only report its faults. */
export const WORKING_CLASSES = ["ioapic", "hpet", "msi"] as const;

/**
 * An interrupt to be followed: who raises it, and what it needs to be told apart. `device` is a key
 * of `boot.parents`, `index` that of its remapping entry; absent: 0, or behind AMD-Vi the pin.
 */
export type Interrupt =
  | {
    readonly source: "msi";
    readonly device: string;
    /** The message of several, which VT-d knows as the subhandle. */
    readonly subhandle?: number;
    readonly index?: number;
  }
  | {
    readonly source: "ioapic";
    readonly device: string;
    /** 0 is the pin at the I/O APIC's `gsiBase`. */
    readonly pin: number;
    readonly trigger: "edge" | "level";
    readonly activeLow: boolean;
    readonly masked?: boolean;
    readonly index?: number;
  }
  | { readonly source: "hpet"; readonly device: string; readonly index?: number }
  | { readonly source: "iommu"; readonly device: string };

/** The devices of a class that raise interrupts by message here, as keys of `boot.parents`. */
export function devicesOf(
  { machine, boot: { parents } }: Booted,
  of: DeviceClass,
): readonly string[] {
  return candidates(machine, of).filter((device) => parents[device] !== undefined);
}

function candidates({ ioapics, hpet, remapping, devices }: Machine, of: DeviceClass) {
  switch (of) {
    case "ioapic":
      return ioapics.map(({ id }) => `ioapic:${id}`);
    case "hpet":
      return hpet && messageChannels(hpet) > 0 ? [`hpet:${hpet.id}`] : [];
    case "msi":
      return devices.filter((each) => each.uses !== "none" && !isIommu(each)).map(({ bdf }) => bdf);
    case "iommu":
      return remapping?.vendor === "intel" ? remapping.units.map((_, unit) => `iommu:${unit}`) : [
        "iommu:0",
        ...devices.filter((each) => each.uses !== "none" && isIommu(each)).map(({ bdf }) => bdf),
      ];
  }
}

/** PCI class 08, subclass 06: an AMD unit shows as a function, and without XT interrupts as one. */
function isIommu({ class: code }: PciFunction): boolean {
  return code.startsWith("0806");
}

/** The plainest interrupt a device can raise. */
export function anyInterrupt(of: DeviceClass, device: string): Interrupt {
  return of === "ioapic"
    ? { source: of, device, pin: 0, trigger: "edge", activeLow: false }
    : { source: of, device };
}

/** The requester id of a PCI address such as `0000:00:1f.2`: bus 15:8, device 7:3, function 2:0. */
export function requesterId(bdf: string): number {
  const found = /^[0-9a-f]{4}:([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/i.exec(bdf);
  if (!found) throw new RangeError(`Cannot read PCI address "${bdf}": write ssss:bb:dd.f`);
  const [bus, device, fn] = found.slice(1).map((digits) => parseInt(digits, 16));
  return bus! << 8 | device! << 3 | fn!;
}

/**
 * Whether an AMD unit interrupts by its own register: from 5.11 on whenever the hardware has XT,
 * before that while remapping runs in XT mode.
 */
export function hasXtRegister({ chips, remapping }: BootFacts): boolean {
  return chips.iommuMsi?.includes("IOMMU-MSI") ||
    remapping.kind === "amd" && remapping.mode === "x2apic";
}

/**
 * Whether a VT-d unit's own events can name 32 bits of destination: FEUADDR exists only with EIM.
 * A unit whose registers are not known counts as Linux counts it, as having EIM.
 */
export function hasUpperEventAddress({ units }: IntelRemapping): boolean {
  return units.every(({ eim }) => eim !== false);
}
