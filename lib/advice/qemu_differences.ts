/** What stock QEMU cannot give a machine, and what it gives instead. */
import type { Machine } from "../machine/machine.ts";
import { MOST_CPUS } from "./apic_id_packing.ts";
import type { QemuPlan } from "./qemu_machine.ts";

/** A property that the test's machine lacks, or has beside what was asked for. */
export interface Cannot {
  readonly what: string;
  readonly because: string;
}

/** Every difference that bears on interrupts, in the order of a machine file's fields. */
export function differences(meant: Machine, plan: QemuPlan): readonly Cannot[] {
  return CHECKS.flatMap((check) => check(meant, plan));
}

type Check = (meant: Machine, plan: QemuPlan) => readonly Cannot[];

const CHECKS: readonly Check[] = [
  cmdline,
  optionalFields,
  leaves,
  handOver,
  processors,
  ioapics,
  hpet,
  intelUnits,
  amdUnit,
  destinations,
  devices,
];

const cannot = (what: string, because: string): readonly Cannot[] => [{ what, because }];

function cmdline({ kernel }: Machine, { machine }: QemuPlan): readonly Cannot[] {
  if (kernel.cmdline === machine.kernel.cmdline) return [];
  return cannot("the command line alone", "console=ttyS0 is added: the guest is read by it");
}

/** Fields that few machine files have, and no option of QEMU sets. */
function optionalFields({ cpu, firmware, hypervisor, delivery }: Machine): readonly Cannot[] {
  const set = [
    ["cpu.xapicLocked", cpu.xapicLocked],
    ["cpu.secureAvic", cpu.secureAvic],
    ["firmware.fadtPhysical", firmware.fadtPhysical],
    ["firmware.oemId", firmware.oemId],
    ["hypervisor.xenPv", hypervisor.xenPv],
    ["delivery.ioapicDestBits", delivery.ioapicDestBits],
  ] as const;
  return set.flatMap(([field, value]) => value ? cannot(`${field} ${value}`, "no option") : []);
}

function leaves({ hypervisor: { base, signature } }: Machine): readonly Cannot[] {
  if (signature === null || base === null || Number(base) === 0x4000_0000) return [];
  return cannot(`its signature at ${base}`, "QEMU puts it at 0x40000000");
}

function handOver({ firmware }: Machine, { machine }: QemuPlan): readonly Cannot[] {
  const { bootApicId, x2apicEnabled } = machine.firmware;
  return [
    ...firmware.bootApicId === bootApicId
      ? []
      : cannot(`a boot CPU of APIC ID ${firmware.bootApicId}`, "QEMU's first CPU has APIC ID 0"),
    ...firmware.x2apicEnabled === x2apicEnabled ? [] : cannot(
      `firmware that hands over in ${firmware.x2apicEnabled ? "x2APIC" : "xAPIC"} mode`,
      "SeaBIOS switches x2APIC on when an APIC ID is 255 or more, and only then",
    ),
  ];
}

function processors({ cpus }: Machine, { machine, packing }: QemuPlan): readonly Cannot[] {
  const enabled = new Set(cpus.filter((cpu) => cpu.enabled).map(({ apicId }) => apicId));
  const added = packing.present.filter((apicId) => !enabled.has(apicId));
  const left = [...enabled].filter((apicId) => !packing.present.includes(apicId));
  const listed = cpus.length - enabled.size;
  const free = packing.slots.length - packing.present.length;
  const lowEntries = cpus.some(({ apicId, entry }) => entry === "x2apic" && apicId < 0xff);
  return [
    ...left.length > 0
      ? cannot(`CPUs of APIC ID ${left.join(", ")}`, `no topology of ${MOST_CPUS} CPUs has them`)
      : [],
    ...added.length > 0 ? cannot(`no CPU of APIC ID ${added}`, "QEMU's first CPU has it") : [],
    ...free === listed || sameOrder(cpus, machine.cpus) ? [] : cannot(
      `a MADT with ${listed || "no"} disabled entries`,
      `the IDs need a topology of ${packing.slots.length} CPUs, and QEMU lists the ${free} others`,
    ),
    ...lowEntries ? cannot("x2APIC entries of IDs below 255", "QEMU writes type 0 for them") : [],
  ];
}

function sameOrder(cpus: Machine["cpus"], others: Machine["cpus"]): boolean {
  const ids = (list: Machine["cpus"]) => list.map(({ apicId }) => apicId).join();
  return ids(cpus) === ids(others);
}

