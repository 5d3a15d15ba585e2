import { boot } from "../../linux/boot.ts";
import type { Booted } from "../../routing/interrupt.ts";
import { isTranslatedByAmd } from "../../routing/remap.ts";
import { DEST_SHORTHANDS, type DestShorthand } from "../../x86/icr.ts";
import { command } from "../command.ts";
import { type Hits, hitsOf, hitsOfEntry, hitsOfWords } from "../decode/hits.ts";
import {
  type Platform,
  readEntryWord,
  readHpetWord,
  readIcrWord,
  type Reading,
  readIrteWord,
  readMsiWords,
} from "../decode/reading.ts";
import { Misuse } from "../error.ts";
import { readMachine } from "../machine.ts";
import { choice, oneOf, rest, text, whole } from "../option.ts";
import { columns } from "../terminal.ts";
import { ranges } from "../words.ts";

const FORMATS = ["msi", "rte", "irte", "hpet", "icr"] as const;

/** What a format's words are called, with the digits of each at most. */
const WORDS: Readonly<Record<typeof FORMATS[number], Readonly<Record<string, number>>>> = {
  msi: { ADDRESS: 16, DATA: 8 },
  rte: { WORD: 16 },
  irte: { WORD128: 32 },
  hpet: { WORD: 16 },
  icr: { WORD: 16 },
};

interface Answered {
  readonly reading: Reading;
  /** Whom the words hit; asked only when a machine is given. */
  readonly hits: (booted: Booted) => Hits;
}

export const decodeCommand = command({
  name: "decode",
  summary: "What do these words mean, and whom do they hit",
  positionals: {
    FORMAT: oneOf(FORMATS, "What the words are"),
    WORDS: rest("msi: ADDRESS DATA; rte, hpet, icr: 64 bits; irte: 32 or 128 bits; all hex"),
  },
  options: {
    machine: text("MACHINE", "A machine file: tells whom the words hit"),
    vendor: choice(["intel", "amd"], "Whose remapping formats; else the machine's, or intel"),
    mode: choice(
      ["xapic", "x2apic"],
      "icr: how the LAPICs run, irte: how the unit remaps; else as the machine's do, or x2apic",
    ),
    from: whole("ID", "icr: the sender's APIC ID; else the boot CPU's"),
  },
  examples: [
    "decode msi fee02020 4031",
    "decode irte 00000000000400100000012c00410001 --machine notebooks/machines/vtd-eim.machine.json",
  ],
  async run({ FORMAT, WORDS: words }, { machine: path, vendor, mode, from }, world) {
    const raws = wordsOf(FORMAT, words);
    const booted = path === undefined ? undefined : await bootOf(path, world);
    const platform = { vendor: vendor ?? vendorOf(booted), mode: mode ?? modeOf(FORMAT, booted) };
    const { reading, hits } = READERS[FORMAT](raws, { ...platform, booted, from });
    return answer(reading, booted && hits(booted));
  },
});

interface Setting extends Platform {
  readonly booted: Booted | undefined;
  readonly from: number | undefined;
}

interface Raw {
  readonly word: bigint;
  readonly digits: number;
}

const READERS: Readonly<
  Record<typeof FORMATS[number], (raws: readonly Raw[], setting: Setting) => Answered>
> = {
  msi: ([address, data], { booted, vendor }) => {
    const msi = { address: address!.word, data: Number(data!.word) };
    const reading = readMsiWords(msi, remapsByAmd("msi", booted, vendor));
    return { reading, hits: (on) => hitsOfWords(on, "msi", msi) };
  },
  rte: ([raw], { booted, vendor }) => {
    const reading = readEntryWord(raw!.word, remapsByAmd("ioapic", booted, vendor));
    return { reading, hits: (on) => hitsOfEntry(on, raw!.word) };
  },
  irte: ([raw], setting) => {
    const reading = readIrteWord(raw!.word, raw!.digits, setting);
    return { reading, hits: (on) => messageHits(reading, on) };
  },
  hpet: ([raw], { booted, vendor }) => {
    const byAmd = remapsByAmd("hpet", booted, vendor);
    const { msi, ...reading } = readHpetWord(raw!.word, byAmd);
    return { reading, hits: (on) => hitsOfWords(on, "hpet", msi) };
  },
  icr: ([raw], { mode, from }) => {
    const reading = readIcrWord(raw!.word, mode);
    return {
      reading,
      hits: (on) => {
        const id = from ?? on.machine.firmware.bootApicId;
        return messageHits(reading, on, { kind: "ipi", id, shorthand: shorthandOf(reading) });
      },
    };
  },
};

