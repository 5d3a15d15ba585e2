import type { Booting } from "./booting.ts";
import { checkX2apic, type Nox2apic, setupNox2apic, type X2apicState } from "./x2apic.ts";

/** The local APIC as firmware hands it over and the command line leaves it. */
export interface HandOver {
  readonly nox2apic: Nox2apic;
  /** The CPU's x2APIC bit as Linux sees it from here on. */
  readonly feature: boolean;
  /** x2APIC mode is on in hardware. */
  readonly inHardware: boolean;
  /** The kernel was built with x2APIC. */
  readonly configured: boolean;
  readonly state: X2apicState;
}

/** Early parameters first, then `check_x2apic`. */
export function firmwareHandOver({ machine, era, options }: Booting): HandOver {
  const { cpu, firmware, kernel: { config } } = machine;
  const locked = (cpu.xapicLocked ?? false) && era.lockedX2apic !== "unknown";
  const handedOver = firmware.x2apicEnabled && cpu.x2apic;
  const nox2apic = setupNox2apic({
    asked: options.nox2apic && config.X86_X2APIC,
    inHardware: handedOver,
    bootApicId: firmware.bootApicId,
    locked,
  });
  const enforced = nox2apic.kind === "enforced";
  const feature = cpu.x2apic && !enforced;
  const inHardware = handedOver && !enforced;
  const state = checkX2apic({ feature, inHardware, locked });
  return { nox2apic, feature, inHardware, configured: config.X86_X2APIC, state };
}

/** Firmware left x2APIC on for a kernel that cannot use it. */
export function isUnsupported({ inHardware, configured }: HandOver): boolean {
  return inHardware && !configured;
}
