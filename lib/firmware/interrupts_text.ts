/**
 * Which PCI functions send messages, as /proc/interrupts tells.
 *
 * @module
 */
import { groupBy } from "../bits/group_by.ts";
import { bdf } from "./hex.ts";

/** A function that sends messages. */
export interface MessagingFunction {
  /** `ssss:bb:dd.f`. */
  readonly bdf: string;
  /** Of which kind, where the chip's name tells: from 6.2 on. */
  readonly uses?: "msi" | "msix";
  /** The interrupts listed for it. */
  readonly messages: number;
}

const PER_DEVICE = /\bPCI-MSI(X?)-([0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\s/;
const GLOBAL = /\bPCI-MSI\s+(\d+)-edge\b/;

/**
 * The functions, each once: from 6.2 on a chip's name tells, before that the hardware number.
 * Source: Linux 6.1 drivers/pci/msi/irqdomain.c pci_msi_domain_calc_hwirq.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { messagingFunctions } from "./interrupts_text.ts";
 *
 * const text = ` 24:   0   PCI-MSI 16384-edge      AMD-Vi
 *  25:   0  IR-PCI-MSIX-0000:00:02.0   0-edge      eth0`;
 * assert.deepEqual(messagingFunctions(text), [
 *   { bdf: "0000:00:01.0", messages: 1 },
 *   { bdf: "0000:00:02.0", uses: "msix", messages: 1 },
 * ]);
 * ```
 */
export function messagingFunctions(text: string): readonly MessagingFunction[] {
  const lines = text.split("\n").flatMap((line) => functionOf(line));
  const functions = groupBy(lines, ({ bdf }) => bdf);
  return [...functions.values()].map((same) => ({ ...same[0]!, messages: same.length }));
}

function functionOf(line: string): Omit<MessagingFunction, "messages">[] {
  const [, x, named] = PER_DEVICE.exec(line) ?? [];
  if (named) return [{ bdf: named, uses: x === "X" ? "msix" : "msi" }];
  const number = GLOBAL.exec(line)?.[1];
  return number ? [{ bdf: functionOfHwirq(BigInt(number)).bdf }] : [];
}

/**
 * The function and the message that a hardware number of the global domain names: bits 10:0 the
 * message, 13:11 function, 18:14 device, 26:19 bus, from 27 on the segment.
 */
export function functionOfHwirq(
  hwirq: bigint,
): { readonly bdf: string; readonly index: number } {
  const bits = (low: bigint, width: bigint) => Number(hwirq >> low & (1n << width) - 1n);
  return {
    bdf: bdf(Number(hwirq >> 27n), bits(19n, 8n), bits(14n, 5n), bits(11n, 3n)),
    index: bits(0n, 11n),
  };
}