function messageHits(
  { message, misused }: Reading,
  booted: Booted,
  sender?: Parameters<typeof hitsOf>[2],
): Hits {
  if (message) return hitsOf(booted, message, sender);
  const because = misused.length > 0
    ? `reserved: ${misused.join(", ")}`
    : "it sends nothing itself";
  return { hits: [], because };
}

function shorthandOf({ fields }: Reading): DestShorthand {
  const value = fields.find(({ key }) => key === "shorthand")?.value;
  return DEST_SHORTHANDS.find((name) => name === value) ?? "none";
}

async function bootOf(path: string, world: Parameters<typeof readMachine>[1]): Promise<Booted> {
  const machine = await readMachine(path, world);
  return { machine, boot: boot(machine) };
}

function vendorOf(booted: Booted | undefined): Platform["vendor"] {
  const kind = booted?.boot.remapping.kind;
  return kind === "intel" || kind === "amd" ? kind : undefined;
}

/** A unit may remap in xAPIC mode while the CPUs of a guest run in x2APIC mode. */
function modeOf(format: typeof FORMATS[number], booted: Booted | undefined): Platform["mode"] {
  if (!booted) return "x2apic";
  const { remapping, x2apic } = booted.boot;
  if (format === "irte" && remapping.kind !== "off") return remapping.mode;
  return x2apic ? "x2apic" : "xapic";
}

/** On AMD a remapped message carries no mark: the platform tells. */
function remapsByAmd(
  source: "msi" | "ioapic" | "hpet",
  booted: Booted | undefined,
  vendor: Platform["vendor"],
): boolean {
  return booted ? isTranslatedByAmd(booted, source) : vendor === "amd";
}

function wordsOf(format: typeof FORMATS[number], words: readonly string[]): readonly Raw[] {
  const wanted = Object.entries(WORDS[format]);
  if (words.length !== wanted.length) {
    const names = wanted.map(([name]) => name).join(" ");
    throw new Misuse(`Cannot decode ${words.length} words as ${format}: give ${names}`);
  }
  return wanted.map(([name, digits], i) => rawOf(name, digits, words[i]!));
}

function rawOf(name: string, most: number, word: string): Raw {
  const hex = word.replace(/^0x/i, "").replaceAll("_", "");
  if (!/^[0-9a-f]+$/i.test(hex) || hex.replace(/^0+/, "").length > most) {
    throw new Misuse(`Cannot read ${name} "${word}": give at most ${most} hex digits`);
  }
  return { word: BigInt(`0x${hex}`), digits: hex.length };
}

function answer(reading: Reading, hits: Hits | undefined) {
  const { format, fields, derived, misused } = reading;
  const json = {
    format,
    ...Object.fromEntries(fields.map(({ key, value }) => [key, value])),
    ...derived,
    ...(misused.length > 0 && { misused }),
    ...hits,
  };
  return { json, text: () => told(reading, hits) };
}

function told({ format, fields, derived, misused }: Reading, hits: Hits | undefined): string {
  const rows = fields.map(({ bits, key, value, note }) => [bits, key, shown(value), note]);
  const more = Object.entries(derived).map(([key, value]) => ["", key, shown(value), ""]);
  const lines = [`format ${format}`, columns([...rows, ...more])];
  if (misused.length > 0) lines.push(`reserved bits are set: ${misused.join(", ")}`);
  if (hits) lines.push(hitsLine(hits));
  return lines.filter((line) => line !== "").join("\n");
}

/** Register words are read in hex, IDs in decimal: people get both. */
function shown(value: unknown): string {
  return typeof value === "number" && value > 9 ? `${value} = 0x${value.toString(16)}` : `${value}`;
}

function hitsLine({ hits, because }: Hits): string {
  if (hits === null) return `whom it hits: ${because}`;
  return hits.length > 0 ? `hits APIC ID ${ranges(hits)}` : `hits nobody: ${because}`;
}
