/** Groups about firmware: `acpi`, `cpuid`. */
import { describeCpuid } from "../../firmware/describe_cpuid.ts";
import { isMalformed, malformedText } from "../../firmware/malformed.ts";
import { readTable } from "../../firmware/read_table.ts";
import { type Given, maybeNumber, numberIn, textIn, VectorError } from "./input.ts";

/** A table's bytes to what it says. */
export function acpi(given: Given) {
  const reading = readTable(bytesIn(given));
  if (isMalformed(reading)) throw new VectorError(malformedText(reading));
  return reading;
}

/** A leaf's registers to what it says. */
export function cpuid(given: Given) {
  const registers = REGISTERS.flatMap((name) => {
    const value = maybeNumber(given, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const signature = textIn(given, "signature");
  return describeCpuid({
    leaf: numberIn(given, "leaf"),
    ...Object.fromEntries(registers),
    ...(signature !== "" && { signature }),
  });
}

const REGISTERS = ["eax", "ebx", "ecx", "edx"] as const;

function bytesIn(given: Given): Uint8Array {
  const table = textIn(given, "table").replace(/\s+|^0x/g, "");
  if (/^([0-9a-f]{2})+$/i.test(table)) return Uint8Array.fromHex(table);
  throw new VectorError(`Cannot read vector: in.table holds no hex bytes; give the whole table`);
}
