import { Number, Object, String } from "./intrinsics.ts";
import type { Bundle } from "./frames.ts";

/** The bundle with a text for front ends that can show nothing else of it. */
export function withPlainText(data: Bundle): Bundle {
  const types = Object.keys(data);
  if (types.length === 0 || "text/plain" in data) return data;
  const readable = data["text/markdown"] ?? data["text/latex"] ?? textOfHtml(data["text/html"]);
  return { ...data, "text/plain": readable || `[${types.join(", ")}]` };
}

/** Pages longer than this are named, not read. */
const maxHtml = 2 ** 14;

/** What a reader of the page would see, about line by line; undefined for what is no page. */
function textOfHtml(html: unknown): string | undefined {
  if (typeof html !== "string" || html.length > maxHtml) return undefined;
  return html
    .replace(/<!--[^]*?-->|<(script|style|svg)\b[^]*?<\/\1\s*>/gi, "")
    .replace(/\s+/g, " ")
    .replace(/<(?:br|\/?(?:p|div|h\d|li|ul|ol|tr|table|pre|section))\b[^<>]*>/gi, "\n")
    .replace(/<\/t[dh]>/gi, "\t")
    .replace(/<\/?[a-z][^<>]*>/gi, "")
    .replace(/&(?:#(\d{1,6})|(lt|gt|amp|quot|apos|nbsp));/g, characterOf)
    .replace(/[ \t]*\n\s*/g, "\n")
    .trim();
}

function characterOf(_: string, code: string | undefined, name: string): string {
  return code ? String.fromCodePoint(Number(code)) : named[name]!;
}

const named: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
  nbsp: " ",
};
