import { Array, Object } from "../intrinsics.ts";
import { bytesOf } from "./bundle.ts";

/** Where in a state a buffer stands: names of fields, and places in lists. */
export type Path = readonly (string | number)[];

/** A state without its buffers, which travel beside it. */
export interface Separated {
  readonly state: unknown;
  readonly paths: readonly Path[];
  readonly buffers: readonly Uint8Array[];
}

/**
 * Takes the buffers out of a state, however deep: a field that held one is gone, and a list keeps
 * its place as null.
 *
 * Source: Jupyter widget messaging protocol 2.1, "State synchronization"; ipywidgets 8
 * `_separate_buffers`.
 */
export function separate(whole: unknown): Separated {
  const paths: Path[] = [];
  const buffers: Uint8Array[] = [];
  const strip = (value: unknown, path: Path): unknown => {
    const bytes = bytesOf(value);
    if (bytes) {
      paths.push(path);
      buffers.push(bytes);
      return undefined;
    }
    if (Array.isArray(value)) return value.map((item, at) => strip(item, [...path, at]) ?? null);
    if (!isPlain(value)) return value;
    const fields = Object.entries(value).map(([key, inner]) =>
      [key, strip(inner, [...path, key])] as const
    );
    return Object.fromEntries(fields.filter(([_, inner]) => inner !== undefined));
  };
  return { state: strip(whole, []), paths, buffers };
}

type Holder = Record<string | number, unknown>;

/** Puts buffers back into a state where the paths say; what leads nowhere is left out. */
export function unite(
  state: unknown,
  paths: readonly Path[],
  buffers: readonly Uint8Array[],
): unknown {
  const whole = structuredClone(state);
  for (const [index, path] of paths.entries()) {
    const last = path.at(-1);
    const holder = path.slice(0, -1).reduce<unknown>((at, key) => (at as Holder)?.[key], whole);
    if (last !== undefined && typeof holder === "object" && holder !== null) {
      (holder as Holder)[last] = buffers[index];
    }
  }
  return whole;
}

/** What JSON writes field by field. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || "toJSON" in value) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
