/** Registers the kernel with Jupyter, removes it, and finds the registered ones. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Audience,
  kernelsFolder,
  type Place,
  searchedFolders,
  thisPlace,
} from "./kernel_folders.ts";
import { entryPoint, isOurs, type Kernelspec, kernelspec, kernelspecSchema } from "./kernelspec.ts";
import { KernelspecError } from "./kernelspec_error.ts";
import { denoFile, lastingDeno } from "./lasting_deno.ts";

export interface Registration {
  readonly audience: Audience;
  readonly name?: string;
  readonly displayName?: string;
  /** Deno's permission options for the user's code; none: the kernel's default. */
  readonly permissions?: readonly string[];
  /** Other options of the kernel: `--types=off|warn|error`, `--history=off|PATH`. */
  readonly settings?: readonly string[];
}

export interface Registered {
  readonly name: string;
  readonly folder: string;
  readonly spec: Kernelspec;
}

export const defaultName = "irqscope";
const specFile = "kernel.json";
const logos = ["logo-32x32.png", "logo-64x64.png", "logo-svg.svg"];
/** The front, the user's process, and what notebooks import as irqscope. */
const entryPoints = [entryPoint, "lib/kernel/child/boot.ts", "mod.ts"];
const project = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Writes kernel.json, the logos and Deno into the kernel's folder. Registering again replaces what
 * was there. Throws RangeError for an invalid name or permission and KernelspecError where the folder
 * cannot be written or holds another kernel.
 */
export async function installKernel(
  {
    audience,
    name = defaultName,
    displayName = defaultDisplayName(name),
    permissions = [],
    settings = [],
  }: Registration,
  place: Place = thisPlace(),
): Promise<Registered> {
  const folder = join(kernelsFolder(audience, place), checkedName(name));
  await refuseForeign(folder, name);
  for (const permission of permissions) await checkPermission(permission);
  await loadModules();
  try {
    await Deno.mkdir(folder, { recursive: true });
    for (const logo of logos) await Deno.writeFile(join(folder, logo), readLogo(logo));
    const deno = await lastingDeno(folder);
    const env = lastingEnv(place);
    const options = [...permissions, ...settings];
    const spec = kernelspec({ deno, project, displayName, options, env });
    await writeWhole(join(folder, specFile), `${JSON.stringify(spec, null, 2)}\n`);
    return { name, folder, spec };
  } catch (error) {
    throw writingFailed(folder, error);
  }
}

/** A kernelspec that is not ours, or that cannot be told to be, is left to whoever wrote it. */
async function refuseForeign(folder: string, name: string): Promise<void> {
  const path = join(folder, specFile);
  if (!await exists(path) || await readRegistered(folder, name) !== undefined) return;
  throw new KernelspecError(
    `Cannot register "${name}": ${path} is no kernelspec of irqscope; ` +
      "choose another --name, or remove that folder first",
  );
}

/** Deno itself judges an empty program: what it refuses would keep every cell from starting. */
async function checkPermission(permission: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-config", permission, "data:text/javascript,"],
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return;
  throw new RangeError(
    `Cannot register a kernel with "${permission}": ${firstLine(stderr)}; ` +
      "write it as `deno run --help=full` shows",
  );
}

/** Fetches what the kernel imports, so that it starts at once and without a network. */
async function loadModules(): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", `--config=${join(project, "deno.json")}`, ...entryPoints],
    cwd: project,
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return;
  throw new KernelspecError(
    `Cannot load the kernel's modules: ${firstLine(stderr)}; check the network and try again`,
  );
}

/** What Deno said went wrong. */
function firstLine(stderr: Uint8Array): string {
  const [line = ""] = new TextDecoder().decode(stderr).trim().split("\n");
  return line.replace(/^error: /, "");
}

/** `TypeScript (irqscope)`; a kernel of another name shows that name, so two can be told apart. */
function defaultDisplayName(name: string): string {
  return `TypeScript (${name})`;
}

/** Source: jupyter_client 8.10 kernelspec.py _kernel_name_pat. */
function checkedName(name: string): string {
  if (/^[a-z0-9._-]+$/i.test(name) && !/^\.+$/.test(name)) return name;
  throw new RangeError(
    `Cannot name a kernel "${name}": Jupyter takes only letters, digits, ".", "_" and "-"; ` +
      "choose another --name",
  );
}

