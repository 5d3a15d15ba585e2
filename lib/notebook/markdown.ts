import MarkdownIt from "markdown-it";

/** A heading of the prose, for a table of contents. */
export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly slug: string;
}

/** Prose as HTML, and its headings. HTML inside the prose is shown, not obeyed. */
export interface Prose {
  readonly html: string;
  readonly headings: readonly Heading[];
}

/** Renders CommonMark with tables; `taken` keeps the slugs of one page apart. */
export function renderMarkdown(source: string, taken: Set<string> = new Set()): Prose {
  const tokens = markdown.parse(source, {});
  const headings = tokens.flatMap((token, i) => {
    if (token.type !== "heading_open") return [];
    const text = plain(tokens[i + 1]?.children ?? []);
    const slug = freeSlug(text, taken);
    token.attrSet("id", slug);
    return [{ level: Number(token.tag.slice(1)), text, slug }];
  });
  return { html: markdown.renderer.render(tokens, markdown.options, {}), headings };
}

const markdown = new MarkdownIt({ html: false });

function plain(tokens: readonly { type: string; content: string }[]): string {
  return tokens.map(({ type, content }) => type === "softbreak" ? " " : content).join("");
}

function freeSlug(text: string, taken: Set<string>): string {
  const base = text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "part";
  let slug = base;
  for (let n = 2; taken.has(slug); n++) slug = `${base}-${n}`;
  taken.add(slug);
  return slug;
}
