/**
 * The README's table of commands derives from the commands: `deno run -RW --allow-env
 * tests/cli/readme.ts` writes it, the test beside compares it.
 */
import { commands } from "../../lib/cli/commands.ts";
import { allCommands } from "../../lib/cli/frame.ts";
import { markdownTable } from "../../lib/cli/help.ts";

export const readme = new URL("../../README.md", import.meta.url);

/** The README with the table of today's commands. */
export async function upToDate(text: string): Promise<string> {
  const table = markdownTable(await allCommands(commands));
  return text.replace(
    /(<!-- commands: .* -->\n)[^]*?(\n<!-- \/commands -->)/,
    (_all, before, after) => `${before}\n${table}\n${after}`,
  );
}

if (import.meta.main) {
  Deno.writeTextFileSync(readme, await upToDate(Deno.readTextFileSync(readme)));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", readme.pathname] }).output();
}
