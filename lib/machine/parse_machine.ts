import type { z } from "zod";
import { findContradiction } from "./contradictions.ts";
import type { Machine } from "./machine.ts";
import { machineSchema } from "./machine_schema.ts";

/** Thrown for a machine file that cannot be used: one line that says what mends it. */
export class MachineError extends SyntaxError {
  /** Tells it from other errors. */
  override readonly name = "MachineError";
  /** The file as the caller named it. */
  readonly file: string;
  /** Path of the field, such as `cpus[2].apicId`; empty when the whole file is meant. */
  readonly field: string;
  /** What stands there. */
  readonly found: string;
  /** What mends it. */
  readonly mend: string;

  /** The message is one line: `Cannot read machine FILE: FIELD is FOUND; MEND`. */
  constructor({ file, field, found, mend }: {
    readonly file: string;
    readonly field: string;
    readonly found: string;
    readonly mend: string;
  }) {
    super(`Cannot read machine ${file}: ${field && `${field} is `}${found}; ${mend}`);
    this.file = file;
    this.field = field;
    this.found = found;
    this.mend = mend;
  }
}

/**
 * The machine that a machine file's text, or its parsed JSON, describes.
 *
 * @throws {MachineError} when it is no JSON, misses a field, holds a value outside its range or
 * fields that contradict each other.
 */
export function parseMachine(
  json: unknown,
  { file = "given" }: { readonly file?: string } = {},
): Machine {
  const value = typeof json === "string" ? parseJson(json, file) : json;
  const result = machineSchema.safeParse(value);
  if (!result.success) throw schemaError(result.error.issues[0]!, value, file);
  const machine: Machine = result.data;
  const contradiction = findContradiction(machine);
  if (contradiction) throw new MachineError({ file, ...contradiction });
  return machine;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MachineError({
      file,
      field: "",
      found: `it is no JSON (${oneLine((error as Error).message)})`,
      mend: "write one JSON object, the machine",
    });
  }
}

function schemaError(issue: z.core.$ZodIssue, value: unknown, file: string): MachineError {
  const path = issue.code === "invalid_key" ? [...issue.path] : issue.path;
  const mend = issue.code === "invalid_key" ? issue.issues[0]!.message : issue.message;
  return new MachineError({
    file,
    field: fieldName(path) || "the file",
    found: describe(valueAt(value, path)),
    mend,
  });
}

/** `["cpus", 2, "apicId"]` as `cpus[2].apicId`. */
function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === "number") return `${name}[${key}]`;
    return name ? `${name}.${String(key)}` : String(key);
  }, "");
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );
}

function describe(found: unknown): string {
  if (found === undefined) return "missing";
  const text = JSON.stringify(found);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
