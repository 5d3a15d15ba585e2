import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { LoweringOptions } from "./compile_types.ts";
import { parseJsonc } from "./jsonc.ts";
import { mergedLock } from "./lock.ts";
import type { PermissionSet } from "./permissions.ts";
import { textIfThere } from "./text_if_there.ts";

/** What a notebook's folder says of imports and JSX, with `irqscope` made known to it. */
export interface FolderConfig {
  /** Path of the file that says it; undefined where there is none. */
  readonly file: string | undefined;
  readonly importMap: ImportMap;
  readonly lowering: LoweringOptions;
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
  readonly compilerOptions?: LoweringOptions;
  readonly permissions?: Readonly<Record<string, unknown>>;
}

/** A right in a permission set: all of it, what it lists, or more said of it. */
type Allowed = boolean | readonly string[];
type Right = Allowed | { readonly allow?: Allowed };

/** The package this module belongs to. */
export const packageFolder = new URL("../../", import.meta.url);

/**
 * Reads the nearest `deno.json` at or above the folder. Names of the package hold inside the
 * package only, so a notebook's own `zod` stays its own.
 */
export function folderConfig(folder: string): FolderConfig {
  const [theirs, base, file] = nearestConfig(folder);
  const [map, mapBase] = importsOf(theirs, base);
  const [ours] = readConfig(new URL("deno.json", packageFolder));
  return {
    file,
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
    lowering: loweringOf(theirs.compilerOptions ?? {}),
    lock: mergedLock({
      own: new URL("deno.lock", packageFolder),
      folders: new URL("deno.lock", base),
      imports: strings(theirs.imports),
    }),
    permissionSet: permissionSet(theirs.permissions ?? {}, dirname(fileURLToPath(base))),
  };
}

function permissionSet(
  permissions: NonNullable<ConfigFile["permissions"]>,
  folder: string,
): PermissionSet | undefined {
  const name = setNames.find((name) => permissions[name] !== undefined);
  if (!name) return undefined;
  const { all, read = all } = Object(permissions[name]) as { all?: boolean; read?: Right };
  const allowed = (Array.isArray(read) ? read : Object(read).allow ?? read) as Allowed | undefined;
  const paths = Array.isArray(allowed) ? allowed.map((path) => resolve(folder, path)) : [];
  return { name, reads: allowed === true ? "all" : paths };
}

/** `irqscope`, `irqscope/lesson` and whatever else the package opens to notebooks. */
function packageNames({ exports = {} }: ConfigFile): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(exports).map(([door, file]) =>
      [`irqscope${door.slice(1)}`, new URL(file, packageFolder).href] as const
    ),
  );
}

const setNames = ["jupyter", "default"] as const;

function nearestConfig(folder: string): [ConfigFile, URL, string?] {
  for (let at = folder;; at = dirname(at)) {
    for (const name of ["deno.json", "deno.jsonc"]) {
      const file = pathToFileURL(join(at, name));
      const text = textIfThere(file);
      if (text !== undefined) return [parseConfig(text, file), file, fileURLToPath(file)];
    }
    if (dirname(at) === at) return [{}, pathToFileURL(join(folder, "/"))];
  }
}

function importsOf(config: ConfigFile, base: URL): [ConfigFile, URL] {
  if (config.imports || !config.importMap) return [config, base];
  const url = new URL(config.importMap, base);
  return url.protocol === "file:" ? readConfig(url) : [config, base];
}

function readConfig(file: URL): [ConfigFile, URL] {
  return [parseConfig(Deno.readTextFileSync(file), file), file];
}

function parseConfig(text: string, file: URL): ConfigFile {
  return parseJsonc(text, fileURLToPath(file));
}

/** An entry that is no text maps nothing, as Deno has it. */
function strings(map: object = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map).filter(([, to]) => typeof to === "string"));
}

function absolute(imports: Readonly<Record<string, string>> | undefined, base: URL) {
  return Object.fromEntries(
    Object.entries(strings(imports)).map(([name, to]) => [address(name, base), address(to, base)]),
  );
}

/** Only what is written as relative is relative to the file; bare names and URLs stay. */
function address(text: string, base: URL): string {
  return /^\.{0,2}\//.test(text) ? new URL(text, base).href : text;
}

const loweringOptions = [
  "experimentalDecorators",
  "jsx",
  "jsxImportSource",
  "jsxFactory",
  "jsxFragmentFactory",
] as const;

function loweringOf(options: LoweringOptions): LoweringOptions {
  const given = loweringOptions.map((name) => [name, options[name]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}
