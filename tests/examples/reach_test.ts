import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

Deno.test("the stored picture is the one the example draws today", async () => {
  const example = new URL("../../examples/", import.meta.url);
  const folder = await Deno.makeTempDir({ prefix: "irqscope-" });
  await Deno.symlink(new URL("../notebooks", example), `${folder}/notebooks`);
  await Deno.mkdir(`${folder}/examples`);
  await Deno.copyFile(new URL("reach.ts", example), `${folder}/examples/reach.ts`);
  const config = fileURLToPath(new URL("../deno.json", example));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", `--config=${config}`, `${folder}/examples/reach.ts`],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const drawn = await Deno.readTextFile(`${folder}/examples/reach.svg`);
  const stored = await Deno.readTextFile(new URL("reach.svg", example));
  assert.ok(drawn === stored, "run `deno run -RW examples/reach.ts` and look at the new picture");
  await Deno.remove(folder, { recursive: true });
});
