/** From a hover or a signature to what Shift-Tab shows. */
import type { MimeBundle } from "../interpreter.ts";
import type { Hover, MarkupContent, SignatureHelp } from "./protocol.ts";

export interface Documented {
  readonly hover?: Hover;
  readonly help?: SignatureHelp;
  /** TypeScript text of the definition, for the second level of detail. */
  readonly source?: string | undefined;
}

/** The same text as Markdown and, without its marks, as plain text. */
export function documentationOf({ hover, help, source }: Documented): MimeBundle {
  const about = hover ? hoverText(hover) : signatureText(help!);
  const markdown = source ? `${about}\n\n${fenced(source)}` : about;
  return { "text/plain": plainText(markdown), "text/markdown": markdown };
}

/**
 * Of a name nobody declared the server says no more than that it may be anything, of a keyword that
 * begins a declaration, that the name is still missing.
 */
export function isUnknown(hover: Hover): boolean {
  return /^```\w*\n(any\n```$|class __missing\b|function \(Missing\))/.test(hoverText(hover));
}

function hoverText({ contents }: Hover): string {
  const parts = Array.isArray(contents) ? contents : [contents];
  return (parts as (MarkupContent | string)[]).map(textOf).join("\n\n").trim();
}

function signatureText({ signatures, activeSignature }: SignatureHelp): string {
  const { label, documentation } = signatures[activeSignature ?? 0] ?? signatures[0]!;
  return `${fenced(label)}\n${documentation ? textOf(documentation) : ""}`.trim();
}

function textOf(content: MarkupContent | string): string {
  return typeof content === "string" ? content : content.value;
}

function fenced(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\``;
}

function plainText(markdown: string): string {
  return markdown.split(/^```.*\n?/m)
    .map((part, index) => index % 2 === 1 ? part : unmarked(part))
    .join("").trim();
}

/** Prose without its marks; underscores inside a word are the word's own. */
function unmarked(prose: string): string {
  return prose
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/(?<!\w)[*_`]{1,2}(@?[\p{L}\w.$]+)[*_`]{1,2}(?!\w)/gu, "$1");
}
