import { overwritten, withoutAnsi } from "./ansi.ts";
import { escapeHtml } from "./escape.ts";
import { renderMarkdown } from "./markdown.ts";
import { isJsonType, type NotebookOutput } from "./notebook.ts";

/** One output as HTML: the richest form the page can show, everything else escaped. */
export function outputHtml(output: NotebookOutput): string {
  if (output.output_type === "stream") return pre(output.text, output.name);
  if (output.output_type === "error") return pre(output.traceback.join("\n"), "error");
  const shown = renderers.find(({ shows }) => Object.keys(output.data).some((type) => shows(type)));
  const type = Object.keys(output.data).find((type) => shown?.shows(type));
  if (shown === undefined || type === undefined) return "";
  const alt = asText(output.data["text/plain"] ?? "A picture made by the cell above");
  return shown.render(asText(output.data[type]), { type, alt });
}

interface Renderer {
  shows(type: string): boolean;
  render(value: string, about: { type: string; alt: string }): string;
}

/**
 * From the richest. `text/html` goes in as it is: the cell that made it ran with more rights than
 * the page has, whose policy forbids scripts and everything from elsewhere.
 */
const renderers: readonly Renderer[] = [
  { shows: (type) => type === "text/html", render: (html) => `<div class="rich">${html}</div>` },
  {
    shows: (type) => type === "image/svg+xml",
    render: (svg, { type, alt }) => image(type, base64(svg), alt),
  },
  {
    shows: (type) => /^image\/(png|jpeg|gif|webp)$/.test(type),
    render: (data, { type, alt }) => image(type, data.replace(/\s/g, ""), alt),
  },
  { shows: (type) => type === "text/markdown", render: (source) => renderMarkdown(source).html },
  { shows: (type) => type === "text/plain", render: (text) => pre(text, "result") },
  { shows: isJsonType, render: (json) => pre(json, "result") },
  { shows: (type) => type.startsWith("text/"), render: (text) => pre(text, "result") },
];

function pre(text: string, kind: string): string {
  return `<pre class="${kind}">${escapeHtml(overwritten(withoutAnsi(text)))}</pre>`;
}

function image(type: string, data: string, alt: string): string {
  return `<img alt="${escapeHtml(alt)}" src="data:${type};base64,${escapeHtml(data)}">`;
}

function base64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
