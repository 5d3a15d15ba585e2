import assert from "node:assert/strict";
import { parseJsonc } from "../../lib/kernel/jsonc.ts";
import { permissionFlags } from "../../lib/kernel/permissions.ts";
import { resultOf, running } from "./running.ts";

const options = { sanitizeOps: false, sanitizeResources: false };
const rights = { folder: "/n", packageFolder: "/p" };

Deno.test("without flags a cell reads and writes its folder and imports the package", () => {
  assert.deepEqual(permissionFlags(rights), [
    "--allow-read=/n,/p/mod.ts,/p/lib,/p/deno.json",
    "--allow-write=/n",
  ]);
});

Deno.test("what a kernelspec grants is merged, what it denies stays denied", () => {
  const flags = ["--allow-read=/data", "--allow-net", "--deny-net=evil.example"];
  assert.deepEqual(permissionFlags({ ...rights, flags }), [
    "--allow-read=/n,/p/mod.ts,/p/lib,/p/deno.json,/data",
    "--allow-write=/n",
    "--allow-net",
    "--deny-net=evil.example",
  ]);
});

Deno.test("an empty list grants nothing", () => {
  assert.deepEqual(permissionFlags({ ...rights, flags: ["--allow-net="] }).slice(2), [
    "--allow-net=",
  ]);
});

Deno.test.each([
  { denied: "--deny-read", states: "denied, granted" },
  { denied: "--deny-write", states: "granted, denied" },
])("$denied leaves nothing of the kind, not even below the folder", options, async (given) => {
  const { denied, states } = given;
  await using kernel = await running({ permissions: [denied], types: "off" });
  assert.equal(resultOf(await kernel.run(statesOf("read", "write"))), `"${states}"`);
});

Deno.test("a folder's set cannot give what the kernelspec denies", options, async () => {
  const set = { read: ["./"], write: ["./"], env: ["HOME"], sys: ["uid"] };
  await using kernel = await running({
    files: { "deno.json": JSON.stringify({ permissions: { jupyter: set } }) },
    permissions: ["--allow-all", "--deny-read", "--deny-env"],
    types: "off",
  });
  assert.equal(
    resultOf(await kernel.run(statesOf("read", "write", "env", "sys"))),
    '"denied, granted, denied, granted"',
  );
});

/** A cell that asks for each right where the tests' sets would grant it. */
function statesOf(...names: readonly string[]): string {
  const asked = names.map((name) => ({ name, path: "./x", variable: "HOME", kind: "uid" }));
  return `${JSON.stringify(asked)}.map((it) => Deno.permissions.querySync(it).state).join(", ")`;
}

Deno.test.each([
  { name: "a list", set: { read: ["./data"] }, mayRead: [true, false] },
  { name: "an allowing list", set: { read: { allow: ["data"] } }, mayRead: [true, false] },
  { name: "all reading", set: { read: true }, mayRead: [true, true] },
  { name: "everything", set: { all: true }, mayRead: [true, true] },
  { name: "no reading", set: { env: true }, mayRead: [false, false] },
])(
  "a folder's set of $name holds under --allow-all, and the package can be imported",
  options,
  async ({ set, mayRead }) => {
    const files = { "deno.json": JSON.stringify({ permissions: { jupyter: set } }) };
    await using kernel = await running({ files, permissions: ["--allow-all"], types: "off" });
    const read = (path: string) => `Deno.permissions.querySync({ name: "read", path: "${path}" })`;
    const asked = await kernel.run(
      `await import("irqscope"); [${read("./data/x")}, ${read("/etc")}].map((p) => p.state)`,
    );
    const states = mayRead.map((may) => may ? '"granted"' : '"prompt"').join(", ");
    assert.equal(resultOf(asked), `[ ${states} ]`);
  },
);

Deno.test.each([
  { text: '{\n  // why\n  "imports": { "a": "b",, }\n}', said: ":3:25: Expected double-quoted" },
  { text: '{ "imports": [1,,] }', said: ":1:17: Unexpected token ','; mend" },
  { text: "{\n 'a': 1 }", said: ":2:2: Expected property name" },
  { text: '{ "imports": {', said: ":1:15: Expected property name" },
  { text: '{ "a": tru }', said: ":1:11: Unexpected token ' '; mend" },
  { text: "[1]", said: ": it holds no object in braces" },
])("$text in deno.json is refused by file and line", ({ text, said }) => {
  assert.throws(
    () => parseJsonc(text, "/n/deno.json"),
    (error: Error) => error.message.startsWith(`Cannot read /n/deno.json${said}`),
  );
});

Deno.test("a permission set that Deno refuses is refused by file", options, async () => {
  const files = { "deno.json": '{ "permissions": { "jupyter": { "red": true } } }' };
  await assert.rejects(
    running({ files, permissions: ["--allow-all"] }),
    /Cannot start the user's process under .*deno\.json: [^]*unknown field `red`/,
  );
});

Deno.test(
  "the package can be imported, its checkout's other files cannot be read",
  options,
  async () => {
    await using kernel = await running();
    const imported = await kernel.run("const { boot } = await import('irqscope'); typeof boot");
    assert.equal(imported.outcome.kind, "ok");
    const root = new URL("../../", import.meta.url).pathname;
    for (const file of ["README.md", ".git/HEAD", "tests/requirements.txt"]) {
      const { outcome } = await kernel.run(`Deno.readTextFileSync(${JSON.stringify(root + file)})`);
      assert.equal(outcome.kind === "error" && outcome.ename, "NotCapable", file);
    }
  },
);
