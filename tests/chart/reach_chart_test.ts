import assert from "node:assert/strict";
import { Resvg } from "@resvg/resvg-js";
import { createDocument } from "../../lib/chart/document.ts";
import { jupyterDisplay } from "../../lib/chart/chart.ts";
import { reachChart } from "../../lib/chart/reach_chart.ts";
import { crowded, fourWays, span } from "./reach_sets.ts";

const goldens = { fourWays, crowded, alone: fourWays.slice(0, 1) };

Deno.test.each(Object.entries(goldens).map(([name, rows]) => ({ name, rows })))(
  "the picture of $name is as stored",
  async ({ rows }, t) => {
    const { svg } = await reachChart(rows);
    await t.assertSnapshot(legible(svg));
  },
);

Deno.test.each(Object.entries(goldens).map(([name, rows]) => ({ name, rows })))(
  "the text of $name is as stored",
  async ({ rows }, t) => {
    const { text } = await reachChart(rows);
    await t.assertSnapshot(`\n${text}\n`);
  },
);

Deno.test("a chart shows itself as HTML, SVG and text", async () => {
  const bundle = await (await reachChart(fourWays))[jupyterDisplay]();
  assert.deepEqual(Object.keys(bundle), ["text/html", "image/svg+xml", "text/plain"]);
});

Deno.test("a chart shows itself as PNG too where it is given a rasteriser", async () => {
  const rasterise = (svg: string) => `${svg.length}`;
  const chart = await reachChart(fourWays, { rasterise });
  assert.equal((await chart[jupyterDisplay]())["image/png"], `${chart.svg.length}`);
});

Deno.test("the same rows give the same bytes", async () => {
  const [once, twice] = [await reachChart(crowded), await reachChart(crowded)];
  assert.deepEqual({ ...once, [jupyterDisplay]: 0 }, { ...twice, [jupyterDisplay]: 0 });
});

Deno.test("the picture speaks: role, label, title and its own paper", async () => {
  const { svg, title, description } = await reachChart(fourWays);
  assert.match(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" role="img" aria-label="/);
  assert.ok(svg.includes(`<title>${title}</title><desc>${description}</desc>`));
  assert.match(svg, /<rect width="100%" height="100%" fill="#ffffff"\/>/);
});

Deno.test("the HTML holds alt text and a table with every CPU", async () => {
  const { html, title } = await reachChart(fourWays);
  assert.ok(html.includes(`alt="${title}. Bare metal: messages can name 0–254;`));
  assert.ok(html.includes(`<th scope="col">Kept offline</th>`));
  assert.ok(html.includes(`<td>300, 1000, 32000, 33000</td>`));
});

Deno.test("labels are text, whatever characters they hold", async () => {
  const label = `<b title="x">&amp;</b>`;
  const { html, svg } = await reachChart([{ label, reach: span([0, 1]), ids: [0] }]);
  for (const markup of [html, svg]) assert.ok(!markup.includes("<b "));
});

Deno.test("the picture is XML that a rasteriser reads, whatever the label", async () => {
  const { svg } = await reachChart([{ label: `<&"'\u00e9>`, reach: span([0, 1]), ids: [0] }]);
  const { width } = new Resvg(svg).render();
  assert.equal(width, 748);
});

Deno.test("the picture can be drawn on a document passed in", async () => {
  const document = await createDocument();
  const { svg } = await reachChart(fourWays, { document });
  assert.equal(svg, (await reachChart(fourWays)).svg);
});

Deno.test("a chart of nothing is refused", async () => {
  await assert.rejects(reachChart([]), {
    name: "RangeError",
    message: "Cannot draw a reach chart: no row was given",
  });
});

/** One element a line and numbers to one place, so that a changed picture reads as a diff. */
function legible(svg: string): string {
  return `\n${svg.replace(/\d+\.\d+/g, (n) => `${Number(Number(n).toFixed(1))}`)}\n`
    .replace(/></g, ">\n<");
}
