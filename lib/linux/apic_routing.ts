/** The two times a kernel chooses its APIC driver. */
import {
  type ApicDriver,
  defaultAcpiMadtOemCheck,
  defaultSetupApicRouting,
  driverNamed,
  initialDriver,
  type StageA,
} from "./apic_drivers.ts";
import type { ApicOff } from "./apic_off.ts";
import type { Booting } from "./booting.ts";
import type { HandOver } from "./hand_over.ts";
import type { HypervisorPromises } from "./hypervisor.ts";
import type { Registration } from "./registration.ts";
import { hasMpTable } from "./mp_table.ts";
import type { X2apicMode } from "./enable_ir_x2apic.ts";

/** The first FADT with the APIC_PHYSICAL flag. */
const FADT2_REVISION_ID = 3;

/** What drivers see while the MADT's header is read. */
export function madtStage(
  { machine: { cpu, firmware }, era, options }: Booting,
  { inHardware, configured }: HandOver,
  { forcesPhysical }: HypervisorPromises,
): StageA {
  const { oemId = "", oemTableId = "", fadtRevision = FADT2_REVISION_ID } = firmware;
  return {
    era,
    oemId,
    oemTableId,
    x2apicInHardware: inHardware,
    x2apicConfig: configured,
    x2apicPhys: (options.x2apicPhys && configured) || forcesPhysical,
    fadtPhysical: (firmware.fadtPhysical ?? false) && fadtRevision >= FADT2_REVISION_ID,
    secureAvic: cpu.secureAvic ?? false,
  };
}

/** The driver that is compiled in, and the one in force while processors are registered. */
export function driversAtMadt(
  { machine, era }: Booting,
  { inHardware, configured }: HandOver,
  stage: StageA,
  apicOff: ApicOff | null,
): { readonly compiledDriver: ApicDriver; readonly stageA: ApicDriver } {
  const compiledDriver = driverNamed(initialDriver(era));
  const stageA = apicOff
    ? driverWithoutApic(apicOff, compiledDriver, (inHardware && configured) || hasMpTable(machine))
    : driverNamed(defaultAcpiMadtOemCheck(stage));
  return { compiledDriver, stageA };
}

/** `init_apic_mappings` puts the no-op driver in unless x2APIC is on or an MP table was found. */
function driverWithoutApic(why: ApicOff, compiled: ApicDriver, stays: boolean): ApicDriver {
  if (why === "xenPv") return driverNamed("Xen PV");
  return stays ? compiled : driverNamed("noop");
}

/** `x2apic_disable` panics before any driver is asked again. */
function stopsHere(x2apic: X2apicMode["x2apic"]): boolean {
  return x2apic.kind === "refused" && x2apic.disable.kind === "panic";
}

/** The driver the kernel ends with. */
export function finalDriver(
  stage: StageA,
  { stageA, apicOff, hypervisor, registration, x2apic, x2apicMode }:
    & {
      readonly stageA: ApicDriver;
      readonly apicOff: ApicOff | null;
      readonly registration: Registration;
    }
    & Pick<HypervisorPromises, "hypervisor">
    & X2apicMode,
): ApicDriver {
  const unprobed = x2apic.kind === "untouched" && x2apic.because === "nosmpLeavesRoutingOut";
  if (apicOff || unprobed || stopsHere(x2apic)) return stageA;
  return driverNamed(defaultSetupApicRouting({
    ...stage,
    x2apicPhys: stage.x2apicPhys || (x2apic.kind === "enabled" && x2apic.physical),
    current: stageA.name,
    x2apicMode,
    possibleCpus: registration.possible,
    jailhouse: hypervisor?.platform.name === "jailhouse",
  }));
}
