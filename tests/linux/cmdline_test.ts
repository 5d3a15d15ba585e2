import assert from "node:assert/strict";
import { type Options, parseCmdline } from "../../lib/linux/cmdline.ts";

Deno.test.each<{ cmdline: string; says: Partial<Options> }>([
  { cmdline: "nox2apic x2apic_phys", says: { nox2apic: true, x2apicPhys: true } },
  { cmdline: "maxcpus=1", says: { maxcpus: 1, noapic: false } },
  { cmdline: "maxcpus=0", says: { maxcpus: 0, noapic: true } },
  { cmdline: "nosmp", says: { maxcpus: 0, noapic: true } },
  { cmdline: "maxcpus=many", says: { maxcpus: null } },
  { cmdline: "nr_cpus=2 possible_cpus=4", says: { nrCpus: 2, possibleCpus: 4 } },
  { cmdline: "disable_cpu_apicid=300", says: { disableCpuApicid: 300 } },
  { cmdline: "disable_cpu_apicid=0x12c", says: { disableCpuApicid: 300 } },
  { cmdline: "intremap=off", says: { intremapOff: true } },
  { cmdline: "intremap=off,on", says: { intremapOff: false } },
  { cmdline: "intremap=nosid,no_x2apic_optout", says: { nosid: true, noX2apicOptout: true } },
  { cmdline: "nointremap", says: { intremapOff: true } },
  { cmdline: "pci=realloc,nomsi", says: { pciNomsi: true } },
  { cmdline: "pci=nomsix", says: { pciNomsi: false } },
  { cmdline: "amd_iommu=off", says: { amdIommuOff: true } },
  { cmdline: "intel_iommu=on,sm_on", says: { intelIommu: "on" } },
  { cmdline: "iommu=pt", says: { iommuOff: false } },
  { cmdline: "nolapic", says: { nolapic: true } },
  { cmdline: "disableapic", says: { nolapic: true } },
  { cmdline: "quiet -- nox2apic", says: { nox2apic: false } },
  { cmdline: "nox2apics anox2apic", says: { nox2apic: false } },
  { cmdline: "constructor=1 hasOwnProperty __defineGetter__ nox2apic", says: { nox2apic: true } },
])('"$cmdline"', ({ cmdline, says }) => {
  const options = parseCmdline(cmdline);
  for (const [name, value] of Object.entries(says)) {
    assert.deepEqual(options[name as keyof Options], value, name);
  }
});
