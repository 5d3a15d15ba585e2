import { formatIntervals } from "./apic_id.ts";
import { type Chart, type ChartBundle, jupyterDisplay } from "./chart.ts";
import { type ChartDocument, createDocument } from "./document.ts";
import { figureHtml, type FigureText, standaloneSvg } from "./figure.ts";
import { reachFinding } from "./reach_finding.ts";
import { judge, type JudgedRow, type ReachRow } from "./reach_row.ts";
import { drawReach } from "./reach_svg.ts";
import { groupMarks, labelOf } from "./reach_tags.ts";
import { reachText } from "./reach_text.ts";
import type { Verdict } from "./verdict.ts";

/** What a chart may be told; without it, all is worked out from the rows. */
export interface ChartOptions {
  /** The DOM to draw on; without it the page's own, or a fresh one. */
  readonly document?: ChartDocument;
  /** The line below the title. */
  readonly subtitle?: string;
  /** The line below the picture. */
  readonly caption?: string;
  /** Turns the SVG into a base64 PNG, where pictures in pixels are wanted. */
  readonly rasterise?: (svg: string) => string | Promise<string>;
}

/**
 * Draws which APIC IDs each configuration can interrupt: a bar over a logarithmic axis of all
 * 2^32 IDs, and every CPU of the machine with its fate. The title is the finding, computed.
 * Throws a RangeError when there is no row.
 */
export async function reachChart(
  rows: readonly ReachRow[],
  options: ChartOptions = {},
): Promise<Chart> {
  if (rows.length === 0) throw new RangeError("Cannot draw a reach chart: no row was given");
  const judged = rows.map(judge);
  const text = wordsOf(judged, options);
  const document = options.document ?? await createDocument();
  const picture = await drawReach(judged, { document, description: text.description });
  const forms = {
    html: figureHtml(picture, text),
    svg: standaloneSvg(picture, text),
    text: reachText(text.title, judged),
  };
  const display = () => bundle(forms, options);
  return { title: text.title, description: text.description, ...forms, [jupyterDisplay]: display };
}

const defaultSubtitle = "APIC IDs that a device's interrupt messages can name, on a log2 axis";
const defaultCaption = "Bars: IDs that messages can name, computed in closed form by irqscope. " +
  "Marks: the machine's CPUs.";

function wordsOf(rows: readonly JudgedRow[], options: ChartOptions): FigureText {
  return {
    ...reachFinding(rows),
    subtitle: options.subtitle ?? defaultSubtitle,
    caption: options.caption ?? defaultCaption,
    table: { columns: tableColumns, rows: rows.map(tableRow) },
  };
}

const tableColumns = ["Configuration", "Can name", "Reached", "Out of reach", "Kept offline"];

function tableRow(row: JudgedRow): string[] {
  const groups = groupMarks(row.marks);
  const ids = (verdict: Verdict) =>
    groups.filter((group) => group.verdict === verdict).map(labelOf).join(", ") || "none";
  const named = formatIntervals(row.intervals, { most: Infinity });
  return [row.label, named, ids("reachable"), ids("unreachable"), ids("offline")];
}

async function bundle(
  { html, svg, text }: Pick<Chart, "html" | "svg" | "text">,
  { rasterise }: ChartOptions,
): Promise<ChartBundle> {
  const png = rasterise === undefined ? {} : { "image/png": await rasterise(svg) };
  return { "text/html": html, "image/svg+xml": svg, ...png, "text/plain": text };
}
