import assert from "node:assert/strict";
import fc from "fast-check";
import { differences } from "../../lib/cli/vectors/agree.ts";
import { evaluate, evaluateFile } from "../../lib/cli/vectors/evaluate.ts";
import type { Json } from "./oracles/bits.ts";
import { endToEndOracle } from "./oracles/end_to_end.ts";
import {
  acpiOracle,
  bytesOf,
  cpuidOracle,
  reachOracle,
  summed,
  textOf,
} from "./oracles/platform.ts";
import { amdOracle, iommuOwnOracle, vtdOracle } from "./oracles/remap.ts";
import { routeOracle } from "./oracles/route.ts";
import {
  eoiOracle,
  hpetOracle,
  icrOracle,
  msiDecodeOracle,
  msiEncodeOracle,
  msiMultiOracle,
  rteOracle,
  swizzleOracle,
  x2ldrOracle,
} from "./oracles/words.ts";
import { VARIABLE_GROUPS, vary } from "./vary.ts";

const FILE: Json = JSON.parse(
  Deno.readTextFileSync(new URL("../vectors/hardware.json", import.meta.url)),
);

const ORACLES: Readonly<Record<string, (given: Json) => Json>> = {
  "route": routeOracle,
  "x2ldr": x2ldrOracle,
  "msi-decode": msiDecodeOracle,
  "msi-encode": msiEncodeOracle,
  "extdest-swizzle": swizzleOracle,
  "rte": rteOracle,
  "hpet": hpetOracle,
  "vtd": vtdOracle,
  "amd": amdOracle,
  "iommu-own": iommuOwnOracle,
  "e2e": endToEndOracle,
  "eoi": eoiOracle,
  "icr": icrOracle,
  "acpi": acpiOracle,
  "cpuid": cpuidOracle,
  "reach": reachOracle,
  "msi-multi": msiMultiOracle,
};

Deno.test.each(
  FILE.vectors as { id: string; title: string; group: string; in: Json; expect: Json }[],
)(
  "$id $title",
  ({ group, in: given, expect }) => {
    assert.deepEqual(differences(expect, evaluate(group, given)), []);
  },
);

Deno.test("the oracles answer the published vectors too", () => {
  for (const { id, group, in: given, expect } of FILE.vectors) {
    const oracle = ORACLES[group];
    if (oracle) assert.deepEqual(differences(expect, oracle(given)), [], id);
  }
});

Deno.test.each(VARIABLE_GROUPS.map((group) => ({ group })))(
  "vectors of group $group with other numbers agree with the oracle",
  ({ group }) => {
    const vectors: Json[] = FILE.vectors.filter((v: Json) => v.group === group);
    const runs = Math.max(300, 40 * vectors.length);
    const tape = fc.array(fc.nat(), { minLength: 400, maxLength: 400 });
    fc.assert(
      fc.property(fc.constantFrom(...vectors), tape, (vector, numbers) => {
        let at = 0;
        const given = vary(group, vector.in, (below) => numbers[at++ % 400]! % below);
        const expected = ORACLES[group]!(given);
        assert.deepEqual(differences(expected, evaluate(group, given)), [], JSON.stringify(given));
      }),
      { numRuns: runs },
    );
  },
);

Deno.test("end-to-end vectors with other destinations agree with the oracle", () => {
  const vectors: Json[] = FILE.vectors.filter((v: Json) => v.group === "e2e");
  const flip = fc.tuple(fc.integer({ min: 2, max: 19 }), fc.integer({ min: 0, max: 10 }));
  fc.assert(
    fc.property(fc.constantFrom(...vectors), flip, (vector, [a, d]) => {
      const given = structuredClone(vector.in);
      const xor = (key: string, at: number) => {
        if (given[key]) given[key] = "0x" + (BigInt(given[key]) ^ 1n << BigInt(at)).toString(16);
      };
      xor("address", a);
      xor("data", d);
      xor("rte", a + 44);
      assert.deepEqual(differences(endToEndOracle(given), evaluate("e2e", given)), []);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("tables with other values agree with the oracle", () => {
  const vectors: Json[] = FILE.vectors.filter((v: Json) => v.group === "acpi");
  // Values of a MADT's three entries, and of an HPET table.
  const places: Record<string, number[]> = {
    "41504943": [40, 41, 46, 48, 49, 52, 58, 59, 60, 66, 67, 68],
    "48504554": [36, 37, 38, 39, 48, 49, 50, 52, 53, 54],
  };
  const change = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 6 });
  fc.assert(fc.property(fc.constantFrom(...vectors), change, (vector, changes) => {
    const bytes = bytesOf(vector.in.table);
    const free = places[vector.in.table.slice(0, 8)]!;
    for (const [at, byte] of changes) bytes[free[at % free.length]!] = byte;
    const given = { table: textOf(summed(bytes)) };
    assert.deepEqual(differences(acpiOracle(given), evaluate("acpi", given)), [], given.table);
  }));
});

Deno.test("reachable counts of other widths agree with trying every destination", () => {
  for (const lapic of ["xapic", "x2apic"]) {
    for (const destMode of ["physical", "logical"]) {
      for (const destBits of [8, 9, 12, 15, 16]) {
        const given = { lapic, destMode, destBits };
        assert.deepEqual(differences(reachOracle(given), evaluate("reach", given)), []);
      }
    }
  }
});

Deno.test("every row of the reachability matrix", () => {
  const rows = new Map(
    evaluateFile({ reachMatrix: FILE.reachMatrix }).map(({ id, out }) => [id, out]),
  );
  for (const row of FILE.reachMatrix) {
    const out = rows.get(`reach/${row.lapic}/${row.format}/${row.source}`) as Json;
    assert.equal(out.applicable, row.applicable);
    if (!row.applicable) continue;
    const { count, broadcast, destBits } = row;
    assert.deepEqual(differences({ count, broadcast, destBits }, out), []);
    const interval = /^(0x\w+)\.\.(0x\w+)$/.exec(row.set);
    if (interval) assert.deepEqual(out.intervals, [[Number(interval[1]), Number(interval[2])]]);
  }
});

Deno.test("a vector that cannot be read gets an error beside the others' answers", () => {
  const answers = evaluateFile({
    vectors: [
      { id: "a", group: "icr", in: { icr: "zero" } },
      { id: "b", group: "pic", in: {} },
      { id: "c", group: "x2ldr", in: { x2apicId: 16 } },
    ],
  });
  assert.match(answers[0]!.error!, /^Cannot read vector: in\.icr is "zero"/);
  assert.match(answers[1]!.error!, /^Cannot evaluate group "pic"/);
  assert.deepEqual(answers[2], { id: "c", out: { ldr: "0x10001" } });
});
