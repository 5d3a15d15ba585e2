import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { highlight } from "../../lib/notebook/highlight.ts";
import { indexHtml, notebookHtml } from "../../lib/notebook/html.ts";
import type { Notebook, NotebookOutput } from "../../lib/notebook/notebook.ts";

function page(sources: readonly string[], outputs: NotebookOutput[] = []): string {
  const cells: Notebook["cells"] = [
    ...sources.map((source, i) =>
      ({ id: `m${i}`, cell_type: "markdown", metadata: {}, source }) as const
    ),
    { id: "c", cell_type: "code", metadata: {}, source: "1 < 2", execution_count: 1, outputs },
  ];
  return notebookHtml({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, {
    fallback: "Untitled",
    index: "index.html",
  });
}

function elements(html: string, selector: string): string[] {
  const { document } = parseHTML(html) as unknown as { document: Queried };
  return [...document.querySelectorAll(selector)].map(({ outerHTML }) => outerHTML);
}

interface Queried {
  querySelectorAll(selector: string): Iterable<{ outerHTML: string }>;
}

const nasty = `<script>alert("1")</script>&amp;'`;

Deno.test.each<{ name: string; output: NotebookOutput; expected: string }>([
  {
    name: "a stream",
    output: { output_type: "stream", name: "stderr", text: `\u001b[31m${nasty}\u001b[0m` },
    expected:
      `<pre class="stderr">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;&#39;</pre>`,
  },
  {
    name: "an error",
    output: { output_type: "error", ename: "E", evalue: nasty, traceback: [nasty] },
    expected:
      `<pre class="error">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;&#39;</pre>`,
  },
  {
    name: "plain text",
    output: data({ "text/plain": "<b>" }),
    expected: `<pre class="result">&lt;b&gt;</pre>`,
  },
  {
    name: "Markdown",
    output: data({ "text/markdown": "*a* <b>" }),
    expected: "<p><em>a</em> &lt;b&gt;</p>",
  },
  {
    name: "HTML rather than text",
    output: data({ "text/plain": "x", "text/html": "<i>x</i>" }),
    expected: `<div class="rich"><i>x</i></div>`,
  },
  {
    name: "a picture with its text as alternative",
    output: data({ "text/plain": `a "b"`, "image/png": "iVBO\nRw==" }),
    expected: `<img alt="a &quot;b&quot;" src="data:image/png;base64,iVBORw==">`,
  },
  {
    name: "SVG as an image, so that it cannot script",
    output: data({ "text/plain": "x", "image/svg+xml": "<svg/>" }),
    expected: `<img alt="x" src="data:image/svg+xml;base64,PHN2Zy8+">`,
  },
  {
    name: "JSON",
    output: data({ "application/json": { a: 1 } }),
    expected: `<pre class="result">{\n  &quot;a&quot;: 1\n}</pre>`,
  },
  {
    name: "a line written over",
    output: { output_type: "stream", name: "stdout", text: "10 %\r100 %\r\nend" },
    expected: `<pre class="stdout">100 %\nend</pre>`,
  },
])("$name becomes its own HTML", ({ output, expected }) => {
  assert.ok(page([], [output]).includes(expected), page([], [output]));
});

Deno.test("prose cannot bring elements of its own", () => {
  assert.deepEqual(elements(page([`# T\n\n${nasty} [x](javascript:alert(1))`]), "main script"), []);
  assert.deepEqual(elements(page([`[x](javascript:alert(1))`]), "main a"), []);
});

Deno.test("the contents link to every heading, same names kept apart", () => {
  const html = page(["# The mail", "## State\n\ntext", "## State"]);
  assert.deepEqual(elements(html, "nav li").map((entry) => entry.match(/#[^"]*/)![0]), [
    "#the-mail",
    "#state",
    "#state-2",
  ]);
  assert.equal(elements(html, "#state-2").length, 1);
  assert.equal(elements(html, "title")[0], "<title>The mail</title>");
});

Deno.test("a page forbids scripts and everything from elsewhere", () => {
  const policy = elements(page([]), "meta[http-equiv]")[0]!;
  assert.match(policy, /default-src 'none'; img-src data:; style-src 'unsafe-inline'/);
});

Deno.test("a page says its language, its title and where its text begins", () => {
  const html = page(["text"]);
  assert.match(html, /<html lang="en">/);
  assert.match(html, /<title>Untitled<\/title>/);
  assert.equal(elements(html, "a.skip[href='#main']").length, 1);
  assert.equal(elements(html, "main#main").length, 1);
});

Deno.test("code is escaped, its words marked", () => {
  assert.equal(
    highlight(`const a = "<b>"; // </x>`),
    `<span class="keyword">const</span> a = <span class="string">&quot;&lt;b&gt;&quot;</span>; ` +
      `<span class="comment">// &lt;/x&gt;</span>`,
  );
});

Deno.test("the index links to every notebook", () => {
  const html = indexHtml("irqscope", [{ title: "A & B", href: "a.html" }]);
  assert.deepEqual(elements(html, "main a"), [`<a href="a.html">A &amp; B</a>`]);
});

function data(data: Record<string, unknown>): NotebookOutput {
  return { output_type: "display_data", data, metadata: {} };
}