function ioapics({ ioapics }: Machine, { machine }: QemuPlan): readonly Cannot[] {
  const text = (list: Machine["ioapics"]) =>
    list.map(({ id, address, gsiBase, pins }) =>
      `${id} at ${address}, GSI ${gsiBase}, ${pins} pins`
    )
      .join("; ");
  const [meant, made] = [text(ioapics), text(machine.ioapics)];
  return meant === made ? [] : cannot(`I/O APICs ${meant || "none"}`, `a q35 has ${made}`);
}

function hpet({ hpet }: Machine, { machine }: QemuPlan): readonly Cannot[] {
  if (!hpet || !machine.hpet) return [];
  return [
    ...hpet.id === 0 ? [] : cannot(`an HPET numbered ${hpet.id}`, "QEMU's is number 0"),
    ...hpet.timers === machine.hpet.timers
      ? []
      : cannot(`an HPET of ${hpet.timers} timers`, "QEMU's has 3 to 32"),
  ];
}

function intelUnits({ remapping }: Machine, { machine }: QemuPlan): readonly Cannot[] {
  if (remapping?.vendor !== "intel" || machine.remapping?.vendor !== "intel") return [];
  const { units, x2apicOptOut, intrRemapFlag } = remapping;
  const scope = units.flatMap((unit) => unit.ioapics);
  const made = machine.remapping.intrRemapFlag;
  return [
    ...x2apicOptOut ? cannot("X2APIC_OPT_OUT in the DMAR", "QEMU never sets it") : [],
    ...units.length === 1 ? [] : cannot(`${units.length} units`, "QEMU has one"),
    ...String(scope) === "0" ? [] : cannot(
      `a DMAR with I/O APICs ${String(scope) || "none"} in scope`,
      "QEMU's has I/O APIC 0",
    ),
    ...units.some((unit) => unit.hpets.length > 0)
      ? cannot("an HPET in the DMAR's scope", "QEMU lists none")
      : [],
    ...units.some((unit) => (unit.ir ?? made) !== made) || intrRemapFlag !== made
      ? cannot("a DMAR whose flag and units disagree", "intremap= sets both")
      : [],
  ];
}

function amdUnit({ remapping }: Machine, { machine }: QemuPlan): readonly Cannot[] {
  if (remapping?.vendor !== "amd" || machine.remapping?.vendor !== "amd") return [];
  const made = machine.remapping;
  const places = (list: typeof made.ioapics) =>
    list.map(({ id, requesterId }) => `${id} as ${requesterId}`).join("; ") || "none";
  return [
    ...places(remapping.ioapics) === places(made.ioapics) ? [] : cannot(
      `an IVRS with I/O APICs ${places(remapping.ioapics)}`,
      `QEMU's has ${places(made.ioapics)}`,
    ),
    ...remapping.hpets.length > 0 ? cannot("an HPET in the IVRS", "QEMU lists none") : [],
    ...(remapping.efr ?? made.efr) === made.efr
      ? []
      : cannot(`features ${remapping.efr}`, `QEMU's unit has ${made.efr}`),
  ];
}

function destinations(
  { delivery }: Machine,
  { accelerator, machine }: QemuPlan,
): readonly Cannot[] {
  const { messageDestBits } = machine.delivery;
  return [
    ...delivery.messageDestBits === messageDestBits ? [] : cannot(
      `${delivery.messageDestBits}-bit destinations in messages`,
      accelerator === "tcg"
        ? "software emulation reads 8"
        : "QEMU reads 15 where KVM's leaf promises them, and only there",
    ),
    ...delivery.compatPassesRemapping ? [] : machine.remapping === null ? [] : cannot(
      "units that block compatibility messages",
      "QEMU lets them pass",
    ),
  ];
}

function devices({ devices }: Machine, { machine }: QemuPlan): readonly Cannot[] {
  const made = new Set(machine.devices.map(({ bdf, id }) => `${bdf} ${id}`));
  const users = devices.filter(({ uses }) => uses !== "none");
  const missing = users.filter(({ bdf, id }) => !made.has(`${bdf} ${id}`));
  if (missing.length === 0) return [];
  return cannot(
    `PCI functions ${missing.map(({ bdf }) => bdf).join(", ")}`,
    "a root port sends messages in their stead: its driver is in every kernel",
  );
}
