import { paper } from "./verdict.ts";
import type { Picture } from "./reach_svg.ts";
import { escapeXml, wrapWords } from "./xml.ts";

/** Everything a chart says besides its picture. */
export interface FigureText {
  readonly title: string;
  readonly subtitle: string;
  readonly caption: string;
  readonly description: string;
  readonly table: Table;
}

/** The drawn data, for readers who do not look at pictures. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * An HTML figure: title, picture, caption, and the data in a table that folds. The picture goes
 * into an `<img>`, because front ends strip inline SVG from notebooks they do not trust yet.
 */
export function figureHtml(picture: Picture, text: FigureText): string {
  return `<figure class="irqscope-figure" style="${figureStyle}">` +
    `<div style="font-size:17px;font-weight:700;line-height:1.3">${escapeXml(text.title)}</div>` +
    `<div style="color:${paper.faint};margin:2px 0 6px">${escapeXml(text.subtitle)}</div>` +
    `<img width="${picture.width}" height="${picture.height}" style="max-width:100%;height:auto" ` +
    `alt="${escapeXml(`${text.title}. ${text.description}`)}" src="${dataUri(picture.svg)}">` +
    `<figcaption style="color:${paper.faint};font-size:12px">${escapeXml(text.caption)}` +
    `</figcaption>${foldedTable(text.table)}</figure>`;
}

const figureStyle = `background:${paper.background};color:${paper.ink};max-width:720px;` +
  `margin:0;padding:12px;font-family:system-ui,sans-serif;font-size:13px`;

function foldedTable({ columns, rows }: Table): string {
  const cells = (open: string, row: readonly string[], close: string) =>
    `<tr>${row.map((cell) => `${open}${escapeXml(cell)}${close}`).join("")}</tr>`;
  const head = cells('<th scope="col">', columns, "</th>");
  const body = rows.map((row) => cells("<td>", row, "</td>")).join("");
  return `<details style="font-size:12px;margin-top:6px"><summary>Data as a table</summary>` +
    `<table><thead>${head}</thead><tbody>${body}</tbody></table></details>`;
}

function dataUri(svg: string): string {
  return `data:image/svg+xml;base64,${base64(new TextEncoder().encode(svg))}`;
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

const lineHeight = { title: 23, subtitle: 18, caption: 16 };

/** One self-contained `<svg>` with title, subtitle, picture and caption on its own paper. */
export function standaloneSvg(picture: Picture, text: FigureText): string {
  const pad = 14;
  const title = block(wrapWords(text.title, 76), pad + 16, lineHeight.title, titleLook);
  const subtitle = block(wrapWords(text.subtitle, 100), title.end, lineHeight.subtitle, faintLook);
  const pictureTop = subtitle.end - 4;
  const captionTop = pictureTop + picture.height + 14;
  const caption = block(wrapWords(text.caption, 104), captionTop, lineHeight.caption, smallLook);
  const height = caption.end;
  const width = picture.width + 2 * pad;
  const spoken = escapeXml(`${text.title}. ${text.description}`);
  const inner = picture.svg.replace("<svg ", `<svg x="${pad}" y="${pictureTop}" `)
    .replace(/ role="img" aria-label="[^"]*"/, "");
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${spoken}" ` +
    `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="system-ui, 'DejaVu Sans', sans-serif">` +
    `<title>${escapeXml(text.title)}</title><desc>${escapeXml(text.description)}</desc>` +
    `<rect width="100%" height="100%" fill="${paper.background}"/>` +
    `<g transform="translate(${pad + 16},0)">` +
    `${title.svg}${subtitle.svg}${caption.svg}</g>${inner}</svg>`;
}

const titleLook = `font-size="17" font-weight="700" fill="${paper.ink}"`;
const faintLook = `font-size="13" fill="${paper.faint}"`;
const smallLook = `font-size="12" fill="${paper.faint}"`;

/** Lines of text from a first baseline down; `end` is the next free baseline. */
function block(lines: readonly string[], first: number, step: number, look: string) {
  const spans = lines.map((line, i) => `<text y="${first + i * step}">${escapeXml(line)}</text>`);
  return { svg: `<g ${look}>${spans.join("")}</g>`, end: first + lines.length * step };
}
