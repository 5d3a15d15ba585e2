/**
 * ACPI tables from what `acpidump` prints.
 *
 * @module
 */
import { bytesOfHex } from "./hex.ts";
import { lineFault, type Malformed } from "./malformed.ts";

/** Tells a dump's tables from a fault. */
export interface Acpidump {
  /** Tells it from {@linkcode Malformed}. */
  readonly kind: "acpidump";
  /** Each table's bytes by its signature; of several with one signature the first. */
  readonly tables: Readonly<Record<string, Uint8Array>>;
}

const HEADING = /^([A-Z0-9_!]{4}) @ 0x[0-9a-f]+$/i;
const ROW = /^\s+([0-9a-f]{4,8}): ((?:[0-9a-f]{2} ){0,15}[0-9a-f]{2})(?: {2}.*)?$/i;

/**
 * The tables of a dump; the fault's offset is the line, the first being 1.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseAcpidump } from "./acpidump.ts";
 *
 * const dump = parseAcpidump("HPET @ 0x0000000000000000\n    0000: 48 50 45 54  HPET\n");
 * assert(dump.kind === "acpidump");
 * assert.deepEqual(dump.tables.HPET, Uint8Array.of(0x48, 0x50, 0x45, 0x54));
 * ```
 */
export function parseAcpidump(text: string): Acpidump | Malformed {
  const tables = new Map<string, string>();
  let current = { signature: "", hex: "", kept: false };
  for (const [i, line] of text.split("\n").entries()) {
    const signature = HEADING.exec(line.trimEnd())?.[1];
    const [, offset, bytes] = ROW.exec(line.trimEnd()) ?? [];
    if (signature !== undefined) {
      current = { signature, hex: "", kept: !tables.has(signature) };
    } else if (bytes !== undefined && current.hex.length === 2 * Number.parseInt(offset!, 16)) {
      current.hex += bytes.replaceAll(" ", "");
      if (current.kept) tables.set(current.signature, current.hex);
    } else if (line.trim() !== "") return unreadable(i + 1, line);
  }
  if (tables.size === 0) return unreadable(1, "");
  const entries = [...tables].map(([signature, hex]) => [signature, bytesOfHex(hex)!]);
  return { kind: "acpidump", tables: Object.fromEntries(entries) };
}

function unreadable(line: number, text: string): Malformed {
  const found = text === "" ? "no table" : JSON.stringify(text.trim().slice(0, 32));
  return lineFault("an ACPI dump", line, found, "give what acpidump prints");
}
