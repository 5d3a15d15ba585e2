/** An explanation as a person reads it: verdict, decisions with their evidence, what differs. */
import { type ChipClass, chipClassOf } from "../../firmware/irq_lists.ts";
import type { SeenBoot } from "../../firmware/seen_boot.ts";
import { evidenceOf } from "../../linux/evidence.ts";
import type { Decision } from "../../linux/decision.ts";
import type { Explanation } from "../../routing/explain.ts";
import { block, lostRows, offlineRows } from "../boot_rows.ts";
import { paint, type Terminal } from "../terminal.ts";
import { bootVerdict } from "../verdict.ts";
import { counted } from "../words.ts";

/** A line of a file. */
export interface ShownLine {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** A decision's step and the lines that show it. */
export interface Evidence {
  readonly step: string;
  readonly lines: readonly ShownLine[];
}

/** Each decision's evidence, in the decisions' order; empty where no file shows it. */
export function evidenceIn(
  { boot }: Explanation,
  seen: SeenBoot,
  pathOf: (kind: string) => string,
): readonly Evidence[] {
  const file = pathOf("dmesg");
  return boot.trace.map((decision) => ({
    step: decision.step,
    lines: [
      ...evidenceOf(decision, seen.log.lines).map((each) => ({ file, ...each })),
      ...interruptLine(decision, seen, pathOf),
    ],
  }));
}

/** Whose chips show which domain a class of devices found. */
const CHIPS: Readonly<Record<string, ChipClass>> = {
  mp_irqdomain_create: "ioapic",
  hpet_create_irq_domain: "hpetMsi",
  dmar_alloc_hwirq: "iommuMsi",
  pci_msi_setup_msi_irqs: "pciMsi",
};

/** The first interrupt whose chip's name tells the domain. */
function interruptLine(
  { step }: Decision,
  { irqs, irqsIn }: SeenBoot,
  pathOf: (kind: string) => string,
): readonly ShownLine[] {
  const irq = irqs.find((each) => CHIPS[step] !== undefined && chipClassOf(each) === CHIPS[step]);
  if (!irq) return [];
  const text = `IRQ ${irq.irq}, chip ${irq.chip}, ${irq.actions}`;
  return [{ file: pathOf(irqsIn), line: irq.line, text }];
}

interface StoryOptions {
  /** How the next command begins. */
  readonly call: string;
  /** The files show anything of what the kernel did. */
  readonly shows: boolean;
  readonly terminal: Terminal;
}

/** The whole story. */
export function story(
  explanation: Explanation,
  evidence: readonly Evidence[],
  pathOf: (kind: string) => string,
  { call, shows, terminal }: StoryOptions,
): string {
  const title = (words: string) => paint(terminal, "bold", words);
  return [
    `${title(explanation.machine.name)}: ${verdict(explanation, shows, terminal)}`,
    "",
    title(shows ? "What happened" : "What this kernel does"),
    ...explanation.boot.trace.flatMap((decision, i) => told(decision, evidence[i]!, terminal)),
    ...block(title("CPUs that do not run"), offlineRows(explanation.boot)),
    ...block(title("Lost"), lostRows(explanation.boot)),
    ...differences(explanation, pathOf, title("Where the files and the model differ")),
    "",
    `${title("Next")}  ${nextCommand(explanation, call)}`,
  ].join("\n");
}

function verdict(explanation: Explanation, shows: boolean, terminal: Terminal): string {
  const { machine, boot, disagreements } = explanation;
  const fields = new Set(disagreements.map(({ field }) => field)).size;
  const agreement = !shows
    ? "no file shows what it did"
    : fields === 0
    ? "nothing in the files says otherwise"
    : paint(terminal, "red", `but the files say otherwise of ${counted(fields, "field")}`);
  return `${bootVerdict(machine, boot, terminal)}; ${agreement}`;
}

function told(
  { step, decided, because }: Decision,
  { lines }: Evidence,
  terminal: Terminal,
): readonly string[] {
  return [
    `  ${step}: ${decided} (${because})`,
    ...lines.map(({ file, line, text }) =>
      `      ${paint(terminal, "dim", `${file}:${line}`)}  ${clipped(text)}`
    ),
  ];
}

const LONGEST = 96;

function clipped(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function differences(
  { disagreements }: Explanation,
  pathOf: (kind: string) => string,
  title: string,
): readonly string[] {
  if (disagreements.length === 0) return [];
  const rows = disagreements.map(({ field, found, modelled, where }) => [
    field,
    plain(found),
    plain(modelled),
    placeText(where, pathOf),
  ]);
  return block(title, [["field", "found", "modelled", "where"], ...rows]);
}

/** Whether anything is shown of what the kernel did. */
export function showsAnything({ log, online, chips, domains, possible }: SeenBoot): boolean {
  return log.lines.length > 0 ||
    [online, chips, domains, possible].some((each) => each !== undefined);
}

function plain(value: unknown): string {
  if (value === null) return "nothing";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** `dmesg.txt:120`. */
export function placeText(
  { file, line }: { readonly file: string; readonly line?: number },
  pathOf: (kind: string) => string,
): string {
  return line === undefined ? pathOf(file) : `${pathOf(file)}:${line}`;
}

/** What to ask next of the machine found. */
function nextCommand({ boot, disagreements }: Explanation, call: string): string {
  const machine = `${call} --json`;
  if (disagreements.length > 0) return machine;
  const ask = (question: string) => `${machine} | jq .machine | deno task -q irqscope ${question}`;
  const [lost] = boot.lost;
  if (lost) return ask(`why - --cpu ${lost.apicId}`);
  return ask(boot.offline.length > 0 ? "advise -" : "reach -");
}
