/** What a boot costs: aimed at 100 µs for 4 CPUs, 5 ms for 4,096, linear in CPUs and devices. */
import { boot } from "../../lib/linux/boot.ts";
import { decide } from "../../lib/linux/decide.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { dmar, KVM, machine, range } from "./machines.ts";

const remapped = (cpus: number): Machine =>
  machine({ version: "6.12", bios: "x2apic", ids: range(0, cpus - 1), remapping: dmar() });

const refusing = (cpus: number): Machine =>
  machine({ version: "6.12", bios: "x2apic", ids: range(0, cpus - 1), hypervisor: KVM });

for (const cpus of [4, 64, 512, 4096]) {
  const [whole, half] = [remapped(cpus), refusing(cpus)];
  Deno.bench(`boot ${cpus} CPUs, all run`, { group: `${cpus} CPUs` }, () => void boot(whole));
  Deno.bench(`boot ${cpus} CPUs, IDs up to 255 run`, { group: `${cpus} CPUs` }, () => {
    boot(half);
  });
  Deno.bench(`decide ${cpus} CPUs`, { group: `${cpus} CPUs`, baseline: true }, () => {
    decide(whole);
  });
}

for (const count of [10, 100, 1000]) {
  const devices = range(0, count - 1).map((n): Machine["devices"][number] => ({
    bdf: `0000:${(n >> 3).toString(16).padStart(2, "0")}:00.${n & 7}`,
    id: "1b36:0010",
    class: "010802",
    msi: 0,
    msix: 65,
    uses: "msix",
  }));
  const many = { ...remapped(4), devices };
  Deno.bench(`boot ${count} PCI functions`, { group: "devices" }, () => void boot(many));
}
