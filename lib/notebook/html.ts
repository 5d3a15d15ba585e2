import { escapeHtml } from "./escape.ts";
import { highlight } from "./highlight.ts";
import { type Heading, renderMarkdown } from "./markdown.ts";
import type { CodeCell, Notebook, NotebookCell } from "./notebook.ts";
import { outputHtml } from "./output_html.ts";
import { pageHtml } from "./page.ts";

/** Where a page stands in the book. */
export interface Place {
  /** The title where the notebook has no heading of its own. */
  readonly fallback: string;
  /** Link to the list of all notebooks. */
  readonly index?: string;
}

/** A notebook as one HTML page with a table of contents. */
export function notebookHtml(notebook: Notebook, place: Place): string {
  const taken = new Set(["main"]);
  const cells = notebook.cells.map((cell) => cellHtml(cell, taken));
  const headings = cells.flatMap(({ headings }) => headings);
  return pageHtml({
    title: notebookTitle(notebook) ?? place.fallback,
    navigation: contents(headings, place.index),
    main: cells.map(({ html }) => html).join("\n"),
  });
}

/** A notebook's first heading, if it has one. */
export function notebookTitle(notebook: Notebook): string | undefined {
  const prose = notebook.cells.filter((cell) => cell.cell_type === "markdown");
  return prose.flatMap((cell) => renderMarkdown(cell.source).headings)[0]?.text;
}

interface Drawn {
  readonly html: string;
  readonly headings: readonly Heading[];
}

function cellHtml(cell: NotebookCell, taken: Set<string>): Drawn {
  switch (cell.cell_type) {
    case "markdown": {
      const { html, headings } = renderMarkdown(cell.source, taken);
      return { html: `<section class="cell prose">${html}</section>`, headings };
    }
    case "raw":
      return {
        html: `<section class="cell"><pre>${escapeHtml(cell.source)}</pre></section>`,
        headings: [],
      };
    case "code":
      return { html: codeHtml(cell), headings: [] };
    default:
      return cell satisfies never;
  }
}

function codeHtml(cell: CodeCell): string {
  if (cell.source.trim() === "") return "";
  const count = cell.execution_count ?? " ";
  const outputs = cell.outputs.map(outputHtml).join("\n");
  return `<section class="cell code" aria-label="Cell ${count}">` +
    `<div class="count" aria-hidden="true">[${count}]</div>` +
    `<pre><code>${highlight(cell.source)}</code></pre>` +
    (outputs === "" ? "" : `<div class="output">${outputs}</div>`) +
    `</section>`;
}

function contents(headings: readonly Heading[], index: string | undefined): string {
  const back = index === undefined ? "" : `<a href="${escapeHtml(index)}">All notebooks</a>`;
  const entries = headings.filter(({ level }) => level <= 3).map(({ level, text, slug }) =>
    `<li class="level-${level}"><a href="#${encodeURIComponent(slug)}">${escapeHtml(text)}</a></li>`
  );
  return `${back}<ul>${entries.join("")}</ul>`;
}

/** The page that lists all notebooks of the book. */
export function indexHtml(
  title: string,
  pages: readonly { readonly title: string; readonly href: string }[],
): string {
  const entries = pages.map(({ title, href }) =>
    `<li><a href="${escapeHtml(href)}">${escapeHtml(title)}</a></li>`
  );
  return pageHtml({
    title,
    navigation: "",
    main: `<h1>${escapeHtml(title)}</h1>\n<ol>${entries.join("\n")}</ol>`,
  });
}
