/** Everything JupyterLab writes stays inside the project's folder. */
import { join } from "node:path";
import { venv } from "./python_env.ts";
import { projectRoot } from "./world.ts";

const state = join(projectRoot, ".cache", "jupyter");

/** Where the server leaves a file with its address. */
export const runtimeFolder: string = join(state, "runtime");

/**
 * Environment variables that move every folder of Jupyter's and pip's into the project. Source:
 * jupyter_core 5.9 paths.py; IPython 9 paths.py get_ipython_dir; pip 25 user guide, configuration.
 */
export const labEnvironment: Readonly<Record<string, string>> = {
  JUPYTER_CONFIG_DIR: join(state, "config"),
  JUPYTER_DATA_DIR: join(state, "data"),
  JUPYTER_RUNTIME_DIR: runtimeFolder,
  JUPYTERLAB_SETTINGS_DIR: join(state, "settings"),
  JUPYTERLAB_WORKSPACES_DIR: join(state, "workspaces"),
  IPYTHONDIR: join(state, "ipython"),
  PIP_CACHE_DIR: join(projectRoot, ".cache", "pip"),
  // jupyter-lsp asks npm for its folder, and npm keeps a log of that.
  NPM_CONFIG_CACHE: join(projectRoot, ".cache", "npm"),
  // The kernel's history of cells.
  XDG_STATE_HOME: join(projectRoot, ".cache", "state"),
};

/** Defaults for the whole lab: it asks nobody elsewhere for news and updates. */
const overrides = {
  "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
};

/** Writes the lab's default settings into `.venv`. */
export async function writeLabDefaults(): Promise<void> {
  const folder = join(venv, "share", "jupyter", "lab", "settings");
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "overrides.json"), JSON.stringify(overrides, null, 2));
}
