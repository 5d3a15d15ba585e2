/**
 * Which PCI functions send messages, as /proc/interrupts tells.
 *
 * @module
 */
import { bdf } from "./hex.ts";

const PER_DEVICE = /\bPCI-MSIX?-([0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\s/;
const GLOBAL = /\bPCI-MSI\s+(\d+)-edge\b/;

/**
 * The functions, each once: from 6.2 on a chip's name tells, before that the hardware number.
 * Source: Linux 6.1 drivers/pci/msi/irqdomain.c pci_msi_domain_calc_hwirq.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { messagingFunctions } from "./interrupts_text.ts";
 *
 * assert.deepEqual(messagingFunctions(` 24:   0   PCI-MSI 16384-edge      AMD-Vi
 *  25:   0  IR-PCI-MSIX-0000:00:02.0   0-edge      eth0`), ["0000:00:01.0", "0000:00:02.0"]);
 * ```
 */
export function messagingFunctions(text: string): readonly string[] {
  return [...new Set(text.split("\n").flatMap((line) => functionOf(line)))];
}

function functionOf(line: string): string[] {
  const named = PER_DEVICE.exec(line)?.[1];
  if (named) return [named];
  const number = GLOBAL.exec(line)?.[1];
  return number ? [functionOfHwirq(BigInt(number))] : [];
}

/** Bits 10:0 the message, 13:11 function, 18:14 device, 26:19 bus, from 27 on the segment. */
function functionOfHwirq(hwirq: bigint): string {
  const bits = (low: bigint, width: bigint) => Number(hwirq >> low & (1n << width) - 1n);
  return bdf(Number(hwirq >> 27n), bits(19n, 8n), bits(14n, 5n), bits(11n, 3n));
}
