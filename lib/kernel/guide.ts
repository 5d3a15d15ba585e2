import type { MimeBundle } from "./interpreter.ts";
import { prelude } from "./prelude.ts";
import { magics } from "./sugar.ts";

/** What `help()` shows: all that a cell finds here beside the language and Deno's own. */
export function guide(): MimeBundle {
  const typed = [
    ["name?", "what is known of a name; `name??` its source too; `help(value)` of any value"],
    ...magics.map((magic) => [`%%${magic}`, magicMeaning(magic)] as const),
    [
      "Deno.test(…)",
      "declares a test, which runs when the cell's own code has ended, and fails no cell",
    ],
    ["// types: off", "or `warn`, or `error`: what becomes of type errors from this cell on"],
  ] as const;
  const declared = prelude.trim();
  const list = typed.map(([what, means]) => `- \`${what}\`: ${means}`).join("\n");
  return {
    "text/plain": `${typed.map(([what, means]) => `${what.padEnd(14)} ${means}`).join("\n")}

${declared}`,
    "text/markdown": `${list}\n\n\`\`\`ts\n${declared}\n\`\`\``,
  };
}

function magicMeaning(magic: string): string {
  return magic === "time" ? "tells how long the cell takes" : `shows the cell as ${magic}`;
}
