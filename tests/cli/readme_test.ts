import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { columns, roof } from "../lint/rooms.ts";
import { readme, upToDate } from "./readme.ts";

const text = await Deno.readTextFile(readme);

Deno.test("the README lists the commands there are", async () => {
  const squeezed = (table: string) => table.replace(/ +/g, " ").replace(/-{3,}/g, "---");
  const fresh = await upToDate(text);
  assert.equal(squeezed(text), squeezed(fresh), "run tests/cli/readme.ts");
});

Deno.test.each([...columns.model, ...columns.kernel, ...roof].map((room) => ({ room })))(
  "the README's map shows $room",
  ({ room }) => assert.match(text, new RegExp(`\`${room}/\``)),
);

Deno.test("every file the README links to is there", () => {
  for (const [, path] of text.matchAll(/\]\(([^):]+)\)/g)) {
    assert.ok(Deno.statSync(new URL(path!, readme)).isFile, path);
  }
});

Deno.test("the README's two lines make a command that runs anywhere and is completed", async () => {
  const [, lines = ""] = text.match(/```sh\n(irqscope\(\) [^]*?)```/) ?? [];
  const here = lines.replace("npx -y deno@2.9.6", `"${Deno.execPath()}"`)
    .replace("/path/to/irqscope/", fileURLToPath(new URL("./", readme)));
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", `${here}\ncomplete -p irqscope\nirqscope fit --cpus 2`],
    cwd: "/",
  }).output();
  assert.match(
    new TextDecoder().decode(stdout),
    /^complete -F _irqscope irqscope\n2 CPUs .*\nworks on any platform\n$/,
    new TextDecoder().decode(stderr),
  );
});
