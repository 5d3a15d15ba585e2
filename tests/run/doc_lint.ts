/**
 * `deno doc --lint` over the project's doors, without the rule that wants every exported type
 * written out: a layout's type derives from its one declaration.
 */
import { stripVTControlCharacters } from "node:util";

const doors = ["mod.ts", "lib/kernel/mod.ts"].filter(exists);
const { stderr, stdout } = await new Deno.Command(Deno.execPath(), {
  args: ["doc", "--lint", ...doors],
  env: { NO_COLOR: "1" },
}).output();
const said = stripVTControlCharacters(new TextDecoder().decode(stderr));
const faults = said.split(/\n(?=error\[)/)
  .filter((block) =>
    block.startsWith("error[") && !block.startsWith("error[missing-explicit-type]")
  );
faults.forEach((fault) => console.error(fault));
if (faults.length > 0 || stdout.length + stderr.length === 0) Deno.exit(1);

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
