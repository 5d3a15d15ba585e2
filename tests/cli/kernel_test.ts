import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { permissionOptions, permissionsOf } from "../../lib/cli/kernel/permissions.ts";
import { kebab } from "../../lib/cli/option.ts";
import { readOptions } from "../../lib/kernel/options.ts";
import { permissionKinds } from "../../lib/kernel/permissions.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

async function kernel(args: readonly string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "lib/cli/kernel.ts", ...args],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("install says what it wrote, list shows it, uninstall removes it", async () => {
  const data = await Deno.makeTempDir({ prefix: "irqscope-" });
  const env = { JUPYTER_DATA_DIR: data };
  const folder = `${data}/kernels/mine`;
  const installed = await kernel([
    "install",
    "--name",
    "mine",
    "--allow-net=a.example",
    "--types=off",
  ], env);
  assert.equal(installed.code, 0, installed.err);
  assert.match(installed.out, /^Registered "mine" in .*kernels\/mine, with its own Deno\n$/);
  const [{ argv, ...row }] = JSON.parse((await kernel(["list", "--user", "--json"], env)).out);
  assert.deepEqual([row.name, row.folder], ["mine", folder]);
  assert.deepEqual(argv.slice(-3, -1), ["--allow-net=a.example", "--types=off"]);
  assert.equal((await kernel(["uninstall", "--name", "mine"], env)).code, 0);
  assert.equal((await kernel(["uninstall", "--name", "mine"], env)).code, 3);
  await Deno.remove(data, { recursive: true });
});

Deno.test.each([
  { args: ["install", "--user", "--prefix", "a"], code: 2, says: /^Cannot serve two audiences/ },
  {
    args: ["install", "--allow-all", "--allow-net"],
    code: 2,
    says: /^Cannot restrict --allow-net/,
  },
  { args: ["install", "--allow-net=a b"], code: 2, says: /^Cannot register .*"--allow-net=a b"/ },
  { args: ["install", "--name", "a b"], code: 2, says: /^Cannot name a kernel "a b"/ },
  { args: ["install", "--prefix", "/dev/null/x"], code: 3, says: /^Cannot write the kernelspec/ },
  { args: ["instal"], code: 2, says: /did you mean "install"\?/ },
])("kernel $args ends with $code in one line", async ({ args, code, says }) => {
  const ending = await kernel(args, {});
  assert.equal(ending.code, code);
  assert.match(ending.err, says);
  assert.equal(ending.err.trimEnd().includes("\n"), false);
});

type Permissions = Parameters<typeof permissionsOf>[0];

function permissionsWith(given: Partial<Permissions>): readonly string[] {
  const none = Object.fromEntries(Object.keys(permissionOptions).map((key) => [key, undefined]));
  return permissionsOf({ ...none, allowAll: false, ...given } as Permissions);
}

Deno.test("permissions are passed on to Deno as they were given", () => {
  assert.deepEqual(
    permissionsWith({ allowRead: "/a,/b", denyNet: "a.example", allowNet: true }),
    ["--allow-read=/a,/b", "--allow-net", "--deny-net=a.example"],
  );
  assert.deepEqual(
    permissionsWith({ allowAll: true, denyRun: true }),
    ["--allow-all", "--deny-run"],
  );
});

Deno.test("install takes every permission of the kernel and of Deno", async () => {
  const flags = Object.keys(permissionOptions).map((key) => `--${kebab(key)}`);
  assert.deepEqual(readOptions([...flags, "connection.json"]).permissions, flags);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--help=full"],
    env: { NO_COLOR: "1" },
  }).output();
  const listed = new TextDecoder().decode(stdout).matchAll(/--deny-([a-z]+)\[/g);
  assert.deepEqual([...listed].map(([, kind]) => kind), [...permissionKinds]);
});
