import {
  type Boot,
  boot as bootMachine,
  type OfflineCpu,
  type OnlineCpu,
} from "../../linux/boot.ts";
import {
  type Booted,
  DEVICE_CLASSES,
  type DeviceClass,
  devicesOf,
  type Interrupt,
} from "../../routing/interrupt.ts";
import {
  type HardwareWord,
  type InterruptTarget,
  program,
  type Programmed,
  type Programming,
  type RemapEntry,
} from "../../routing/program.ts";
import { command } from "../command.ts";
import { Misuse } from "../error.ts";
import { kernelOption, readMachine } from "../machine.ts";
import { choice, flag, kebab, one, required, text, whole } from "../option.ts";
import { columns, paint } from "../terminal.ts";
import { declinedInWords } from "../../linux/reasons.ts";
import { follow } from "../../routing/follow.ts";
import { ranges } from "../words.ts";
import { hpetRoute } from "../../x86/hpet.ts";

/** What the command line says of the interrupt. */
interface Wanted {
  readonly source: DeviceClass;
  readonly device: string | undefined;
  readonly pin: number | undefined;
  readonly index: number | undefined;
  readonly level: boolean;
  readonly activeLow: boolean;
  readonly masked: boolean;
}

export const messageCommand = command({
  name: "message",
  summary: "The words Linux programs so that an interrupt arrives at a CPU",
  positionals: { MACHINE: one("A machine file, or - for standard input") },
  options: {
    source: required(choice(DEVICE_CLASSES, "The kind of device that interrupts")),
    apicId: required(whole("N", "The CPU it shall arrive at")),
    vector: required(whole("V", "The vector it shall bear", { max: 255 })),
    device: text("DEVICE", "A PCI address, ioapic:N or hpet:N; else the first of its kind"),
    pin: whole("P", "The I/O APIC's pin", { max: 239 }),
    index: whole("I", "The entry of the remapping table", { max: 0xffff }),
    level: flag("The pin is level-triggered"),
    activeLow: flag("The pin is active low"),
    kernel: kernelOption,
    masked: flag("The pin as it stands before its driver starts it"),
  },
  examples: [
    "message notebooks/machines/kvm-15-bit.machine.json --source msi --apic-id 300 --vector 0x31",
    "message notebooks/machines/vtd-eim.machine.json --source ioapic --pin 9 --level --index 4 --apic-id 300 --vector 0x31",
  ],
  async run({ MACHINE }, { apicId, vector, kernel, ...wanted }, world) {
    refusePinOptions(wanted);
    const machine = await readMachine(MACHINE, world, kernel);
    const boot = bootMachine(machine);
    const target = { ...cpuOf(boot, apicId), vector };
    const interrupt = interruptOf({ machine, boot }, wanted);
    const programming = program({ machine, boot }, interrupt, target);
    requireIndex(programming, interrupt);
    if (programming.kind === "orphan") return orphan(programming, interrupt.device);
    const warning = wanted.masked ? null : warningOn({ machine, boot }, interrupt, target);
    if (warning !== null) world.talk(paint(world.err, "yellow", warning));
    const arrival = wanted.masked ? {} : { arrives: warning === null, because: warning };
    return { json: { ...jsonOf(programming), ...arrival }, text: () => table(programming) };
  },
});

const pinOptions = ["pin", "level", "activeLow", "masked"] as const;

/** Only an I/O APIC has pins to be set. */
function refusePinOptions({ source, ...given }: Wanted): void {
  const [stray] = pinOptions.filter((key) => given[key] !== undefined && given[key] !== false);
  if (source === "ioapic" || stray === undefined) return;
  throw new Misuse(
    `Cannot use --${kebab(stray)} with --source ${source}: it speaks of an I/O APIC's pin; ` +
      `take it away (${source} has --device and --index) or give --source ioapic`,
  );
}

/**
 * The words are what Linux would program, wherever they lead; where the CPU does not take them,
 * and whom they hit instead, is talk.
 */
function warningOn(booted: Booted, interrupt: Interrupt, target: InterruptTarget): string | null {
  const { end, hits, because } = follow(booted, interrupt, target);
  const { apicId } = target;
  if (end === "delivered") return null;
  if (end === "broadcast") return `These words hit APIC IDs ${ranges(hits)}, not ${apicId} alone`;
  const running = booted.boot.online.some((cpu) => cpu.apicId === apicId);
  const instead = end === "lost" ? because : `they hit APIC ID ${ranges(hits)} instead`;
  const reasons = [...running ? [] : ["it is not online on this machine"], instead];
  return `These words do not arrive at APIC ID ${apicId}: ${reasons.join("; ")}`;
}

/** A CPU without a number is named all the same, but where its number is the destination. */
function cpuOf({ online, offline, apic }: Boot, apicId: number): OnlineCpu {
  const present = [...online, ...offline.flatMap(numbered)];
  const found = present.find((cpu) => cpu.apicId === apicId);
  if (found) return found;
  if (apic.destId !== "cpuBit") return { cpu: -1, apicId };
  const known = present.map(({ apicId }) => apicId).join(", ");
  throw new Misuse(
    `Cannot name APIC ID ${apicId} in flat logical mode: it is no present CPU; those are ${known}`,
  );
}

