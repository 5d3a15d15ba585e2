/**
 * The shape of a notebook file, checked once where it enters. Strings that a file may hold as lists
 * of lines are whole strings here. Source: nbformat 5.10 v4/nbformat.v4.5.schema.json.
 */
import { z } from "zod";

const text = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(""))], {
  error: "write a string, or a list of its lines",
});
const anything = z.record(z.string(), z.unknown());
const metadata = anything.default({});
const count = z.int().min(0).nullable();

/** A MIME bundle: JSON stays as it is, text that was split into lines is joined. */
const bundle = anything.transform((data) =>
  Object.fromEntries(Object.entries(data).map(([type, value]) => [type, joined(type, value)]))
);

const output = z.discriminatedUnion("output_type", [
  z.object({ output_type: z.literal("stream"), name: z.enum(["stdout", "stderr"]), text }),
  z.object({ output_type: z.literal("display_data"), data: bundle, metadata }),
  z.object({
    output_type: z.literal("execute_result"),
    data: bundle,
    metadata,
    execution_count: count,
  }),
  z.object({
    output_type: z.literal("error"),
    ename: z.string(),
    evalue: z.string(),
    traceback: z.array(z.string()),
  }),
]);

const id = z.string().regex(/^[a-zA-Z0-9-_]{1,64}$/, "write 1 to 64 letters, digits, - or _");
const common = { id: id.optional(), metadata, source: text };

const cell = z.discriminatedUnion("cell_type", [
  z.object({ ...common, cell_type: z.literal("markdown"), attachments: anything.optional() }),
  z.object({ ...common, cell_type: z.literal("raw"), attachments: anything.optional() }),
  z.object({
    ...common,
    cell_type: z.literal("code"),
    outputs: z.array(output),
    execution_count: count,
  }),
]);

export const notebookSchema = z.object({
  nbformat: z.literal(4, "open it in a newer Jupyter and save it as nbformat 4"),
  nbformat_minor: z.int().min(0),
  metadata,
  cells: z.array(cell),
});

type Parsed = z.infer<typeof notebookSchema>;
type Named<C> = C extends unknown ? Omit<C, "id"> & { readonly id: string } : never;

/** One cell; every cell has an id, given on reading where an old file has none. */
export type NotebookCell = Named<Parsed["cells"][number]>;
export type CodeCell = Extract<NotebookCell, { cell_type: "code" }>;
export type NotebookOutput = z.infer<typeof output>;
export type Notebook = Omit<Parsed, "cells"> & { readonly cells: readonly NotebookCell[] };

/** Whether a media type holds JSON, which files never split into lines. */
export function isJsonType(type: string): boolean {
  return type === "application/json" || /^application\/.*\+json$/.test(type);
}

function joined(type: string, value: unknown): unknown {
  const lines = Array.isArray(value) && value.every((line) => typeof line === "string");
  return lines && !isJsonType(type) ? value.join("") : value;
}
