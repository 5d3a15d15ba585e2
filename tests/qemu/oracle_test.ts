/** The command an oracle writes, run: what it says must be seen is seen. */
import assert from "node:assert/strict";
import { earlyLog, kernelLog } from "../../lib/firmware/kernel_log.ts";
import { isCatalogued } from "../../lib/linux/log_catalogue.ts";
import { type Expectation, oracle } from "../../lib/advice/oracle.ts";
import { findTool, lacks } from "../run/tools.ts";
import { type Collected, runGuest } from "./boot_machine.ts";
import { type GuestFiles, guestFiles } from "./debian.ts";
import { emulatedMachines } from "./machines.ts";
import { observe } from "./observe.ts";

const name = "oracles";
const tools = lacks(name, "qemu", "dpkgDeb");
const files = tools ? undefined : await guestFiles();
if (typeof files === "string") console.log(`skipped: ${name}: ${files}`);

if (files === undefined || typeof files === "string") {
  Deno.test({ name, ignore: true, fn: () => {} });
} else {
  for (const { title, machine } of emulatedMachines(files).slice(1)) {
    Deno.test(`the oracle of ${title} is right under Linux ${files.release}`, async () => {
      const { qemu, expect, cannot } = oracle(machine);
      assert.deepEqual(cannot.map(({ what }) => what), ["PCI functions 0000:00:01.0"]);
      const collected = await runGuest(findTool("qemu")!, withFiles(qemu!, files));
      assert.deepEqual(seen(collected), expectation(expect!));
    });
  }
}

/** The command with the guest's files in the place of a distribution's. */
function withFiles(qemu: readonly string[], { kernel, initramfs }: GuestFiles): readonly string[] {
  return qemu.slice(1).map((word) =>
    word.startsWith("vmlinuz-") ? kernel : word.startsWith("initrd.img-") ? initramfs : word
  );
}

function seen(collected: Collected) {
  const { lines } = earlyLog(kernelLog(collected.get("dmesg")!));
  return {
    ...observe(collected),
    lines: lines.map(({ text }) => text).filter(isCatalogued),
    moves: movesIn(collected.get("moves")!),
  };
}

function expectation({ outcome: _, moves, ...expect }: Expectation) {
  const ofPins = moves.filter((move) => move.class === "ioapic");
  return {
    ...expect,
    moves: ofPins.map(({ cpu, accepted, delivered }) => ({ cpu, accepted, delivered })),
  };
}

/** Each move of the serial line's interrupt, and whether its count rose on that CPU alone. */
function movesIn(text: string) {
  const moves = text.matchAll(/^to (\d+) (\w+)\nbefore (.*)\nafter (.*)$/gm);
  return [...moves].map(([, number, word, before, after]) => {
    const cpu = Number(number);
    const [was, is] = [countsIn(before!), countsIn(after!)];
    const rose = is.flatMap((count, i) => count > was[i]! ? [i] : []);
    return { cpu, accepted: word === "accepted", delivered: String(rose) === String(cpu) };
  });
}

function countsIn(line: string): readonly number[] {
  const [, counts] = /^ *4:((?: +\d+)+)/.exec(line) ?? [];
  return counts?.trim().split(/ +/).map(Number) ?? [];
}
