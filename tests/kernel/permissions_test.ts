import assert from "node:assert/strict";
import { permissionFlags } from "../../lib/kernel/permissions.ts";
import { running } from "./running.ts";

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

Deno.test(
  "the package can be imported, its checkout's other files cannot be read",
  { sanitizeOps: false, sanitizeResources: false },
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
