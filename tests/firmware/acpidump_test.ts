import assert from "node:assert/strict";
import { parseAcpidump } from "../../lib/firmware/acpidump.ts";
import { isMalformed, type Malformed, malformedText } from "../../lib/firmware/malformed.ts";
import { readTable } from "../../lib/firmware/read_table.ts";
import { sound } from "./tables.ts";

/** Of a Firecracker guest; the letters beside the bytes look like bytes now and then. */
const DUMP = `MCFG @ 0x0000000000000000
    0000: 4D 43 46 47 3C 00 00 00 01 7F 46 49 52 45 43 4B  MCFG<.....FIRECK
    0010: 46 43 4D 56 4D 43 46 47 00 00 00 00 46 43 41 54  FCMVMCFG....FCAT
    0020: 19 01 24 20 00 00 00 00 00 00 00 00 00 00 C0 EE  ..$ ............
    0030: 00 00 00 00 00 00 00 00 00 00 00 00              ............

APIC @ 0x0000000000000000
    0000: 41 50 49 43 48 00 00 00 06 56 46 49 52 45 43 4B  APICH....VFIRECK
    0010: 46 43 56 4D 4D 41 44 54 00 00 00 00 46 43 41 54  FCVMMADT....FCAT
    0020: 19 01 24 20 00 00 E0 FE 00 00 00 00 01 0C 00 00  ..$ ............
    0030: 00 00 C0 FE 00 00 00 00 00 08 00 00 01 00 00 00  ................
    0040: 00 08 01 01 01 00 00 00                          ........
`;

Deno.test("the tables of an acpidump are the machine's", () => {
  const { tables } = sound(parseAcpidump(DUMP));
  assert.deepEqual(Object.keys(tables), ["MCFG", "APIC"]);
  assert.equal(tables.MCFG!.length, 0x3c);
  const madt = readTable(tables.APIC!);
  assert("cpus" in madt && madt.cpus.length === 2);
});

Deno.test("of two tables with one signature the first is taken", () => {
  const again = `${DUMP}APIC @ 0x0\n    0000: 00  .\n`;
  assert.equal(sound(parseAcpidump(again)).tables.APIC!.length, 0x48);
});

Deno.test.each([
  { text: "", says: "Cannot read an ACPI dump at line 1: no table; give what acpidump prints" },
  {
    text: DUMP.replace("    0010: 46", "    0020: 46"),
    says:
      'Cannot read an ACPI dump at line 3: "0020: 46 43 4D 56 4D 43 46 47 00"; give what acpidump prints',
  },
  {
    text: "Could not open /dev/mem",
    says:
      'Cannot read an ACPI dump at line 1: "Could not open /dev/mem"; give what acpidump prints',
  },
])("$says", ({ text, says }) => {
  const answer = parseAcpidump(text);
  assert(isMalformed(answer));
  assert.equal(malformedText(answer as Malformed), says);
});
