import assert from "node:assert/strict";
import { parseJsonc } from "../../lib/kernel/jsonc.ts";
import { impliedHosts } from "../../lib/kernel/import_hosts.ts";
import { permissionFlags } from "../../lib/kernel/permissions.ts";
import { resultOf, running, tracebackOf } from "./running.ts";

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

Deno.test("the hosts that Deno lets modules come from are those it tells of", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", "--help=full"] })
    .output();
  const [, told] = new TextDecoder().decode(stdout).match(/Default value: (deno\.land\S+)/)!;
  assert.deepEqual(impliedHosts, told!.split(","));
});

Deno.test.each([
  { flags: ["--deny-import"], given: ["--allow-import", "--deny-import"] },
  {
    flags: ["--deny-import=Deno.land,*.esm.sh,jsr.io:80,10.0.0.0/8"],
    given: [
      "--deny-import=Deno.land,*.esm.sh,jsr.io:80,10.0.0.0/8,deno.land:443,esm.sh:443,raw.esm.sh:443",
    ],
  },
  { flags: ["--deny-import=deno.land:443"], given: ["--deny-import=deno.land:443"] },
  {
    flags: ["--allow-import=esm.sh:443", "--deny-import=esm.sh"],
    given: ["--allow-import=esm.sh:443", "--deny-import=esm.sh"],
  },
  {
    flags: ["--allow-import=esm.sh", "--deny-import"],
    given: ["--allow-import=esm.sh", "--deny-import"],
  },
])("$flags reaches the hosts that Deno implies, and no list of one's own", ({ flags, given }) => {
  assert.deepEqual(permissionFlags({ ...rights, flags }).slice(2), given);
});

const fromWeb = [
  'await import("https://deno.land/x/a.ts")',
  'import { a } from "https://esm.sh/a"; a',
  'await import("jsr:@std/path")',
  'import { a } from "./of_web.ts"; a',
];
const notFromWeb = [
  'import { z } from "npm:zod@4.6.7"; typeof z',
  'import { sep } from "node:path"; typeof sep',
  'import { local } from "./local.ts"; typeof local',
  'import { boot } from "irqscope"; typeof boot',
];
const files = {
  "local.ts": "export const local = 1",
  "of_web.ts": 'export { a } from "https://deno.land/x/a.ts"',
};
const readingSet = JSON.stringify({ permissions: { jupyter: { read: true } } });

Deno.test.each([
  { name: "--deny-import", permissions: ["--deny-import"], files },
  { name: "a list", permissions: ["--deny-import=deno.land,*.esm.sh,jsr.io"], files },
  { name: "--allow-all --deny-import", permissions: ["--allow-all", "--deny-import"], files },
  {
    name: "a list beside a folder's set",
    permissions: ["--allow-all", "--deny-import=deno.land,esm.sh,jsr.io"],
    files: { ...files, "deno.json": readingSet },
  },
])("$name denies modules of web hosts and no others", options, async ({ permissions, files }) => {
  await using kernel = await running({ files, permissions, types: "off" });
  for (const code of fromWeb) {
    const traceback = tracebackOf(await kernel.run(code));
    assert.match(traceback, /^TypeError: .*Requires import access to "[a-z.]+:443"/, code);
    assert.match(traceback, /kernel install --allow-import/, code);
  }
  for (const code of notFromWeb) {
    const ran = await kernel.run(code);
    assert.equal(ran.outcome.kind, "ok", tracebackOf(ran));
  }
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
