/** The text of a definition, wherever the language server found it. */
import { offsetAt, type Range } from "./protocol.ts";
import type { Rpc } from "./rpc.ts";

export interface Definition {
  readonly server: Rpc;
  readonly uri: string;
  readonly range: Range;
  /** The document's text where it is a cell's. */
  readonly text: string | undefined;
}

/** The lines the definition spans; undefined where its document cannot be read. */
export async function sourceAt(
  { server, uri, range, text }: Definition,
): Promise<string | undefined> {
  const document = text ?? await documentText(server, uri);
  if (document === undefined) return undefined;
  const start = offsetAt(document, { line: range.start.line, character: 0 });
  return document.slice(start, offsetAt(document, range.end)).trimEnd();
}

async function documentText(server: Rpc, uri: string): Promise<string | undefined> {
  try {
    if (uri.startsWith("file:")) return await Deno.readTextFile(new URL(uri));
    return await server.request<string>("deno/virtualTextDocument", { textDocument: { uri } });
  } catch {
    return undefined;
  }
}
