/**
 * The words that stand in interrupt hardware, from text: redirection entries of I/O APICs, MSI and
 * MSI-X messages, routes of HPET timers.
 *
 * @module
 */
import { hpetTimer } from "../x86/hpet.ts";

/** A pin's redirection entry. */
export interface PinWord {
  /** Physical address of the I/O APIC. */
  readonly address: number;
  /** Its pin. */
  readonly pin: number;
  /** The entry. */
  readonly entry: bigint;
  /** Line of the text, the first being 1. */
  readonly line: number;
}

/** A message a PCI function sends. */
export interface MessageWord {
  /** `ssss:bb:dd.f`. */
  readonly bdf: string;
  /** Its place among the function's messages. */
  readonly index: number;
  /** Lower 32 bits of the address. */
  readonly addressLow: number;
  /** Upper 32 bits of the address. */
  readonly addressHigh: number;
  /** The data. */
  readonly data: number;
  /** Line of the text, the first being 1. */
  readonly line: number;
}

/** A timer's FSB route. */
export interface TimerWord {
  /** Its number. */
  readonly timer: number;
  /** The address. */
  readonly address: number;
  /** The data. */
  readonly data: number;
  /** Line of the text, the first being 1. */
  readonly line: number;
}

/**
 * Redirection entries: a line `ioapic ADDRESS …`, then lines `pin N hi=… lo=…`.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { pinWordsIn } from "./hardware_words.ts";
 *
 * const text = "ioapic fec00000 id=0\n  pin 4 hi=04000000 lo=00000822 masked=0\n";
 * assert.deepEqual(pinWordsIn(text), [
 *   { address: 0xfec0_0000, pin: 4, entry: 0x0400_0000_0000_0822n, line: 2 },
 * ]);
 * ```
 */
export function pinWordsIn(text: string): readonly PinWord[] {
  let address = 0;
  return text.split("\n").flatMap((line, i) => {
    const ioapic = /^ioapic ([0-9a-f]{1,8})\b/.exec(line)?.[1];
    if (ioapic) address = Number.parseInt(ioapic, 16);
    const [, pin, high, low] = /^\s*pin (\d+) hi=([0-9a-f]{8}) lo=([0-9a-f]{8})/.exec(line) ?? [];
    if (pin === undefined) return [];
    return [{ address, pin: Number(pin), entry: BigInt(`0x${high}${low}`), line: i + 1 }];
  });
}

/**
 * Messages that are switched on: a line `dev BDF …`, then `MSI enable=1 … addr=… data=…`, or
 * `MSIX enable=1 …` and a line `entry N addr=… data=…` for each message.
 */
export function messageWordsIn(text: string): readonly MessageWord[] {
  let bdf = "";
  let on = false;
  return text.split("\n").flatMap((line, i) => {
    bdf = /^dev (\S+)/.exec(line)?.[1] ?? bdf;
    on = /^\s*MSIX? enable=/.test(line) ? /enable=1/.test(line) : on;
    const [, entry, address, data] =
      /^\s*(?:MSI .*|entry (\d+) )addr=([0-9a-f]{16}) data=([0-9a-f]{4,8})/.exec(line) ?? [];
    if (address === undefined || data === undefined || !on) return [];
    return [{ bdf, index: Number(entry ?? 0), ...wordsOf(address, data), line: i + 1 }];
  });
}

function wordsOf(address: string, data: string) {
  const word = (digits: string) => Number.parseInt(digits, 16);
  const [high, low] = [address.slice(0, 8), address.slice(8)];
  return { addressLow: word(low), addressHigh: word(high), data: word(data) };
}

/** Timers that send messages: lines `Tn cfg=… fsb_data=… fsb_addr=…` with the bit set. */
export function timerWordsIn(text: string): readonly TimerWord[] {
  return text.split("\n").flatMap((line, i) => {
    const [, timer, cfg, data, address] =
      /^\s*T(\d+) cfg=([0-9a-f]{8}) .*fsb_data=([0-9a-f]{8}) fsb_addr=([0-9a-f]{8})/.exec(line) ??
        [];
    if (timer === undefined || !hpetTimer.decode(BigInt(`0x${cfg}`)).fsbEnabled) return [];
    const word = (digits: string) => Number.parseInt(digits, 16);
    return [{ timer: Number(timer), address: word(address!), data: word(data!), line: i + 1 }];
  });
}
