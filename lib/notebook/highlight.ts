import { escapeHtml } from "./escape.ts";

const keywords = "as|async|await|break|case|catch|class|const|continue|default|delete|do|else|" +
  "export|extends|false|finally|for|from|function|if|import|in|instanceof|interface|let|new|null|of|" +
  "readonly|return|satisfies|static|switch|this|throw|true|try|type|typeof|undefined|var|void|while|yield";

/** What stands out in TypeScript, first match wins; strings end at their line unless templates. */
const kinds = {
  comment: "//.*|/\\*[^]*?\\*/",
  string: `"(?:\\\\.|[^"\\\\\\n])*"|'(?:\\\\.|[^'\\\\\\n])*'|\`(?:\\\\.|[^\`\\\\])*\``,
  number: "\\b(?:0[xob][\\da-f_]+|\\d[\\d_]*(?:\\.\\d+)?(?:e[+-]?\\d+)?)n?\\b",
  keyword: `\\b(?:${keywords})\\b`,
};

const pattern = new RegExp(
  Object.entries(kinds).map(([kind, source]) => `(?<${kind}>${source})`).join("|"),
  "gi",
);

/** TypeScript as HTML, words of a kind in `<span class="kind">`. */
export function highlight(code: string): string {
  let html = "";
  let at = 0;
  for (const match of code.matchAll(pattern)) {
    const kind = Object.keys(kinds).find((kind) => match.groups?.[kind] !== undefined);
    html += escapeHtml(code.slice(at, match.index));
    html += `<span class="${kind}">${escapeHtml(match[0])}</span>`;
    at = match.index + match[0].length;
  }
  return html + escapeHtml(code.slice(at));
}
