/**
 * Where Jupyter looks for kernelspecs. Source: jupyter_core 5.9 paths.py jupyter_data_dir and
 * jupyter_path; jupyter_client 8.10 kernelspec.py _get_destination_dir.
 */
import { delimiter, join, resolve } from "node:path";
import { KernelspecError } from "./kernelspec_error.ts";

/** What the folders depend on. */
export interface Place {
  readonly os: "linux" | "darwin" | "windows";
  readonly home: string;
  env(name: string): string | undefined;
}

/** Whom a kernel is registered for. */
export type Audience =
  | { readonly kind: "user" }
  | { readonly kind: "prefix"; readonly prefix: string }
  /** The active virtual or conda environment. */
  | { readonly kind: "sysPrefix" };

/** The folder that holds one folder per kernel. */
export function kernelsFolder(audience: Audience, place: Place): string {
  if (audience.kind === "user") return join(userDataFolder(place), "kernels");
  const prefix = audience.kind === "prefix" ? audience.prefix : activeEnvironment(place);
  if (prefix !== undefined) return join(resolve(prefix), "share", "jupyter", "kernels");
  throw new KernelspecError(
    "Cannot find the environment --sys-prefix means: neither VIRTUAL_ENV nor CONDA_PREFIX is set; " +
      "activate one or name its folder by --prefix",
  );
}

/** Every folder Jupyter searches, the first one winning. */
export function searchedFolders(place: Place): readonly string[] {
  const environment = activeEnvironment(place);
  const folders = [
    ...(place.env("JUPYTER_PATH")?.split(delimiter).filter(Boolean) ?? []),
    ...(environment === undefined ? [] : [join(environment, "share", "jupyter")]),
    userDataFolder(place),
    ...systemFolders(place),
  ];
  return [...new Set(folders)].map((folder) => join(folder, "kernels"));
}

function userDataFolder(place: Place): string {
  return place.env("JUPYTER_DATA_DIR") || platformFolder(place);
}

function platformFolder({ os, home, env }: Place): string {
  const platformDirs = /^(1|true|yes|on)$/i.test(env("JUPYTER_PLATFORM_DIRS") ?? "");
  if (os === "linux") return join(env("XDG_DATA_HOME") || join(home, ".local", "share"), "jupyter");
  if (os === "darwin") {
    return join(home, "Library", ...(platformDirs ? ["Application Support"] : []), "Jupyter");
  }
  if (platformDirs) return join(env("LOCALAPPDATA") || join(home, "AppData", "Local"), "Jupyter");
  const appData = env("APPDATA");
  return appData ? join(appData, "jupyter") : join(home, ".jupyter", "data");
}

function activeEnvironment({ env }: Place): string | undefined {
  return env("VIRTUAL_ENV") || env("CONDA_PREFIX") || undefined;
}

function systemFolders({ os }: Place): readonly string[] {
  return os === "windows" ? [] : ["/usr/local/share/jupyter", "/usr/share/jupyter"];
}

/** The place this process runs in. */
export function thisPlace(): Place {
  const { os } = Deno.build;
  const env = (name: string) => Deno.env.get(name);
  const home = env("HOME") || env("USERPROFILE") || Deno.cwd();
  return { os: os === "darwin" || os === "windows" ? os : "linux", home, env };
}
