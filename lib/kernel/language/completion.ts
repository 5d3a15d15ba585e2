/** From the server's completion items to what Jupyter shows. */
import type { Completion } from "../interpreter.ts";
import { type CompletionItem, offsetAt, type Range } from "./protocol.ts";

/** An item once the server has looked up its details. */
export type Resolved = CompletionItem;

export interface CompletionRequest {
  readonly code: string;
  /** UTF-16 offset. */
  readonly cursor: number;
  readonly items: readonly CompletionItem[];
  readonly resolve: (item: CompletionItem) => Promise<Resolved>;
}

/** More matches than these are of no use to a reader, and cost a client time to draw. */
const mostMatches = 500;
/** So many carry their signature; looking one up costs the server about a millisecond. */
const mostSignatures = 12;

/** The items that continue the word before the cursor, as written first, then in any case. */
export async function completionOf(request: CompletionRequest): Promise<Completion> {
  const { code, cursor, items, resolve } = request;
  const [start, end] = rangeOf(request);
  const word = code.slice(start, cursor);
  const fitting = bestFitting(items.filter(isOfHere), word).slice(0, mostMatches);
  const details = await Promise.all(fitting.slice(0, mostSignatures).map(resolve));
  const matches = fitting.map((item, index) => ({
    text: textOf(item),
    ...typeOf(item),
    ...signatureOf(details[index]),
  }));
  return { start, end, matches };
}

/** The identifier that ends at the cursor, `""` where none does. */
export function wordBefore(code: string, cursor: number): string {
  return /[\p{ID_Continue}$]*$/u.exec(code.slice(0, cursor))![0];
}

/** The server replaces more than the word in strings, such as paths, and names what it replaces. */
function rangeOf({ code, cursor, items }: CompletionRequest): [number, number] {
  const edit = items.find(({ textEdit }) => textEdit)?.textEdit;
  if (!edit) return [cursor - wordBefore(code, cursor).length, cursor];
  const range: Range = "range" in edit ? edit.range : edit.insert;
  return [offsetAt(code, range.start), Math.max(cursor, offsetAt(code, range.end))];
}

/** Names that would need an import written first are not of this cell. */
function isOfHere({ data }: CompletionItem): boolean {
  return data?.tsJs?.source === undefined;
}

function bestFitting(items: readonly CompletionItem[], word: string): CompletionItem[] {
  const sorted = items.toSorted((a, b) => rank(a).localeCompare(rank(b), "en"));
  const exact = sorted.filter((item) => textOf(item).startsWith(word));
  if (exact.length > 0) return exact;
  const lower = word.toLowerCase();
  return sorted.filter((item) => textOf(item).toLowerCase().startsWith(lower));
}

function rank({ sortText = "", label }: CompletionItem): string {
  return `${sortText} ${label}`;
}

function textOf({ textEdit, insertText, label }: CompletionItem): string {
  return textEdit?.newText ?? insertText ?? label;
}

/** Names of LSP's CompletionItemKind, 1 to 25, in the words Jupyter clients have icons for. */
const kinds = [
  "text",
  "method",
  "function",
  "constructor",
  "property",
  "instance",
  "class",
  "interface",
  "module",
  "property",
  "unit",
  "value",
  "enum",
  "keyword",
  "snippet",
  "color",
  "file",
  "reference",
  "folder",
  "enum",
  "instance",
  "struct",
  "event",
  "operator",
  "type",
];

function typeOf({ kind }: CompletionItem): { type?: string } {
  const type = kinds[(kind ?? 0) - 1];
  return type === undefined ? {} : { type };
}

function signatureOf(item: Resolved | undefined): { signature?: string } {
  const detail = item?.detail?.split("\n")[0]?.replace(/^\([\w ]+\) /, "");
  return detail ? { signature: detail } : {};
}
