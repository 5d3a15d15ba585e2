/** The rights of the user's process, as flags of `deno run`. */
import { join } from "node:path";
import { withImplied } from "./import_hosts.ts";

export interface Rights {
  /** The notebook's folder: readable and writable. */
  readonly folder: string;
  /** The package's own folder: what cells import of it is readable, not what else lies there. */
  readonly packageFolder: string;
  /** `--allow-…` and `--deny-…` flags beyond that, as the kernelspec names them. */
  readonly flags?: readonly string[];
  /** The set of the folder's `deno.json` that is meant for notebooks, if it has one. */
  readonly set?: PermissionSet | undefined;
}

/**
 * A set under `permissions` in `deno.json`: `jupyter` where there is one, else `default`.
 * Source: github.com/denoland/deno pull request 35587; Deno 2.9 `--permission-set`.
 */
export interface PermissionSet {
  readonly name: "jupyter" | "default";
  /** The paths it allows to read, which a flag of ours would else take the place of. */
  readonly reads: "all" | readonly string[];
}

/**
 * Flags that name each right once, with what is given merged into what every notebook has. What is
 * denied stays denied, also under `--allow-all`; of two lists the more specific path wins, as Deno
 * has it.
 */
export function permissionFlags(rights: Rights): readonly string[] {
  const merged = new Map<string, (string | undefined)[]>();
  for (const flag of [...granted(rights), ...denials(rights)]) {
    const [name, value] = split(flag);
    merged.set(name, [...merged.get(name) ?? [], value]);
  }
  return [...merged].map(([name, values]) =>
    values.includes(undefined) ? name : `${name}=${[...new Set(values)].join(",")}`
  );
}

/**
 * A folder's own set narrows a kernel that may do everything; it can never widen another. To Deno a
 * list wins over a denial of the whole kind, so beside one no list of ours, of the set or of Deno
 * itself may stand.
 */
function granted({ folder, packageFolder, flags = [], set }: Rights): readonly string[] {
  const denied = flags.filter(isWholeDenial).map((flag) => flag.slice(denial.length));
  const lists = (kind: "read" | "write", ...paths: readonly string[]) =>
    denied.includes(kind) ? [] : [allow(kind, ...paths)];
  const parts = packageParts.map((part) => join(packageFolder, part));
  if (flags.some((flag) => flag === "--allow-all" || flag === "-A")) {
    if (!set) return ["--allow-all"];
    const reads = set.reads === "all" ? [] : lists("read", ...set.reads, ...parts);
    return [`--permission-set=${set.name}`, ...reads, ...denied.map(overruling)];
  }
  return [
    ...lists("read", folder, ...parts),
    ...lists("write", folder),
    ...denied.includes("import") && !namesImports(flags) ? [overruling("import")] : [],
    ...flags.filter((flag) => !isDenial(flag)),
  ];
}

/** Denied hosts are denied also where Deno implies them, unless the kernelspec names its own. */
function denials({ flags = [] }: Rights): readonly string[] {
  const denied = flags.filter(isDenial);
  if (namesImports(flags)) return denied;
  return denied.map((flag) => {
    const [name, hosts] = split(flag);
    return name === "--deny-import" && hosts ? `${name}=${withImplied(hosts)}` : flag;
  });
}

function namesImports(flags: readonly string[]): boolean {
  return flags.some((flag) => split(flag)[0] === "--allow-import");
}

/** Takes the place of a list, and itself gives way to a denial of the whole kind. */
function overruling(kind: string): string {
  return `--allow-${kind}`;
}

/** The modules of the package; its folder may be a checkout with a history and more. */
const packageParts = ["mod.ts", "lib", "deno.json"];

const denial = "--deny-";

function isDenial(flag: string): boolean {
  return flag.startsWith(denial);
}

function isWholeDenial(flag: string): boolean {
  return isDenial(flag) && !flag.includes("=");
}

/** What a flag allows or denies. Source: Deno 2.9 `deno run --help=full`, "Permission options". */
export const permissionKinds = [
  "read",
  "write",
  "net",
  "env",
  "sys",
  "run",
  "ffi",
  "import",
] as const;
export type PermissionKind = typeof permissionKinds[number];

const permissionFlag = new RegExp(
  `^(-A|--allow-all|--(allow|deny)-(${permissionKinds.join("|")})(=.*)?)$`,
);

/** Whether a kernel's option speaks of rights. */
export function isPermissionFlag(argument: string): boolean {
  return permissionFlag.test(argument);
}

/** A flag without a value names all there is, one with an empty value nothing that Deno takes. */
function split(flag: string): [name: string, value: string | undefined] {
  const at = flag.indexOf("=");
  return at === -1 ? [flag, undefined] : [flag.slice(0, at), flag.slice(at + 1)];
}

/** Deno parts a list at commas; a doubled one stands for itself. */
function allow(right: "read" | "write", ...paths: readonly string[]): string {
  return `--allow-${right}=${paths.map((path) => path.replaceAll(",", ",,")).join(",")}`;
}
