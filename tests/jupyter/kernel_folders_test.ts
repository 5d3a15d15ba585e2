import assert from "node:assert/strict";
import { kernelsFolder, type Place, searchedFolders } from "../../lib/jupyter/kernel_folders.ts";

function place(os: Place["os"], env: Record<string, string> = {}): Place {
  return { os, home: "/home/ada", env: (name) => env[name] };
}

Deno.test.each(
  [
    { os: "linux", env: {}, folder: "/home/ada/.local/share/jupyter/kernels" },
    { os: "linux", env: { XDG_DATA_HOME: "/xdg" }, folder: "/xdg/jupyter/kernels" },
    { os: "linux", env: { JUPYTER_DATA_DIR: "/d", XDG_DATA_HOME: "/x" }, folder: "/d/kernels" },
    { os: "darwin", env: {}, folder: "/home/ada/Library/Jupyter/kernels" },
    {
      os: "darwin",
      env: { JUPYTER_PLATFORM_DIRS: "1" },
      folder: "/home/ada/Library/Application Support/Jupyter/kernels",
    },
    { os: "windows", env: { APPDATA: "/roaming" }, folder: "/roaming/jupyter/kernels" },
    { os: "windows", env: {}, folder: "/home/ada/.jupyter/data/kernels" },
    {
      os: "windows",
      env: { JUPYTER_PLATFORM_DIRS: "1", LOCALAPPDATA: "/local" },
      folder: "/local/Jupyter/kernels",
    },
  ] as const,
)("a user's kernels on $os with $env lie in $folder", ({ os, env, folder }) => {
  assert.equal(kernelsFolder({ kind: "user" }, place(os, env)), folder);
});

Deno.test.each([
  { env: { VIRTUAL_ENV: "/venv", CONDA_PREFIX: "/conda" }, folder: "/venv/share/jupyter/kernels" },
  { env: { CONDA_PREFIX: "/conda" }, folder: "/conda/share/jupyter/kernels" },
])("the environment $env holds its kernels in $folder", ({ env, folder }) => {
  assert.equal(kernelsFolder({ kind: "sysPrefix" }, place("linux", env)), folder);
});

Deno.test("without an active environment --sys-prefix names what mends it", () => {
  assert.throws(
    () => kernelsFolder({ kind: "sysPrefix" }, place("linux")),
    /neither VIRTUAL_ENV nor CONDA_PREFIX is set; activate one or name its folder by --prefix/,
  );
});

Deno.test("JUPYTER_PATH is searched first, each folder once", () => {
  const env = { JUPYTER_PATH: "/a:/usr/share/jupyter", VIRTUAL_ENV: "/venv" };
  assert.deepEqual(searchedFolders(place("linux", env)), [
    "/a/kernels",
    "/usr/share/jupyter/kernels",
    "/venv/share/jupyter/kernels",
    "/home/ada/.local/share/jupyter/kernels",
    "/usr/local/share/jupyter/kernels",
  ]);
});
