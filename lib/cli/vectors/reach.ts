/** Group `reach` and the rows of `reachMatrix`. */
import {
  compatibilityReach,
  DEST_WIDTHS,
  destWidth,
  type LapicReading,
  type MessageFormat,
  type MessageSource,
  type PathReach,
  reachByWidth,
  reachOf,
} from "../../x86/reach.ts";
import { type Given, hex, maybeNumber, textIn, wordIn } from "./input.ts";

const READINGS = [
  "xapic-physical",
  "xapic-logical-flat",
  "xapic-logical-cluster",
  "x2apic-physical",
  "x2apic-logical",
] as const satisfies readonly LapicReading[];
const FORMATS = Object.keys(DEST_WIDTHS) as MessageFormat[];
const SOURCES = [
  "msi",
  "ioapic",
  "hpet-fsb",
  "iommu-own",
  "ipi",
] as const satisfies readonly MessageSource[];

/** The size of a set that can be reached by unicast. */
export function reachSize(given: Given) {
  const reading = readingIn(given);
  const bits = maybeNumber(given, "destBits");
  const reach = bits === undefined ? underVtd(reading, given) : reachByWidth(reading, bits);
  switch (reach.kind) {
    case "ids": {
      const { ids, count, broadcast } = reach;
      const safeCount = count - (ids.has(0xff) ? 1 : 0);
      return { unicast: String(ids), count, safeCount, broadcast: broadcast.map(hex) };
    }
    case "assigned": {
      const { count, groups, broadcast } = reach;
      return { unicast: `any ${count} LAPICs`, count, groups, broadcast: broadcast.map(hex) };
    }
    case "blocked":
      return { count: 0, fault: hex(reach.fault) };
    case "virtualProcessors":
    case "noSuchSource":
      return { count: null };
  }
}

/** `lapic` and `destMode`, with the DFR's model wherever the vector names it. */
function readingIn(given: Given): LapicReading {
  const words = Object.values(given).filter((value) => typeof value === "string").join(" ");
  const logical = /logical|flat|cluster/.test(words);
  if (/x2apic/.test(textIn(given, "lapic"))) return logical ? "x2apic-logical" : "x2apic-physical";
  if (!logical) return "xapic-physical";
  return /cluster/.test(words) ? "xapic-logical-cluster" : "xapic-logical-flat";
}

/** A format by name, in a unit whose state `vtd` spells as `IRE=1 EIME=1 CFIS=0`. */
function underVtd(reading: LapicReading, given: Given): PathReach {
  const state = textIn(given, "vtd");
  const isSet = (bit: string) => new RegExp(`\\b${bit}\\s*=\\s*1`).test(state);
  const format = wordIn(given, "format", FORMATS, "compat");
  if (format !== "compat" || !isSet("IRE")) {
    const source = wordIn(given, "source", SOURCES, "msi");
    return reachOf({ reading, format, source });
  }
  return compatibilityReach(reading, {
    extendedInterruptMode: isSet("EIME"),
    compatibilityFormat: isSet("CFIS"),
  });
}

/** One row: how many IDs, which intervals, which destinations are broadcast. */
export function reachRow(row: Given) {
  const path = {
    reading: wordIn(row, "lapic", READINGS, "xapic-physical"),
    format: wordIn(row, "format", FORMATS, "compat"),
    source: wordIn(row, "source", SOURCES, "msi"),
  };
  return { ...rowOf(reachOf(path)), destBits: bitsOf(path) };
}

function bitsOf(path: Parameters<typeof destWidth>[0]): number | null {
  const width = destWidth(path);
  return width === "hypercall" ? null : width;
}

function rowOf(reach: PathReach) {
  switch (reach.kind) {
    case "ids":
      return {
        applicable: true,
        count: reach.count,
        intervals: [...reach.ids.intervals()],
        broadcast: reach.broadcast.map(hex),
      };
    case "assigned":
      return {
        applicable: true,
        count: reach.count,
        intervals: null,
        broadcast: reach.broadcast.map(hex),
      };
    case "virtualProcessors":
      return { applicable: true, count: null, intervals: null, broadcast: [] };
    case "blocked":
    case "noSuchSource":
      return { applicable: false, count: 0, intervals: [], broadcast: [] };
  }
}