/** A CPU that is present but does not run can be brought online by hand. */
function numbered({ cpu, apicId }: OfflineCpu): readonly OnlineCpu[] {
  return cpu === undefined ? [] : [{ cpu, apicId }];
}

function interruptOf(booted: Booted, wanted: Wanted): Interrupt {
  const { source, index } = wanted;
  const device = wanted.device ?? devicesOf(booted, source)[0];
  if (wanted.device !== undefined) requireKnown(booted, source, wanted.device);
  if (device === undefined) {
    throw new Misuse(`Cannot find ${NOUN[source]} in ${booted.machine.name}: give another machine`);
  }
  const indexed = index === undefined ? {} : { index };
  return source === "ioapic"
    ? { source, device, ...pinOf(booted, device, wanted), ...indexed }
    : { source, device, ...indexed };
}

function requireKnown(
  { machine, boot: { parents } }: Booted,
  source: DeviceClass,
  device: string,
): void {
  const known = Object.keys(parents).filter((each) => CALLED[source].test(each));
  if (known.includes(device)) return;
  throw new Misuse(
    `Cannot find ${device} among the ${source} devices of ${machine.name}: they are ${
      known.join(", ") || "none"
    }`,
  );
}

/** Names of devices that may be of a class; an AMD unit without XT is a PCI function as well. */
const CALLED: Readonly<Record<DeviceClass, RegExp>> = {
  ioapic: /^ioapic:/,
  hpet: /^hpet:/,
  msi: /^[0-9a-f]{4}:/,
  iommu: /^(iommu|[0-9a-f]{4}):/,
};

const NOUN: Readonly<Record<DeviceClass, string>> = {
  ioapic: "an I/O APIC",
  hpet: "an HPET whose timers send messages (hpet.fsb, on a CPU without arat)",
  msi: "a PCI function that uses messages",
  iommu: "a remapping unit",
};

function pinOf(
  { machine: { ioapics } }: Booted,
  device: string,
  { pin, level, activeLow, masked }: Wanted,
) {
  if (pin === undefined) throw new Misuse("Cannot go on without --pin: it names the entry");
  const pins = ioapics.find(({ id }) => device === `ioapic:${id}`)?.pins ?? 0;
  if (pin >= pins) throw new Misuse(`Cannot find pin ${pin}: ${device} has pins 0-${pins - 1}`);
  return { pin, trigger: level ? "level" : "edge", activeLow, masked } as const;
}

/** A remapped word is the index; AMD alone ties a pin's index to its number. */
function requireIndex(programming: Programming, interrupt: Interrupt): void {
  if (programming.kind === "orphan" || !programming.remap || interrupt.source === "iommu") return;
  const tied = programming.remap.table === "amd" && interrupt.source === "ioapic";
  if (interrupt.index !== undefined || tied) return;
  throw new Misuse(
    `Cannot compose for ${interrupt.device} without --index: ` +
      `${programming.parent.domain} remaps it, and its words name the table's entry`,
  );
}

function jsonOf({ hardware, parent, dest, remap }: Programmed) {
  return { ...wordsOf(hardware), parent: parent.domain, dest: hex(dest, 8), ...remapOf(remap) };
}

function orphan({ declined }: Extract<Programming, { kind: "orphan" }>, device: string) {
  const reasons = declined.map((each) => `  ${declinedInWords([each])}`);
  const text = [`${device} has no parent domain: nobody composes its messages`, ...reasons];
  return { json: { parent: null, declined }, text: () => text.join("\n"), no: true };
}

function wordsOf(hardware: HardwareWord): Readonly<Record<string, string>> {
  switch (hardware.kind) {
    case "message": {
      const { addressLow, addressHigh, data } = hardware.words;
      return { addressLow: hex(addressLow), addressHigh: hex(addressHigh), data: hex(data) };
    }
    case "redirectionEntry":
      return { rte: hex(hardware.entry, 16) };
    case "hpetRoute": {
      const { address, data } = hpetRoute.decode(hardware.route);
      return { address: hex(address), data: hex(data) };
    }
    case "xtRegister":
      return { register: hex(hardware.register, 16) };
  }
}

function remapOf(remap: RemapEntry | null): Readonly<Record<string, unknown>> {
  if (!remap) return {};
  const digits = remap.table === "vtd" ? 32 : remap.bits / 4;
  return { index: remap.index, irte: hex(remap.word, digits) };
}

function table(programmed: Programmed): string {
  const words = Object.entries(wordsOf(programmed.hardware));
  const remap = Object.entries(remapOf(programmed.remap));
  const dest = ["destination", `0x${hex(programmed.dest)}`] as const;
  const parent = ["composed by", programmed.parent.domain ?? ""] as const;
  const rows = [...words, ...remap, dest, parent];
  return columns(rows.map(([name, value]) => [name, String(value)]));
}

function hex(word: number | bigint, digits = 8): string {
  return word.toString(16).padStart(digits, "0");
}
