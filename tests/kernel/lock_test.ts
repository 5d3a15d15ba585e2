import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { mergedLock } from "../../lib/kernel/lock.ts";
import { pause, resultOf, running } from "./running.ts";

async function merged(files: Record<string, unknown>, imports: Record<string, string> = {}) {
  const folder = await Deno.makeTempDir();
  for (const [name, lock] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, JSON.stringify(lock));
  }
  const at = (name: string) => new URL(name, pathToFileURL(`${folder}/`));
  const lock = mergedLock({ own: at("own"), folders: at("folders"), imports });
  await Deno.remove(folder, { recursive: true });
  return lock === undefined ? undefined : JSON.parse(lock);
}

const own = {
  version: "5",
  specifiers: { "npm:a@1": "1.0.0", "npm:b@1": "1.0.0" },
  npm: { "a@1.0.0": { integrity: "own" } },
  workspace: { dependencies: ["npm:a@1"] },
};

Deno.test("a folder's entries win over the package's, and its workspace is the only one", async () => {
  const folders = {
    version: "5",
    specifiers: { "npm:a@1": "1.2.0" },
    remote: { "https://x": "h" },
    workspace: { dependencies: ["npm:a@1"] },
  };
  assert.deepEqual(await merged({ own, folders }), {
    version: "5",
    specifiers: { "npm:a@1": "1.2.0", "npm:b@1": "1.0.0" },
    npm: own.npm,
    remote: folders.remote,
    workspace: folders.workspace,
  });
});

Deno.test("without a folder's lock its configuration tells the workspace", async () => {
  const imports = {
    z: "npm:zod@4",
    "p/": "npm:/preact@10/",
    s: "jsr:@std/path@1/join",
    l: "./l.ts",
  };
  const { workspace } = await merged({ own }, imports);
  const dependencies = ["jsr:@std/path@1", "npm:preact@10", "npm:zod@4"];
  assert.deepEqual(workspace, { dependencies });
});

Deno.test("no lock stays no lock, and one of another format stands alone", async () => {
  assert.equal(await merged({}), undefined);
  const folders = { version: "4", npm: {} };
  assert.deepEqual(await merged({ own, folders }), folders);
});

Deno.test("cells import new packages without touching the folder's lock file", async () => {
  const lock = '{"version":"5"}';
  const files = { "deno.json": "{}", "deno.lock": lock };
  const kernel = await running({ files, permissions: ["--allow-all"] });
  const code = "import * as zod from 'npm:zod@4.6.7'; typeof zod.z";
  assert.equal(resultOf(await kernel.run(code)), '"object"');
  const copy = JSON.parse(String(resultOf(await kernel.run(copies))));
  assert.equal(await Deno.readTextFile(`${kernel.folder}/deno.lock`), lock);
  await kernel[Symbol.asyncDispose]();
  for (let i = 0; await exists(copy) && i < 100; i++) await pause(20);
  assert.equal(await exists(copy), false);
});

/** Tells the path of the lock this process was started with. */
const copies = `Deno.readTextFileSync("/proc/self/cmdline").match(/--lock=([^\\0]+)/)[1]`;

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
