/**
 * How kernels differ in the words they write for the same interrupt. All else about composing is
 * the same from 4.1 to today.
 */
import type { Machine } from "../machine/machine.ts";
import type { EraName } from "./boot.ts";

export interface ComposeRules {
  /** Data bit 14 is set, though edge interrupts have no use for it. */
  readonly levelAsserted: boolean;
  /**
   * Whose messages carry destination 31:8 in the upper address word. Only a DMAR unit's registers
   * have room for it; a PCI device with a non-zero upper word writes to memory above 4 GiB.
   */
  readonly upperAddress: "everyMessage" | "dmarOnly";
  /**
   * A VT-d subhandle reaches the data word. From 5.11 on its struct member lay behind the word
   * instead of over it, until "x86/msi: Fix msi message data shadow struct" (5.18, and stable).
   */
  readonly subhandleWritten: boolean;
}

const OLD_WORDS: readonly EraName[] = ["E41", "E43", "E419", "E510"];

/** First stable release of each series that bears the subhandle's fix. */
const SUBHANDLE_FIXED: Readonly<Record<number, number>> = { 15: 34, 16: 20, 17: 3 };

/**
 * The words a kernel writes.
 *
 * Source: Linux 5.10 arch/x86/kernel/apic/msi.c __irq_msi_compose_msg; 5.11
 * arch/x86/kernel/apic/apic.c of the same name and arch/x86/include/asm/msi.h.
 */
export function composeRules(era: EraName, { version, release }: Machine["kernel"]): ComposeRules {
  if (OLD_WORDS.includes(era)) {
    return { levelAsserted: true, upperAddress: "everyMessage", subhandleWritten: true };
  }
  const subhandleWritten = !subhandleLost(version, release);
  return { levelAsserted: false, upperAddress: "dmarOnly", subhandleWritten };
}

function subhandleLost(version: string, release: string): boolean {
  if (version === "mail") return true;
  const [major, minor] = version.split(".").map(Number);
  if (major !== 5 || minor! < 11 || minor! > 17) return false;
  const patch = Number(/^\d+\.\d+\.(\d+)/.exec(release)?.[1] ?? 0);
  return patch < (SUBHANDLE_FIXED[minor!] ?? Infinity);
}
