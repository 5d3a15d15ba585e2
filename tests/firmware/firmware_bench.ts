import { buildMadt, parseMadt } from "../../lib/firmware/madt.ts";
import { digestMadt } from "../../lib/firmware/madt_digest.ts";
import { sound } from "./tables.ts";

const entries = Array.from({ length: 122 }, (_, apicId) => (
  { kind: "lapic", acpiProcessorUid: apicId, apicId, flags: 1 } as const
));
const bytes = buildMadt({ localApicAddress: 0xfee0_0000, flags: 1, entries });
const madt = sound(parseMadt(bytes));

Deno.bench(`parse a MADT of ${bytes.length} bytes (at most 50 µs)`, () => {
  parseMadt(bytes);
});

Deno.bench(`digest a MADT of ${entries.length} processors`, () => {
  digestMadt(madt);
});

Deno.bench(`build a MADT of ${bytes.length} bytes`, () => {
  buildMadt(madt);
});
