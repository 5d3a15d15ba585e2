import { type Browser, chromium, type Locator, type Page } from "playwright-core";

/** Chromium without a window; nothing of it phones home. */
export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

/** Opens a notebook and waits until its kernel rests. */
export async function openNotebook(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  page.setDefaultTimeout(60_000);
  // A fresh workspace: without it the lab brings back the notebooks of an earlier page.
  await page.goto(`${address}&reset`);
  await page.locator(".jp-NotebookPanel .jp-CodeCell").first().waitFor();
  await kernelRests(page);
  return page;
}

/**
 * The status bar tells a kernel that rests from none at all, which the notebook's own indicator
 * shows as idle too for as long as the lab looks for one.
 */
export async function kernelRests(page: Page): Promise<void> {
  await page.locator(".jp-StatusBar-TextItem").getByText(/^TypeScript .*\| Idle$/).waitFor();
}

/** Run → Run All Cells, as a reader does, until the last cell of a notebook has its number. */
export async function runAll(page: Page): Promise<void> {
  await page.locator(".lm-MenuBar-itemLabel", { hasText: /^Run$/ }).click();
  await page.locator(".lm-Menu-itemLabel", { hasText: /^Run All Cells$/ }).click();
  const last = page.locator(".jp-NotebookPanel .jp-CodeCell").last();
  await last.locator(".jp-InputPrompt", { hasText: /^\[\d+\]:$/ })
    .waitFor({ state: "attached" });
}

/** The cell at a place of the notebook, scrolled to, so that it is drawn. */
export async function cellAt(page: Page, place: number): Promise<Locator> {
  const cell = page.locator(`.jp-NotebookPanel .jp-Cell[data-windowed-list-index="${place}"]`);
  await cell.scrollIntoViewIfNeeded();
  return cell;
}

/** Whether a picture is loaded and takes up room. */
export async function isDrawn(image: Locator): Promise<boolean> {
  await image.scrollIntoViewIfNeeded();
  const box = await image.boundingBox();
  const loaded = await image.evaluate((img: { complete: boolean; naturalWidth: number }) =>
    img.complete && img.naturalWidth > 0
  );
  return loaded && box !== null && box.width > 100 && box.height > 50;
}
