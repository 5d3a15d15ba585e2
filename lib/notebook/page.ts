import { escapeHtml } from "./escape.ts";

/** One page of the book. */
export interface Page {
  readonly title: string;
  /** HTML of the navigation: contents, or the way back to them. */
  readonly navigation: string;
  /** HTML of what the page says. */
  readonly main: string;
}

/**
 * A whole HTML page that needs nothing from elsewhere: no script may run and nothing is fetched.
 * It reads in light and dark, on paper, on a phone and through a screen reader.
 */
export function pageHtml({ title, navigation, main }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the text</a>
<nav aria-label="Contents">${navigation}</nav>
<main id="main">
${main}
</main>
</body>
</html>
`;
}

const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

const style = `
:root { --paper: #fff; --ink: #1b1b1f; --faint: #595d62; --line: #d5d8dc; --code: #f5f6f8;
  --accent: #005a8d; --error: #a1160f; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181c; --ink: #e6e6ea; --faint: #a5abb3; --line: #3a3f46; --code: #20242a;
    --accent: #7cc4f4; --error: #ff9d94; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 66rem; background: var(--paper);
  color: var(--ink); font: 1.02rem/1.6 system-ui, "DejaVu Sans", sans-serif;
  display: grid; grid-template-columns: 13rem minmax(0, 46rem); gap: 2.5rem; }
nav { position: sticky; top: 1.5rem; align-self: start; max-height: 95vh; overflow: auto;
  font-size: .88rem; line-height: 1.4; }
nav ul { list-style: none; margin: .5rem 0; padding: 0; }
nav li { margin: .45rem 0; }
nav li.level-3 { padding-left: 1rem; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem; z-index: 1; }
h1, h2, h3 { line-height: 1.25; margin: 2.2rem 0 .6rem; }
h1 { margin-top: 0; }
pre { overflow-x: auto; padding: .7rem .9rem; margin: .5rem 0; border-radius: 4px;
  font: .86rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap;
  overflow-wrap: anywhere; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .92em; }
pre code { font-size: 1em; }
.code > pre { background: var(--code); border-left: 3px solid var(--accent); }
.output pre { padding: .2rem .9rem; }
.stderr, .error { color: var(--error); }
.output .error { border-left: 3px solid var(--error); }
.count { color: var(--faint); font-size: .78rem; }
.comment { color: var(--faint); font-style: italic; }
.keyword { color: var(--accent); font-weight: 600; }
table { border-collapse: collapse; margin: .8rem 0; font-size: .92rem; display: block;
  overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left;
  vertical-align: top; }
blockquote { margin: 1rem 0; padding: 0 1rem; border-left: 3px solid var(--line);
  color: var(--faint); }
img { max-width: 100%; height: auto; }
@media (max-width: 52rem) {
  body { display: block; }
  nav { position: static; max-height: none; }
}
@media print {
  :root { --paper: #fff; --ink: #000; --faint: #444; --code: #f5f6f8; --accent: #004a75; }
  body { display: block; max-width: none; padding: 0; font-size: 10.5pt; }
  nav, .skip { display: none; }
  .cell, figure, pre, table { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
`;
