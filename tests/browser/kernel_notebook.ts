import { join } from "node:path";

/** Writes a notebook of code cells for our kernel; yields its name. */
export async function writeNotebook(folder: string, sources: readonly string[]): Promise<string> {
  const name = "kernel.ipynb";
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: {
        name: "irqscope",
        display_name: "TypeScript (irqscope)",
        language: "typescript",
      },
    },
    cells: sources.map((source, place) => ({
      cell_type: "code",
      id: `cell-${place}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    })),
  };
  await Deno.writeTextFile(join(folder, name), JSON.stringify(notebook));
  return name;
}
