import { type Expectation, type ExpectedMove, type Oracle, oracle } from "../../advice/oracle.ts";
import { command } from "../command.ts";
import { block } from "../boot_rows.ts";
import { readMachine } from "../machine.ts";
import { one } from "../option.ts";
import { paint, type Terminal } from "../terminal.ts";
import { counted, numberedCpus } from "../words.ts";

export const oracleCommand = command({
  name: "oracle",
  summary: "A test for a machine nobody has: a QEMU command, and what must be seen",
  positionals: { MACHINE: one("A machine file, or - for standard input") },
  options: {},
  examples: [
    "oracle notebooks/machines/vtd-eim.machine.json",
    "oracle notebooks/machines/kvm-15-bit.machine.json --json",
  ],
  async run({ MACHINE }, _, world) {
    const machine = await readMachine(MACHINE, world);
    const answer = oracle(machine);
    return {
      json: answer,
      text: (terminal) => textOf(machine.name, answer, terminal),
      no: answer.qemu === null,
    };
  },
});

function textOf(name: string, { qemu, since, expect, cannot }: Oracle, terminal: Terminal): string {
  const title = (words: string) => paint(terminal, "bold", words);
  const differs = cannot.map(({ what, because }) => [what, because]);
  if (!qemu || !expect) {
    return `${title(name)}: no test, ${cannot.map(({ because }) => because).join("; ")}`;
  }
  const like = cannot.length === 0
    ? "QEMU makes just this machine"
    : `QEMU makes this machine but for ${counted(cannot.length, "thing")}`;
  return [
    `${title(name)}: ${like}`,
    ...block(title("Not as in the machine"), differs),
    "",
    title(`Run, with QEMU ${since} or newer and an initramfs that loads no drivers`),
    shellLines(qemu),
    ...block(title("See"), seen(expect)),
    ...block(title("Lines of dmesg, in order"), expect.lines.map((line) => [line])),
    ...block(title("Writes to smp_affinity_list, one CPU each"), moves(expect.moves)),
  ].join("\n");
}

/** One option a line, ready to paste. */
function shellLines(words: readonly string[]): string {
  const lines: string[][] = [];
  for (const word of words) {
    if (word.startsWith("-") || lines.length === 0) lines.push([quoted(word)]);
    else lines.at(-1)!.push(quoted(word));
  }
  return lines.map((line) => line.join(" ")).join(" \\\n  ");
}

function quoted(word: string): string {
  return /^[\w./:=,+@%-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function seen(expect: Expectation): readonly (readonly string[])[] {
  return [
    ["outcome", expect.outcome],
    ["APIC driver", expect.apicDriver],
    ["x2APIC", expect.x2apic ? "on" : "off"],
    ["remapping", expect.irqRemapping],
    ["online", numberedCpus(expect.online)],
    ["possible", expect.possible],
    ["present", expect.present],
    ["chips", Object.values(expect.chips).flat().join(", ") || "none"],
  ];
}

function moves(expected: readonly ExpectedMove[]): readonly (readonly string[])[] {
  if (expected.length === 0) return [];
  const rows = expected.map(({ device, cpu, apicId, accepted, delivered }) => [
    device,
    `${cpu}`,
    `${apicId}`,
    accepted ? "accepted" : "refused",
    delivered ? "arrives" : "lost",
  ]);
  return [["device", "CPU", "APIC ID", "write", "interrupt"], ...rows];
}
