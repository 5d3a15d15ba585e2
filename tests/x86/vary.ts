/** Other vectors of the same shape: numbers with bits flipped, names exchanged. */
import type { Json } from "./oracles/bits.ts";

/** Draws a whole number below a limit. */
export type Draw = (below: number) => number;

/** The limits that keep a varied input an input of its group. */
interface Shape {
  /** Keys left as they are. */
  readonly fixed?: readonly string[];
  /** Names that may stand under a key. */
  readonly names?: Readonly<Record<string, readonly unknown[]>>;
  /** Bits a number under a key may have; else as many as its digits hold. */
  readonly widths?: Readonly<Record<string, number>>;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  "route": {
    names: {
      name: ["arch", "kvm", "qemu-tcg", "xen"],
      source: ["message (MSI, IOAPIC, HPET)", "ipi from 0x0", "ipi from 0x2"],
      destMode: ["physical", "logical"],
      deliveryMode: ["fixed", "lowest", "smi", "nmi", "init", "extint", "sipi", "reserved3"],
      mode: ["xapic", "x2apic"],
      dfr: ["flat", "cluster"],
      shorthand: ["none", "self", "all-incl", "all-excl"],
      redirectionHint: [0, 1],
    },
    widths: { id: 20, ldr: 8, vector: 8 },
  },
  "x2ldr": { widths: { x2apicId: 32 } },
  "msi-decode": {},
  "msi-encode": { names: { destMode: ["physical", "logical"] }, widths: { dest: 17, vector: 8 } },
  "extdest-swizzle": {},
  "rte": {},
  "hpet": {},
  "vtd": { fixed: ["entries", "irtaSizeField"] },
  "amd": {},
  "iommu-own": { fixed: ["feaddr", "intCapXtEn"] },
  "eoi": {},
  "icr": {},
  "cpuid": { fixed: ["leaf"] },
  "msi-multi": { fixed: ["messages"] },
};

/** The groups whose inputs can be varied. */
export const VARIABLE_GROUPS = Object.keys(SHAPES);

/** The input with up to six of its leaves changed. */
export function vary(group: string, given: Json, draw: Draw): Json {
  const copy = structuredClone(given);
  const leaves = leavesOf(copy);
  for (let changes = draw(7); changes > 0; changes--) {
    change(SHAPES[group]!, leaves[draw(leaves.length)]!, draw);
  }
  return copy;
}

interface Leaf {
  readonly parent: Json;
  readonly key: string;
}

function leavesOf(node: Json): Leaf[] {
  return Object.keys(node).flatMap((key) => {
    const inner = node[key];
    return typeof inner === "object" && inner !== null ? leavesOf(inner) : [{ parent: node, key }];
  });
}

function change({ fixed, names, widths }: Shape, { parent, key }: Leaf, draw: Draw): void {
  const value = parent[key];
  if (fixed?.includes(key)) return;
  const known = names?.[key];
  if (known) parent[key] = known[draw(known.length)];
  else if (typeof value === "boolean") parent[key] = !value;
  else if (typeof value === "string" && /^0x/.test(value)) {
    parent[key] = flipped(value, widths?.[key] ?? (value.length - 2) * 4, draw);
  }
}

/** Mostly one bit, sometimes the lot. */
function flipped(word: string, width: number, draw: Draw): string {
  if (draw(8) === 0) return "0x" + randomWord(width, draw).toString(16);
  return "0x" + (BigInt.asUintN(width, BigInt(word)) ^ 1n << BigInt(draw(width))).toString(16);
}

function randomWord(width: number, draw: Draw): bigint {
  let word = 0n;
  for (let at = 0; at < width; at++) word |= BigInt(draw(2)) << BigInt(at);
  return word;
}
