import assert from "node:assert/strict";
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
