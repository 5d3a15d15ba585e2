/**
 * Draws which CPUs five machines can interrupt: `deno run -RW examples/reach.ts`.
 */
import { boot, parseMachine, reachChart, reachRow } from "irqscope";

const machines = {
  "Bare metal, no remapping": "bare",
  "KVM guest, 8 destination bits": "kvm-8-bit",
  "KVM guest, 15 destination bits": "kvm-15-bit",
  "VT-d without EIM, on KVM": "vtd-without-eim-on-kvm",
  "VT-d with EIM": "vtd-eim",
};

const rows = Object.entries(machines).map(([label, file]) => {
  const json = new URL(`../notebooks/machines/${file}.machine.json`, import.meta.url);
  const machine = parseMachine(Deno.readTextFileSync(json));
  return reachRow(label, { machine, boot: boot(machine) }, "msi");
});

const { svg, title } = await reachChart(rows);
Deno.writeTextFileSync(new URL("reach.svg", import.meta.url), svg);
console.log(title);
