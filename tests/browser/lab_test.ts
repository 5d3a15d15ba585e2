import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { formatNotebook } from "../../lib/notebook/format.ts";
import type { Notebook, NotebookCell } from "../../lib/notebook/notebook.ts";
import { folder, type Stored, storedNotebooks } from "../notebook/notebooks.ts";
import { python } from "../notebook/python.ts";
import { findTool, lacks } from "../run/tools.ts";
import { cellAt, isDrawn, openBrowser, openNotebook, runAll } from "./lab_page.ts";
import { startLabProcess } from "./lab_process.ts";

const name = "the notebook runs to its end in JupyterLab, every output to be seen";
const firstNotebook = "00-the-mail.ipynb";
const project = fileURLToPath(new URL("../../", import.meta.url));
const artefacts = `${project}tests/artefacts/`;

Deno.test({
  name,
  ignore: lacks(name, "chromium") || python.missing("jupyterlab"),
  async fn(t) {
    const stored = storedNotebooks().find(({ name }) => name === firstNotebook)!;
    const { notebook } = stored;
    const copy = await copyOfNotebooks(stored);
    const lab = await startLabProcess(copy);
    const browser = await openBrowser(findTool("chromium")!);
    try {
      await t.step("the stored chart is drawn before anything runs", async () => {
        const address = lab.address.replace(firstNotebook, "stored.ipynb");
        await showsChart(await openNotebook(browser, address));
      });
      const page = await openNotebook(browser, lab.address);
      await t.step("nothing but the notebook asks for attention", () => noDialog(page));
      await runAll(page);
      for (const [place, cell] of notebook.cells.entries()) {
        if (!hasOutput(cell)) continue;
        await t.step(`cell ${place} (${cell.id}) shows its output`, () => showsOutput(page, place));
      }
      await t.step("the chart is drawn", async () => {
        await showsChart(page);
        await keepPictures(page);
      });
    } finally {
      await browser.close();
      assert.equal(await lab.stop(), 0);
      await Deno.remove(copy, { recursive: true });
    }
  },
});

/**
 * The lab saves by itself now and then, so it gets a copy, below the package it imports: the
 * notebook without outputs, so that what is seen was run, and beside it the notebook as stored.
 */
async function copyOfNotebooks({ text, notebook }: Stored): Promise<string> {
  await Deno.mkdir(`${project}build`, { recursive: true });
  const copy = await Deno.makeTempDir({ dir: `${project}build`, prefix: "lab-" });
  await Deno.writeTextFile(`${copy}/stored.ipynb`, text);
  await Deno.writeTextFile(`${copy}/${firstNotebook}`, formatNotebook(withoutOutputs(notebook)));
  await Deno.mkdir(`${copy}/machines`);
  for await (const { name } of Deno.readDir(`${folder}machines`)) {
    await Deno.copyFile(`${folder}machines/${name}`, `${copy}/machines/${name}`);
  }
  return copy;
}

function withoutOutputs(notebook: Notebook): Notebook {
  const cells = notebook.cells.map((cell) =>
    cell.cell_type === "code" ? { ...cell, outputs: [], execution_count: null } : cell
  );
  return { ...notebook, cells };
}

async function noDialog(page: Page): Promise<void> {
  assert.equal(await page.locator(".jp-Dialog, .Toastify__toast").count(), 0);
}

function hasOutput(cell: NotebookCell): boolean {
  return cell.cell_type === "code" && cell.outputs.length > 0;
}

async function showsOutput(page: Page, place: number): Promise<void> {
  const cell = await cellAt(page, place);
  const output = cell.locator(".jp-OutputArea-output").first();
  await output.waitFor();
  assert.ok((await output.boundingBox())!.height > 5);
  assert.match(await cell.locator(".jp-InputPrompt").first().textContent() ?? "", /^\[\d+\]:$/);
  assert.equal(await cell.locator('[data-mime-type*="error"]').count(), 0);
}

async function showsChart(page: Page): Promise<void> {
  const chart = page.locator(".irqscope-figure").last();
  assert.ok(await isDrawn(chart.locator("img")));
  assert.match(await chart.locator("img").getAttribute("alt") ?? "", /APIC ID/);
}

/** Pictures for people to look at. */
async function keepPictures(page: Page): Promise<void> {
  await Deno.mkdir(artefacts, { recursive: true });
  await page.screenshot({ path: `${artefacts}lab-chart.png` });
  await (await cellAt(page, 0)).scrollIntoViewIfNeeded();
  await page.screenshot({ path: `${artefacts}lab-top.png` });
}
