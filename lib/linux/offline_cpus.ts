import type { OfflineCpu } from "./boot.ts";
import type { Decided } from "./decide.ts";
import { REJECTED } from "./reasons.ts";

/** Every processor of the MADT that does not run, with the reason; registered or not. */
export function offlineCpus(decided: Decided): readonly OfflineCpu[] {
  const { registration: { present, hotplug, rejected }, bringUp, panic } = decided;
  const [bootApicId] = present; // runs, whatever its own entry says
  const offline = [
    ...rejected.filter(({ apicId }) => apicId !== bootApicId).map(({ apicId, because }) => ({
      apicId,
      because: REJECTED[because],
    })),
    ...hotplug.map((apicId) => ({ apicId, because: REJECTED.disabledInFirmware })),
  ];
  if (panic) return [...offline, ...present.map((apicId) => ({ apicId, because: STOPPED }))];
  const because = beyond(decided);
  return [
    ...offline,
    ...bringUp.refused.map((present) => ({ ...present, because })),
    ...bringUp.untried.map((present) => ({ ...present, because: "beyond maxcpus=" })),
  ];
}

const STOPPED = "the kernel stops before it starts other CPUs";

function beyond({ apic }: Decided): string {
  return `its APIC ID is above ${apic.maxApicId}, the limit of "${apic.driver}"`;
}
