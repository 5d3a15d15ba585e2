/** The words of the QEMU command that makes a machine. */
import type { Machine } from "../machine/machine.ts";
import { type Packing, placeOf } from "./apic_id_packing.ts";
import type { QemuPlan } from "./qemu_machine.ts";

/**
 * The command line, word by word. Kernel and initramfs stand there by the names that distributions
 * give them; the expectations hold for an initramfs that loads no drivers.
 */
export function qemuCommand(plan: QemuPlan): readonly string[] {
  const { machine, packing } = plan;
  const { release, cmdline } = machine.kernel;
  return [
    "qemu-system-x86_64",
    ...["-accel", plan.accelerator],
    ...["-machine", machineWords(plan)],
    ...["-cpu", cpuWords(plan)],
    ...["-smp", smpWords(packing)],
    ...hpetWords(machine),
    ...unitWords(machine),
    ...["-device", "pcie-root-port,bus=pcie.0,addr=0x3,chassis=1"],
    ...pluggedCpus(plan),
    ...["-m", `${MEGABYTES + packing.present.length * PER_CPU}`],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio"],
    ...["-kernel", `vmlinuz-${release}`, "-initrd", `initrd.img-${release}`],
    ...["-append", cmdline],
  ];
}

const MEGABYTES = 512;
const PER_CPU = 4;

/** A unit that remaps wants QEMU's own I/O APIC, and so do 15-bit destinations. */
function machineWords({ accelerator, machine: { hpet } }: QemuPlan): string {
  return [
    "q35",
    `hpet=${onOff(hpet !== null)}`,
    ...accelerator === "kvm" ? ["kernel-irqchip=split"] : [],
  ].join(",");
}

/** Source: QEMU target/i386/cpu.c x86_cpu_properties, feature_word_info. */
function cpuWords({ accelerator, extDestId, machine: { cpu, hypervisor } }: QemuPlan): string {
  return [
    modelOf(cpu.vendor),
    `vendor=${cpu.vendor}`,
    `x2apic=${onOff(cpu.x2apic)}`,
    `arat=${onOff(cpu.arat)}`,
    `hypervisor=${onOff(hypervisor.cpuidHypervisorBit)}`,
    ...accelerator === "kvm"
      ? [`kvm-msi-ext-dest-id=${onOff(extDestId)}`]
      : [`tcg-cpuid=${onOff(hypervisor.signature === "tcg")}`],
  ].join(",");
}

function modelOf(vendor: string): string {
  return vendor === "GenuineIntel" ? "Nehalem" : "qemu64";
}

function smpWords(packing: Packing): string {
  const { topology: { sockets, cores, threads }, slots } = packing;
  const counts = `maxcpus=${slots.length},sockets=${sockets},cores=${cores},threads=${threads}`;
  return `${fromStart(packing)},${counts}`;
}

/** CPUs that are there from QEMU's first slot on without a gap. */
function fromStart({ slots, present }: Packing): number {
  const gap = slots.findIndex((apicId) => !present.includes(apicId));
  return gap < 0 ? slots.length : gap;
}

function hpetWords({ hpet }: Machine): readonly string[] {
  if (!hpet) return [];
  return [
    ...hpet.fsb ? ["-global", "hpet.msi=on"] : [],
    ...hpet.timers === 3 ? [] : ["-global", `hpet.timers=${hpet.timers}`],
  ];
}

/** Units before all other devices, so that they are behind it. */
function unitWords({ remapping }: Machine): readonly string[] {
  if (!remapping) return [];
  if (remapping.vendor === "amd") {
    const intremap = `intremap=${onOff(remapping.ioapics.length > 0)}`;
    return ["-device", `amd-iommu,${intremap}${remapping.xt ? ",xtsup=on" : ""}`];
  }
  const [unit] = remapping.units;
  const [ir, eim] = [unit?.ir === true, unit?.eim === true];
  return ["-device", `intel-iommu,intremap=${onOff(ir)},eim=${onOff(eim)}`];
}

function pluggedCpus({ packing, machine: { cpu } }: QemuPlan): readonly string[] {
  const { topology, slots, present } = packing;
  const there = new Set(slots.slice(0, fromStart(packing)));
  return present.filter((apicId) => !there.has(apicId)).flatMap((apicId) => {
    const { socket, core } = placeOf(topology, apicId);
    const place = `socket-id=${socket},core-id=${core},thread-id=0`;
    return ["-device", `${modelOf(cpu.vendor)}-x86_64-cpu,${place}`];
  });
}

function onOff(value: boolean): "on" | "off" {
  return value ? "on" : "off";
}

/**
 * The oldest QEMU that takes these words: x2APIC under software emulation, XT and 4096 CPUs came
 * with 9.0, more than 288 CPUs with 8.1, APIC IDs above 254 without EIM with 7.1; before that 5.2
 * brought the promise of 15 bits.
 */
export function oldestQemu(plan: QemuPlan): "5.2" | "7.1" | "8.1" | "9.0" {
  const { accelerator, packing: { slots }, machine: { cpu, remapping } } = plan;
  const xt = remapping?.vendor === "amd" && remapping.xt;
  const emulatesX2apic = accelerator === "tcg" && cpu.x2apic;
  if (emulatesX2apic || xt || slots.length > 1024) return "9.0";
  if (slots.length > 288) return "8.1";
  return slots.at(-1)! > 254 ? "7.1" : "5.2";
}
