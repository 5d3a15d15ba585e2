/** Firmware tables and CPUID leaves, byte by byte. */
import { bits, hex, type Json, num } from "./bits.ts";

export function bytesOf(table: string): number[] {
  return table.match(/../g)!.map((pair) => parseInt(pair, 16));
}

export function textOf(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The table with a checksum that is right. */
export function summed(bytes: readonly number[]): number[] {
  const sum = bytes.reduce((sum, byte, at) => at === 9 ? sum : sum + byte, 0);
  return bytes.map((byte, at) => at === 9 ? (256 - sum % 256) % 256 : byte);
}

function little(bytes: readonly number[], at: number, length: number): bigint {
  let value = 0n;
  for (let i = length - 1; i >= 0; i--) value = value * 256n + BigInt(bytes[at + i]!);
  return value;
}

export function acpiOracle({ table }: Json) {
  const bytes = bytesOf(table);
  return String.fromCharCode(...bytes.slice(0, 4)) === "HPET" ? hpetTable(bytes) : madt(bytes);
}

function hpetTable(bytes: readonly number[]) {
  const id = little(bytes, 36, 4);
  return {
    eventTimerBlockId: hex(id),
    comparators: bits(id, 12, 8) + 1,
    counter64: bits(id, 13, 13) === 1,
    legacyReplacement: bits(id, 15, 15) === 1,
    vendor: bits(id, 31, 16),
    address: hex(little(bytes, 44, 8)),
    hpetNumber: bytes[52],
    minTick: Number(little(bytes, 53, 2)),
  };
}

function madt(bytes: readonly number[]) {
  const cpus: Json[] = [], ioapics: Json[] = [], overrides: Json[] = [];
  for (let at = 44; at < bytes.length; at += bytes[at + 1]!) {
    const value = (offset: number, length: number) => Number(little(bytes, at + offset, length));
    if (bytes[at] === 0) {
      cpus.push({ type: 0, apicId: value(3, 1), uid: value(2, 1), enabled: value(4, 4) % 2 === 1 });
    }
    if (bytes[at] === 9) {
      cpus.push({
        type: 9,
        apicId: value(4, 4),
        uid: value(12, 4),
        enabled: value(8, 4) % 2 === 1,
      });
    }
    if (bytes[at] === 1) {
      ioapics.push({ id: value(2, 1), address: value(4, 4), gsiBase: value(8, 4) });
    }
    if (bytes[at] === 2) overrides.push({ irq: value(3, 1), gsi: value(4, 4), flags: value(8, 2) });
  }
  return { cpus, ioapics, overrides, flags: hex(little(bytes, 40, 4)) };
}

export function cpuidOracle({ leaf, signature, eax, ecx, edx }: Json) {
  const at = Number(num(leaf));
  if (at === 0xb) {
    const levelType = ["invalid", "smt", "core", "module", "tile", "die"][bits(ecx, 15, 8)];
    return { x2apicId: edx, shift: bits(eax, 4, 0), ...(levelType && { levelType }) };
  }
  const bit = ({ 0x40000001: 15, 0x40000004: 5, 0x40000082: 2 } as Record<number, number>)[at]!;
  return { msiExtDestId: bits(eax, signature ? 0 : bit, signature ? 0 : bit) === 1 };
}

/** How many IDs a destination of so many bits can name alone, by trying every destination. */
export function reachOracle(given: Json) {
  if (given.format) return { count: 0, fault: "0x25" };
  const width = Number(given.destBits), logical = given.destMode === "logical";
  if (width === 32) {
    return { count: logical ? 2 ** 20 - 16 : 2 ** 32 - 1, broadcast: [0xffffffff] };
  }
  let count = 0;
  const xapic = given.lapic === "xapic";
  for (let dest = 0; dest < 2 ** width; dest++) {
    const ones = dest.toString(2).replaceAll("0", "").length;
    if (!logical) count += xapic && dest >= 255 ? 0 : 1;
    else if (ones === 1 && dest < (xapic ? 256 : 65536)) count++;
  }
  const named255 = !xapic && !logical ? 1 : 0;
  return { count, safeCount: xapic && logical ? undefined : count - named255 };
}
