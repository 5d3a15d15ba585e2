import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { JsxOptions } from "./compile_types.ts";
import { mergedLock } from "./lock.ts";
import type { PermissionSet } from "./permissions.ts";

/** What a notebook's folder says of imports and JSX, with `irqscope` made known to it. */
export interface FolderConfig {
  readonly importMap: ImportMap;
  readonly jsx: JsxOptions;
  /** Text of a lock file; undefined where there is none to keep to. */
  readonly lock: string | undefined;
  /** Which of its permission sets is meant for notebooks; undefined where there is none. */
  readonly permissionSet: PermissionSet | undefined;
}

export interface ImportMap {
  readonly imports: Readonly<Record<string, string>>;
  readonly scopes: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

interface ConfigFile {
  readonly exports?: Readonly<Record<string, string>>;
  readonly imports?: Readonly<Record<string, string>>;
  readonly scopes?: ImportMap["scopes"];
  readonly importMap?: string;
  readonly compilerOptions?: JsxOptions;
  readonly permissions?: Readonly<Record<string, unknown>>;
}

/** The package this module belongs to. */
export const packageFolder = new URL("../../", import.meta.url);

/**
 * Reads the nearest `deno.json` at or above the folder. Names of the package hold inside the
 * package only, so a notebook's own `zod` stays its own.
 */
export async function folderConfig(folder: string): Promise<FolderConfig> {
  const [theirs, base] = await nearestConfig(folder);
  const [map, mapBase] = await importsOf(theirs, base);
  const [ours] = await readConfig(new URL("deno.json", packageFolder));
  return {
    importMap: {
      imports: {
        ...absolute(map.imports, mapBase),
        ...packageNames(ours),
      },
      scopes: {
        ...Object.fromEntries(
          Object.entries(map.scopes ?? {}).map(([scope, imports]) =>
            [address(scope, mapBase), absolute(imports, mapBase)] as const
          ),
        ),
        [packageFolder.href]: absolute(ours.imports, packageFolder),
      },
    },
    jsx: jsxOf(theirs.compilerOptions ?? {}),
    lock: await mergedLock({
      own: new URL("deno.lock", packageFolder),
      folders: new URL("deno.lock", base),
      imports: theirs.imports ?? {},
    }),
    permissionSet: sets.find((name) => theirs.permissions?.[name] !== undefined),
  };
}

/** `irqscope`, `irqscope/lesson` and whatever else the package opens to notebooks. */
function packageNames({ exports = {} }: ConfigFile): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(exports).map(([door, file]) =>
      [`irqscope${door.slice(1)}`, new URL(file, packageFolder).href] as const
    ),
  );
}

const sets: readonly PermissionSet[] = ["jupyter", "default"];

async function nearestConfig(folder: string): Promise<[ConfigFile, URL]> {
  for (let at = folder;; at = dirname(at)) {
    for (const name of ["deno.json", "deno.jsonc"]) {
      const file = pathToFileURL(join(at, name));
      const found = await readConfig(file).catch((error) => {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      });
      if (found) return found;
    }
    if (dirname(at) === at) return [{}, pathToFileURL(join(folder, "/"))];
  }
}

async function importsOf(config: ConfigFile, base: URL): Promise<[ConfigFile, URL]> {
  if (config.imports || !config.importMap) return [config, base];
  const url = new URL(config.importMap, base);
  return url.protocol === "file:" ? await readConfig(url) : [config, base];
}

async function readConfig(file: URL): Promise<[ConfigFile, URL]> {
  return [parseJsonc(await Deno.readTextFile(file)), file];
}

/** JSON with comments and trailing commas, as Deno takes it. */
function parseJsonc(text: string): ConfigFile {
  const plain = text
    .replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[^]*?\*\//g, (_, string = "") => string)
    .replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_, string = "") => string);
  return JSON.parse(plain);
}

function absolute(imports: Readonly<Record<string, string>> = {}, base: URL) {
  return Object.fromEntries(
    Object.entries(imports).map(([name, to]) => [address(name, base), address(to, base)]),
  );
}

/** Only what is written as relative is relative to the file; bare names and URLs stay. */
function address(text: string, base: URL): string {
  return /^\.{0,2}\//.test(text) ? new URL(text, base).href : text;
}

function jsxOf({ jsx, jsxImportSource, jsxFactory, jsxFragmentFactory }: JsxOptions): JsxOptions {
  const options = { jsx, jsxImportSource, jsxFactory, jsxFragmentFactory };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
