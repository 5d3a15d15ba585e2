/** A vector file: the group chooses the evaluator, nothing else does. */
import { endToEnd } from "./end_to_end.ts";
import { type Given, listIn, objectIn, textIn, VectorError } from "./input.ts";
import { acpi, cpuid } from "./platform.ts";
import { reachRow, reachSize } from "./reach.ts";
import { amd, iommuOwn, vtd } from "./remap.ts";
import { icr, route, x2ldr } from "./route.ts";
import { eoi, hpet, msiDecode, msiEncode, msiMulti, rte, swizzled } from "./words.ts";

/** What stands under `out`. */
export type Out = object;

/** One answer; `error` where the vector could not be read. */
export interface Answered {
  readonly id: string;
  readonly out: Out;
  readonly error?: string;
}

const EVALUATORS: Readonly<Record<string, (given: Given) => Out>> = {
  "route": route,
  "x2ldr": x2ldr,
  "msi-decode": msiDecode,
  "msi-encode": msiEncode,
  "extdest-swizzle": swizzled,
  "rte": rte,
  "hpet": hpet,
  "vtd": vtd,
  "amd": amd,
  "iommu-own": iommuOwn,
  "e2e": endToEnd,
  "reach": reachSize,
  "acpi": acpi,
  "cpuid": cpuid,
  "msi-multi": msiMulti,
  "eoi": eoi,
  "icr": icr,
};

/** Every vector's answer in the file's order, then every row's. */
export function evaluateFile(file: unknown): readonly Answered[] {
  const given = file as Given;
  if (typeof file !== "object" || file === null || !("vectors" in file || "reachMatrix" in file)) {
    throw new VectorError(
      `Cannot read vectors: neither "vectors" nor "reachMatrix" is there; give a vector file`,
    );
  }
  return [
    ...listIn(given, "vectors").map(evaluateVector),
    ...listIn(given, "reachMatrix").map(evaluateRow),
  ];
}

function evaluateVector(vector: Given): Answered {
  return answered(
    textIn(vector, "id"),
    () => evaluate(textIn(vector, "group"), objectIn(vector, "in")),
  );
}

function evaluateRow(row: Given): Answered {
  const path = ["lapic", "format", "source"].map((key) => textIn(row, key));
  return answered(["reach", ...path].join("/"), () => reachRow(row));
}

/** One that cannot be read spoils none of the others. */
function answered(id: string, answer: () => Out): Answered {
  try {
    return { id, out: answer() };
  } catch (error) {
    if (error instanceof VectorError || error instanceof RangeError) {
      return { id, out: {}, error: error.message };
    }
    throw error;
  }
}

/** The answer to one vector's input. */
export function evaluate(group: string, given: Given): Out {
  const evaluator = Object.hasOwn(EVALUATORS, group) ? EVALUATORS[group] : undefined;
  if (evaluator) return evaluator(given);
  const known = Object.keys(EVALUATORS).join(", ");
  throw new VectorError(`Cannot evaluate group "${group}": it is none of ${known}`);
}