function readLogo(logo: string): Uint8Array {
  return Deno.readFileSync(new URL(`logos/${logo}`, import.meta.url));
}

/** Modules fetched into another DENO_DIR than the usual one are only found by naming it again. */
function lastingEnv({ env }: Place): Record<string, string> {
  const denoDir = env("DENO_DIR");
  return denoDir ? { DENO_DIR: denoDir } : {};
}

async function writeWhole(path: string, text: string): Promise<void> {
  const fresh = `${path}.${Deno.pid}.new`;
  await Deno.writeTextFile(fresh, text);
  await Deno.rename(fresh, path);
}

function writingFailed(folder: string, error: unknown): Error {
  if (error instanceof KernelspecError) return error;
  const found = error instanceof Error ? error.message : String(error);
  return new KernelspecError(
    `Cannot write the kernelspec into ${folder}: ${found}; ` +
      "choose a folder you may write by --prefix or JUPYTER_DATA_DIR",
    { cause: error },
  );
}

/**
 * Removes a registered kernel of ours, and its folder unless others keep files there; throws
 * KernelspecError where there is none.
 */
export async function uninstallKernel(
  { audience, name = defaultName }: { audience?: Audience; name?: string },
  place: Place = thisPlace(),
): Promise<Registered> {
  const registered = await findKernel(checkedName(name), audience, place);
  try {
    await removeOurs(registered.folder);
    return registered;
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new KernelspecError(
      `Cannot remove the kernelspec ${registered.folder}: ${found}; ` +
        "remove it as the user who may write there",
      { cause: error },
    );
  }
}

/** The kernelspec goes last: until then the kernel is still found, and can be removed again. */
async function removeOurs(folder: string): Promise<void> {
  for (const file of [...logos, denoFile, specFile]) await removeIfThere(join(folder, file));
  if ((await names(folder)).length === 0) await Deno.remove(folder);
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function findKernel(
  name: string,
  audience: Audience | undefined,
  place: Place,
): Promise<Registered> {
  const folders = foldersOf(audience, place);
  for (const folder of folders) {
    const registered = await readRegistered(join(folder, name), name);
    if (registered !== undefined) return registered;
  }
  throw new KernelspecError(
    `Cannot find a kernel "${name}" of irqscope: looked into ${folders.join(", ")}; ` +
      "name its place as install was given it, by --prefix DIR or --sys-prefix",
  );
}

function foldersOf(audience: Audience | undefined, place: Place): readonly string[] {
  return audience === undefined ? searchedFolders(place) : [kernelsFolder(audience, place)];
}

/**
 * The kernels of ours that Jupyter finds, in its order, or those of one audience. One name may
 * stand in several folders.
 */
export async function listKernels(
  audience?: Audience,
  place: Place = thisPlace(),
): Promise<readonly Registered[]> {
  const found: Registered[] = [];
  for (const folder of foldersOf(audience, place)) {
    for (const name of await names(folder)) {
      const registered = await readRegistered(join(folder, name), name);
      if (registered !== undefined) found.push(registered);
    }
  }
  return found;
}

async function names(folder: string): Promise<readonly string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
  } catch {
    return [];
  }
}

async function readRegistered(folder: string, name: string): Promise<Registered | undefined> {
  try {
    const json: unknown = JSON.parse(await Deno.readTextFile(join(folder, specFile)));
    const { success, data } = kernelspecSchema.safeParse(json);
    return success && isOurs(data) ? { name, folder, spec: data } : undefined;
  } catch {
    return undefined;
  }
}

/** What a registered kernel needs and no longer has; it must be registered again. */
export async function missingParts({ spec }: Registered): Promise<readonly string[]> {
  const main = spec.argv.find((word) => word.replaceAll("\\", "/").endsWith(entryPoint));
  const parts = [spec.argv[0], main].filter((path) => path !== undefined);
  const present = await Promise.all(parts.map(exists));
  return parts.filter((_, i) => !present[i]);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
