import assert from "node:assert/strict";
import { join } from "node:path";
import {
  installKernel,
  listKernels,
  missingParts,
  uninstallKernel,
} from "../../lib/jupyter/kernel_install.ts";
import type { Place } from "../../lib/jupyter/kernel_folders.ts";
import { kernelspec, kernelspecSchema } from "../../lib/jupyter/kernelspec.ts";
import { drawLogo, logoUrl, sizes } from "../../lib/jupyter/logos/draw.ts";

const user = { kind: "user" } as const;

/** A place of its own for each test, removed afterwards. */
async function inPlace(
  test: (place: Place, data: string) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  const data = await Deno.makeTempDir({ prefix: "irqscope-" });
  const known: Record<string, string> = { JUPYTER_DATA_DIR: data, ...env };
  try {
    await test({ os: "linux", home: data, env: (name) => known[name] }, data);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

Deno.test("a registered kernel starts a Deno of its own, which is the running version", () =>
  inPlace(async (place, data) => {
    const { folder, spec } = await installKernel({ audience: user }, place);
    assert.equal(folder, join(data, "kernels", "irqscope"));
    const deno = spec.argv[0]!;
    assert.equal(deno, join(folder, "deno"));
    assert.notEqual(await Deno.realPath(deno), await Deno.realPath(Deno.execPath()));
    const { stdout } = await new Deno.Command(deno, { args: ["--version"] }).output();
    assert.match(new TextDecoder().decode(stdout), new RegExp(`^deno ${Deno.version.deno} `));
  }));

Deno.test("kernel.json on disk is the kernelspec, message-mode interrupts and TypeScript", () =>
  inPlace(async (place) => {
    const { folder, spec } = await installKernel({ audience: user }, place);
    const read: unknown = JSON.parse(await Deno.readTextFile(join(folder, "kernel.json")));
    assert.deepEqual(kernelspecSchema.parse(read), spec);
    assert.equal(spec.interrupt_mode, "message");
    assert.equal(spec.language, "typescript");
    assert.equal(spec.argv.at(-1), "{connection_file}");
  }));

Deno.test("registering twice leaves one kernel, the later one", () =>
  inPlace(async (place) => {
    await installKernel({ audience: user, displayName: "first" }, place);
    await installKernel({ audience: user, displayName: "second" }, place);
    const kernels = await listKernels(user, place);
    assert.deepEqual(kernels.map(({ spec }) => spec.display_name), ["second"]);
    assert.deepEqual(await filesIn(kernels[0]!.folder), [
      "deno",
      "kernel.json",
      "logo-32x32.png",
      "logo-64x64.png",
      "logo-svg.svg",
    ]);
  }));

Deno.test("options stand between the entry point and the connection file", () => {
  const { argv } = kernelspec({
    deno: "/deno",
    project: "/p",
    displayName: "x",
    options: ["--allow-net=a", "--types=off"],
    env: {},
  });
  assert.deepEqual(argv.slice(-4), [
    "/p/lib/kernel/main.ts",
    "--allow-net=a",
    "--types=off",
    "{connection_file}",
  ]);
});

Deno.test("a DENO_DIR of the user's is handed on to the kernel", () =>
  inPlace(async (place) => {
    const { spec } = await installKernel({ audience: user }, place);
    assert.deepEqual(spec.env, { DENO_DIR: "/modules" });
  }, { DENO_DIR: "/modules" }));

Deno.test.each([{ name: "a b" }, { name: "../x" }, { name: "" }, { name: ".." }, { name: "ü" }])(
  'no kernel is named "$name"',
  ({ name }) =>
    inPlace(async (place, data) => {
      await assert.rejects(
        installKernel({ audience: user, name }, place),
        /^RangeError: Cannot name/,
      );
      assert.deepEqual(await Array.fromAsync(Deno.readDir(data)), []);
    }),
);

Deno.test.each([
  { permission: "--allow-net=exa mple", says: "invalid host 'exa mple': invalid char" },
  { permission: "--deny-env=A=B", says: "invalid env var name: 'A=B'; write" },
  { permission: "--allow-sys=foo", says: "unknown sys descriptor: 'foo'; write" },
  { permission: "--allow-read=", says: "Empty path is not allowed; write" },
])(
  "$permission, which Deno refuses, is not registered",
  ({ permission, says }) =>
    inPlace(async (place, data) => {
      await assert.rejects(
        installKernel({ audience: user, permissions: ["--allow-net", permission] }, place),
        ({ name, message }: Error) =>
          name === "RangeError" &&
          message.startsWith(`Cannot register a kernel with "${permission}": ${says}`),
      );
      assert.deepEqual(await filesIn(data), []);
    }),
);

Deno.test("a folder that cannot be written is named in one line", () =>
  inPlace(async (place, data) => {
    const prefix = join(data, "file");
    await Deno.writeTextFile(prefix, "");
    await assert.rejects(
      installKernel({ audience: { kind: "prefix", prefix } }, place),
      /^KernelspecError: Cannot write the kernelspec into .*file.*; choose a folder[^\n]*$/,
    );
  }));

Deno.test("uninstalling removes the folder, once", () =>
  inPlace(async (place) => {
    const { folder } = await installKernel({ audience: user, name: "mine" }, place);
    assert.equal((await uninstallKernel({ name: "mine" }, place)).folder, folder);
    await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
    await assert.rejects(uninstallKernel({ name: "mine" }, place), /^KernelspecError: Cannot find/);
  }));

Deno.test("uninstalling leaves what others put into the folder", () =>
  inPlace(async (place) => {
    const { folder } = await installKernel({ audience: user, name: "mine" }, place);
    await Deno.writeTextFile(join(folder, "kernel.js"), "");
    await uninstallKernel({ name: "mine" }, place);
    assert.deepEqual(await filesIn(folder), ["kernel.js"]);
    await installKernel({ audience: user, name: "mine" }, place);
  }));

const foreign = [
  { name: "another kernel's", text: '{"argv":["python"],"display_name":"P","language":"python"}' },
  { name: "an unreadable", text: "{" },
];

Deno.test.each(foreign)(
  "$name kernelspec is never listed, replaced or removed",
  ({ text }) =>
    inPlace(async (place, data) => {
      const folder = join(data, "kernels", "python3");
      await Deno.mkdir(folder, { recursive: true });
      await Deno.writeTextFile(join(folder, "kernel.json"), text);
      assert.deepEqual(await listKernels(user, place), []);
      await assert.rejects(
        installKernel({ audience: user, name: "python3" }, place),
        /^KernelspecError: Cannot register "python3": .*kernel\.json is .*choose another --name/,
      );
      await assert.rejects(uninstallKernel({ name: "python3" }, place), /^KernelspecError/);
      assert.deepEqual(await filesIn(folder), ["kernel.json"]);
      assert.equal(await Deno.readTextFile(join(folder, "kernel.json")), text);
    }),
);

Deno.test("a kernel whose Deno went away is told from one that is ready", () =>
  inPlace(async (place) => {
    const registered = await installKernel({ audience: user }, place);
    const deno = registered.spec.argv[0]!;
    assert.equal((await missingParts(registered)).includes(deno), false);
    await Deno.remove(deno);
    assert.ok((await missingParts(registered)).includes(deno));
  }));

Deno.test.each(sizes.map((size) => ({ size })))(
  "the $size-pixel logo is the SVG rasterised",
  ({ size }) => assert.deepEqual(drawLogo(size), Deno.readFileSync(logoUrl(size))),
);

const jupyter = new URL("../../.venv/bin/jupyter", import.meta.url).pathname;

Deno.test("jupyter kernelspec list finds the registered kernel", async (t) => {
  if (!await Deno.stat(jupyter).then(() => true, () => false)) {
    console.log(`skipped: ${t.name}: needs Python's jupyter in .venv (deno task test makes it)`);
    return;
  }
  await inPlace(async (place, data) => {
    await installKernel({ audience: user, name: "irqscope-listed" }, place);
    const { stdout } = await new Deno.Command(jupyter, {
      args: ["kernelspec", "list", "--json"],
      env: { JUPYTER_DATA_DIR: data },
    }).output();
    const { kernelspecs } = JSON.parse(new TextDecoder().decode(stdout));
    assert.equal(kernelspecs["irqscope-listed"].spec.interrupt_mode, "message");
  });
});
