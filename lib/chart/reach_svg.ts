import { axisBits, axisValue, ruledBits, valueAt } from "./reach_axis.ts";
import type { ChartDocument } from "./document.ts";
import { formatIntervals } from "./apic_id.ts";
import { glyphRadius, placeTags, type Tag } from "./reach_tags.ts";
import type { JudgedRow } from "./reach_row.ts";
import { escapeXml } from "./xml.ts";
import { looks, paper, type Verdict } from "./verdict.ts";

/** A drawn chart: markup of one `<svg>` without title, and its size in pixels. */
export interface Picture {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

const svgNamespace = "http://www.w3.org/2000/svg";
const width = 720;
const rowHeight = 78;
const margins = { top: 6, right: 44, bottom: 66, left: 16 };
const axis = { left: margins.left, right: width - margins.right };
const font = "system-ui, 'DejaVu Sans', sans-serif";

/** Heights inside a row, from its top. */
const place = { name: 11, tag: 31, barTop: 50, barBottom: 65 };

/** Draws one row per configuration with Observable Plot. */
export async function drawReach(
  rows: readonly JudgedRow[],
  { document, description }: { document: ChartDocument; description: string },
): Promise<Picture> {
  const Plot = await import("@observablehq/plot");
  const height = margins.top + rows.length * rowHeight + margins.bottom;
  const drawn = Plot.plot({
    document: document as never,
    width,
    height,
    marginTop: margins.top,
    marginRight: margins.right,
    marginBottom: margins.bottom,
    marginLeft: margins.left,
    className: "irqscope-reach",
    style: { fontFamily: font, color: paper.ink },
    x: { type: "log", base: 2, domain: [1, 2 ** axisBits], label: null },
    y: { type: "identity", axis: null },
    marks: marks(Plot, rows),
  });
  const root = `role="img" aria-label="${escapeXml(description)}" xmlns="${svgNamespace}"`;
  const svg = drawn.outerHTML
    .replace("<svg ", `<svg ${root} `)
    .replace(/<\/svg>$/, `${legend(rows, height - 12)}</svg>`);
  return { svg, width, height };
}

type PlotModule = typeof import("@observablehq/plot");

function marks(Plot: PlotModule, rows: readonly JudgedRow[]) {
  const bars = rows.flatMap(barsOf);
  const tags = rows.flatMap((row, i) => placeTags(row.marks, axis).map((tag) => placed(tag, i)));
  const tops = rows.map((row, i) => ({ ...row, top: rowTop(i) }));
  const named = (dash: boolean) => tags.filter(({ verdict }) => looks[verdict].dashed === dash);
  return [
    Plot.ruleX(ruledBits.map((bits) => 2 ** bits), {
      y1: margins.top,
      y2: margins.top + rows.length * rowHeight,
      stroke: paper.faint,
      strokeDasharray: "1,3",
      ariaHidden: "true",
    }),
    Plot.rect(tops, {
      x1: 1,
      x2: 2 ** axisBits,
      y1: (row) => row.top + place.barTop,
      y2: (row) => row.top + place.barBottom,
      fill: paper.background,
      stroke: paper.line,
      strokeDasharray: "3,3",
      ariaHidden: "true",
    }),
    Plot.rect(bars, {
      x1: "x1",
      x2: "x2",
      y1: "y1",
      y2: "y2",
      fill: looks.reachable.colour,
      stroke: looks.reachable.colour,
      title: "words",
    }),
    Plot.link(tags, {
      x1: "glyphX",
      y1: (tag) => tag.y + 7,
      x2: "standsX",
      y2: (tag) => tag.barTop - 5,
      stroke: "colour",
      ariaHidden: "true",
    }),
    Plot.rect(tags, {
      x1: "fromX",
      x2: "toX",
      y1: (tag) => tag.barTop - 6,
      y2: (tag) => tag.barTop - 2,
      fill: "colour",
      ariaHidden: "true",
    }),
    Plot.dot(named(false), {
      x: "glyphX",
      y: "y",
      r: 5,
      fill: "colour",
      title: "words",
    }),
    Plot.dot(named(true), {
      x: "glyphX",
      y: "y",
      r: 5.5,
      fill: paper.background,
      stroke: "colour",
      strokeDasharray: "2,1.5",
      title: "words",
    }),
    Plot.dot(named(true), {
      x: "glyphX",
      y: "y",
      r: 3.2,
      symbol: (tag: PlacedTag) => tag.verdict === "offline" ? dash : "times",
      stroke: "colour",
      ariaHidden: "true",
    }),
    Plot.text(tags, {
      x: "glyphX",
      y: "y",
      dx: 9,
      text: "label",
      textAnchor: "start",
      fontSize: 11.5,
      fill: "colour",
      ...halo,
    }),
    Plot.text(tops, {
      x: 1,
      y: (row) => row.top + place.name,
      text: "label",
      textAnchor: "start",
      fontSize: 13,
      fontWeight: 700,
      fill: paper.ink,
      ...halo,
    }),
    Plot.text(tops, {
      x: 2 ** axisBits,
      y: (row) => row.top + place.name,
      text: (row) => `can name ${formatIntervals(row.intervals, { most: 3 })}`,
      textAnchor: "end",
      dx: -6,
      fontSize: 11.5,
      fill: paper.faint,
      ...halo,
    }),
    Plot.axisX([1, ...ruledBits.map((bits) => 2 ** bits)], {
      anchor: "bottom",
      tickFormat: tickLabel,
      tickSize: 5,
      fontSize: 11.5,
      color: paper.ink,
      label: null,
    }),
  ];
}

/** Letters stand on a strip of paper, so that no rule runs through them. */
const halo = { stroke: paper.background, strokeWidth: 3.5 };

/** A short horizontal line as a Plot symbol, for what is neither reached nor out of reach. */
const dash = {
  draw(context: { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void }) {
    context.moveTo(-3, 0);
    context.lineTo(3, 0);
  },
};

function barsOf(row: JudgedRow, i: number) {
  return row.intervals.map(([low, high]) => ({
    x1: axisValue(low),
    x2: Math.min(axisValue(high) + 1, 2 ** axisBits),
    y1: rowTop(i) + place.barTop,
    y2: rowTop(i) + place.barBottom,
    words: `${row.label}: ${formatIntervals([[low, high]])} can be named`,
  }));
}

type PlacedTag = ReturnType<typeof placed>;

function placed(tag: Tag, i: number) {
  return {
    ...tag,
    colour: looks[tag.verdict].colour,
    words: `APIC ID ${tag.label}: ${looks[tag.verdict].words}`,
    glyphX: valueAt(axis, tag.left + glyphRadius),
    standsX: valueAt(axis, (tag.from + tag.to) / 2),
    fromX: valueAt(axis, tag.from - 1),
    toX: valueAt(axis, tag.to + 1),
    y: rowTop(i) + place.tag,
    barTop: rowTop(i) + place.barTop,
    barBottom: rowTop(i) + place.barBottom,
  };
}

function rowTop(i: number): number {
  return margins.top + i * rowHeight;
}

const legendOrder: readonly Verdict[] = ["reachable", "unreachable", "offline"];

/** One line that names the glyphs in use. */
function legend(rows: readonly JudgedRow[], y: number): string {
  const used = new Set(rows.flatMap(({ marks }) => marks.map(({ verdict }) => verdict)));
  let x = margins.left + 6;
  return legendOrder.filter((verdict) => used.has(verdict)).map((verdict) => {
    const words = `CPU ${looks[verdict].words}`;
    const entry = `<g transform="translate(${x},${y})">${glyph(verdict)}` +
      `<text x="12" dy="0.32em" text-anchor="start" font-size="11.5">${words}</text></g>`;
    x += 36 + words.length * 7.2;
    return entry;
  }).join("");
}

function glyph(verdict: Verdict): string {
  const { colour, dashed } = looks[verdict];
  if (!dashed) return `<circle r="5" fill="${colour}"/>`;
  const cross = verdict === "offline" ? "M-3,0H3" : "M-2.3,-2.3L2.3,2.3M-2.3,2.3L2.3,-2.3";
  return `<circle r="5.5" fill="${paper.background}" stroke="${colour}" ` +
    `stroke-width="1.5" stroke-dasharray="2,1.5"/>` +
    `<path d="${cross}" stroke="${colour}" stroke-width="1.5"/>`;
}

/** `2^8` over `256`. */
function tickLabel(value: number): string {
  return `2^${Math.log2(value)}\n${value.toLocaleString("en").replaceAll(",", " ")}`;
}
