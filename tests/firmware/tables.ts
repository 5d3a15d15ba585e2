/** The tables under test: each with its parser and builder. */
import { buildDmar, parseDmar } from "../../lib/firmware/dmar.ts";
import { buildFadt, parseFadt } from "../../lib/firmware/fadt.ts";
import { buildHpetTable, parseHpetTable } from "../../lib/firmware/hpet_table.ts";
import { buildIvrs, parseIvrs } from "../../lib/firmware/ivrs.ts";
import { buildMadt, parseMadt } from "../../lib/firmware/madt.ts";
import { isMalformed, type Malformed, malformedText } from "../../lib/firmware/malformed.ts";

export interface TableUnderTest {
  readonly signature: string;
  parse(bytes: Uint8Array): { readonly kind: string } | Malformed;
  /** Parses, builds what was parsed; undefined when malformed. */
  rebuild(bytes: Uint8Array): Uint8Array | undefined;
}

export const TABLES: readonly TableUnderTest[] = [
  under("APIC", parseMadt, buildMadt),
  under("DMAR", parseDmar, buildDmar),
  under("IVRS", parseIvrs, buildIvrs),
  under("HPET", parseHpetTable, buildHpetTable),
  under("FACP", parseFadt, buildFadt),
];

function under<T extends { readonly kind: string }>(
  signature: string,
  parse: (bytes: Uint8Array) => T | Malformed,
  build: (raw: T) => Uint8Array,
): TableUnderTest {
  const rebuild = (bytes: Uint8Array) => {
    const raw = parse(bytes);
    return isMalformed(raw) ? undefined : build(raw);
  };
  return { signature, parse, rebuild };
}

/** The parsed table; throws when the bytes are none. */
export function sound<T extends { readonly kind: string }>(answer: T | Malformed): T {
  if (isMalformed(answer)) throw new Error(malformedText(answer as Malformed));
  return answer;
}
