import type { OfflineCpu } from "./boot.ts";
import type { Decided } from "./decide.ts";
import type { RejectedBecause } from "./registration.ts";

/** Every processor of the MADT that does not run, with the reason; registered or not. */
export function offlineCpus(decided: Decided): readonly OfflineCpu[] {
  const { registration: { present, hotplug, rejected }, bringUp, panic } = decided;
  const offline = [
    ...rejected.map(({ apicId, because }) => ({ apicId, because: REJECTED[because] })),
    ...hotplug.map((apicId) => ({ apicId, because: REJECTED.disabledInFirmware })),
  ];
  if (panic) return [...offline, ...present.map((apicId) => ({ apicId, because: STOPPED }))];
  const because = beyond(decided);
  return [
    ...offline,
    ...bringUp.refused.map(({ apicId }) => ({ apicId, because })),
    ...bringUp.untried.map(({ apicId }) => ({ apicId, because: "beyond maxcpus=" })),
  ];
}

const STOPPED = "the kernel stops before it starts other CPUs";

function beyond({ apic }: Decided): string {
  return `its APIC ID is above ${apic.maxApicId}, the limit of "${apic.driver}"`;
}

const REJECTED: Readonly<Record<RejectedBecause, string>> = {
  placeholderId: "its APIC ID is a placeholder",
  notOnlineCapable: "disabled in the MADT and not online-capable",
  x2apicEntryOfLowId: "an x2APIC entry below 255 beside local APIC entries is ignored",
  noX2apicConfig: "the kernel was built without x2APIC",
  invalidForDriver: "the APIC driver in force while the MADT is read does not take its APIC ID",
  exceedsMaxLocalApic: "its APIC ID exceeds 32767, the greatest Linux registers",
  disabledInFirmware: "disabled in the MADT, may be added later",
  requestedOff: "disable_cpu_apicid= names it",
  slotKeptForBootCpu: "the last CPU number is kept for the boot CPU",
  cpuLimit: "no CPU number is left for it",
  inPresentPackage: "hot-pluggable in a package that is present",
  apicDisabled: "the local APIC is not used",
  smpOff: "only the boot CPU runs",
};
