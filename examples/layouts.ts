/**
 * Prints any word of x86 interrupt routing as a picture and as a table.
 *
 *     deno run examples/layouts.ts                    the names
 *     deno run examples/layouts.ts irteRemapped       one layout
 *     deno run examples/layouts.ts irteRemapped 00000000000400100000012c00410001
 */
import { type LayoutName, LAYOUTS } from "../lib/x86/words.ts";

const [name, word] = Deno.args;
const layout = LAYOUTS[name as LayoutName];

if (!layout) {
  for (const [name, { width, source }] of Object.entries(LAYOUTS)) {
    console.log(`${name.padEnd(32)} ${String(width).padStart(3)} bits  ${source}`);
  }
} else {
  console.log(`${layout.name}, ${layout.width} bits. Source: ${layout.source}\n`);
  console.log(`${layout.diagram()}\n\n${layout.table()}`);
}

if (layout && word) {
  const raw = BigInt(`0x${word}`);
  console.log("\n", layout.decode((layout.width <= 32 ? Number(raw) : raw) as never));
}
