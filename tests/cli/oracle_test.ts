/** `oracle` as typed. */
import assert from "node:assert/strict";
import { commands } from "../../lib/cli/commands.ts";
import { runTool } from "../../lib/cli/frame.ts";
import { irqscope } from "../../lib/cli/main.ts";
import { pipe } from "../../lib/cli/terminal.ts";
import { denoWorld } from "../../lib/cli/world.ts";

async function run(line: string) {
  const world = { ...denoWorld(), out: pipe, err: pipe, talk: () => {} };
  return await runTool(irqscope, commands, line.split(" "), world);
}

Deno.test("oracle --json answers the command as words, and what must be seen", async () => {
  const { out, status } = await run("oracle notebooks/machines/vtd-eim.machine.json --json");
  const { qemu, expect, cannot } = JSON.parse(out);
  assert.equal(status, 0);
  assert.equal(qemu[0], "qemu-system-x86_64");
  assert.deepEqual(Object.keys(expect).sort(), [
    "apicDriver",
    "chips",
    "irqRemapping",
    "lines",
    "moves",
    "online",
    "outcome",
    "possible",
    "present",
    "x2apic",
  ]);
  assert.deepEqual(expect.chips.ioapic, ["IR-IO-APIC"]);
  assert(cannot.length > 0);
});

Deno.test("people read what differs, a command to paste, and each write's end", async () => {
  const { out } = await run("oracle notebooks/machines/vtd-without-eim-on-kvm.machine.json");
  assert.match(out, /^.*: QEMU makes this machine but for 3 things\n\nNot as in the machine\n/);
  assert.match(
    out,
    /\nRun, with QEMU 7\.1 or newer .*\nqemu-system-x86_64 \\\n {2}-accel kvm \\\n/,
  );
  assert.match(out, / \\\n {2}-append '[^\n']*'\n/);
  assert.match(out, /\n {2}ioapic:0 +2 +300 +accepted +lost\n/);
});

Deno.test("a machine that QEMU cannot be is answered with no", async () => {
  const file = "tests/boots/whole/k7.3-hyperv-ext-ids-0-255-300/machine.json";
  const { out, status } = await run(`oracle ${file}`);
  assert.equal(status, 1);
  assert.match(out, /: no test, stock QEMU is no hyperv$/);
});
