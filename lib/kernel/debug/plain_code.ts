import { parseCell } from "../compile_parse.ts";
import { eraseTypes } from "../compile_types.ts";

/** TypeScript as V8 can evaluate it; what does not parse is left for V8 to complain of. */
export async function plainCode(code: string): Promise<string> {
  for (const text of [code, `(\n${code}\n)`]) {
    const parsed = parseCell(text);
    if (parsed.kind !== "parsed") continue;
    const erased = await eraseTypes(text, parsed);
    if (erased.kind === "erased") return erased.code;
  }
  return code;
}
