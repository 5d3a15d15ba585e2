/**
 * The lock file of a user's process: the package's own and the folder's in one. It names every
 * version beforehand, so that a cell imports offline what was installed; and it is a copy, so
 * that no cell ever edits a lock file of the user.
 */
import { textIfThere } from "./text_if_there.ts";

interface LockFile {
  readonly version: string;
  readonly workspace?: unknown;
  readonly [part: string]: unknown;
}

export interface LockSources {
  /** The package's own lock file. */
  readonly own: URL;
  /** The lock file beside the folder's configuration. */
  readonly folders: URL;
  /** What that configuration imports, by name. */
  readonly imports: Readonly<Record<string, string>>;
}

/** The format that can be merged part by part; a folder's lock of another one stands alone. */
const version = "5";

/** Text of the merged lock; the folder's entries win. Undefined where neither file is there. */
export function mergedLock(sources: LockSources): string | undefined {
  const { workspace: _, ...ours } = readLock(sources.own) ?? { version };
  const theirs = readLock(sources.folders);
  if (!theirs && Object.keys(ours).length === 1) return undefined;
  if (theirs && theirs.version !== version) return JSON.stringify(theirs);
  const { workspace = workspaceOf(sources.imports), ...entries } = theirs ?? { version };
  return JSON.stringify({ ...merged(ours, entries), workspace });
}

function merged(ours: LockFile, theirs: LockFile): LockFile {
  const parts = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].map((
    name,
  ) => [
    name,
    name === "version" ? version : { ...ours[name] as object, ...theirs[name] as object },
  ]);
  return Object.fromEntries(parts);
}

/** Deno drops every entry when a lock names other dependencies than the configuration does. */
function workspaceOf(imports: Readonly<Record<string, string>>): object {
  const packages = Object.values(imports)
    .map((to) => to.match(/^((?:npm|jsr):)\/?((?:@[^/]+\/)?[^@/]+(?:@[^/]+)?)/))
    .flatMap((found) => found ? [`${found[1]}${found[2]}`] : []);
  return packages.length > 0 ? { dependencies: [...new Set(packages)].toSorted() } : {};
}

function readLock(file: URL): LockFile | undefined {
  try {
    const text = textIfThere(file);
    return text === undefined ? undefined : JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`Cannot read ${file.pathname}: ${(error as Error).message}`);
  }
}
