import { join } from "node:path";
import type { Completion } from "./interpreter.ts";

/** Names of files that continue a string under the cursor; none where no string is open there. */
export async function completeFiles(
  folder: string,
  code: string,
  cursor: number,
): Promise<Completion> {
  const line = code.slice(code.lastIndexOf("\n", cursor - 1) + 1, cursor);
  const typed = openString(line);
  const none = { start: cursor, end: cursor, matches: [] };
  if (typed === undefined || typed.startsWith("/") || typed.includes("..")) return none;
  const cut = typed.lastIndexOf("/") + 1;
  const part = typed.slice(cut);
  try {
    const entries = await Array.fromAsync(Deno.readDir(join(folder, typed.slice(0, cut))));
    const matches = entries.filter(({ name }) => name.startsWith(part))
      .map(({ name, isDirectory }) =>
        isDirectory ? { text: `${name}/`, type: "folder" } : { text: name, type: "file" }
      )
      .toSorted((a, b) => a.text < b.text ? -1 : 1);
    return { start: cursor - part.length, end: cursor, matches };
  } catch {
    return none;
  }
}

/** What stands behind a quote that this line opens and does not close. */
function openString(line: string): string | undefined {
  const closed = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`/g;
  return line.replace(closed, "").match(/["'`]([^"'`\s]*)$/)?.[1];
}
