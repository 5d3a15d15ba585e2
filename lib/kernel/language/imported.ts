/**
 * The local files that cells import. The server reads a file when it first hears of it, and tells
 * of it as it was then: what cells wrote or a user edited since it must be told to read again.
 */
import { childrenOf, contains, isNode, type Node } from "../compile_ast.ts";
import { readCell } from "../compile_parse.ts";
import type { Rpc } from "./rpc.ts";

export interface ImportedFiles {
  /** Adds those of a cell, and has the server read again what changed of all. */
  read(code: string): Promise<void>;
}

/** Source: LSP 3.17, `FileChangeType`. Told that a file is new, the server does not read again. */
const fileChanged = 2;

/** The files of one server's notebook in a folder. */
export function importedFiles(rpc: Rpc, folder: URL): ImportedFiles {
  const known = new Map<string, string | undefined>();
  const look = async (file: string) => {
    const before = known.get(file);
    const state = await stateOf(file);
    known.set(file, state);
    return before === state ? [] : [{ uri: file, type: fileChanged }];
  };
  return {
    async read(code) {
      const files = new Set([...known.keys(), ...filesIn(code, folder)]);
      const changes = (await Promise.all([...files].map(look))).flat();
      if (changes.length > 0) rpc.notify("workspace/didChangeWatchedFiles", { changes });
    },
  };
}

/** Tells its states apart; undefined where no file is. */
async function stateOf(file: string): Promise<string | undefined> {
  const stat = await Deno.stat(new URL(file)).catch(() => undefined);
  return stat && `${stat.mtime?.getTime()} ${stat.size}`;
}

function filesIn(code: string, folder: URL): readonly string[] {
  const { parsed } = readCell(code);
  if (parsed.kind === "syntaxError" || !/import|export/.test(code)) return [];
  return [...new Set(parsed.body.flatMap((node) => [...sourcesIn(node)]))]
    .filter((source) => isFile(source) && URL.canParse(source, folder))
    .map((source) => new URL(source, folder).href);
}

/** Whether code below this node may import a local file that the code before it wrote. */
export function importsFileAsItRuns(node: Node): boolean {
  return contains(
    node,
    (node) => node.type === "ImportExpression" && sourcesIn(node).some(isFile),
  );
}

function isFile(source: string): boolean {
  return /^(\.{0,2}\/|file:)/.test(source);
}

function* sourcesIn(node: Node): Generator<string> {
  const { type, source } = node;
  const imports = /^(Import(Declaration|Expression)|Export\w*Declaration)$/.test(type);
  if (imports && isNode(source) && typeof source.value === "string") yield source.value;
  for (const child of childrenOf(node)) yield* sourcesIn(child);
}
