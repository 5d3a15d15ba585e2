import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { cellAt } from "./lab_page.ts";

/** Types into the last cell, which is empty, and leaves the cursor behind the text. */
export async function type(page: Page, code: string): Promise<Locator> {
  const last = page.locator(".jp-NotebookPanel .jp-CodeCell").last();
  const cell = await cellAt(page, Number(await last.getAttribute("data-windowed-list-index")));
  await cell.locator(".cm-content").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(code); // At once, so that no bracket is closed for one.
  return cell;
}

/** Types a cell and runs it; a new one comes below. Yields the cell as soon as it is sent. */
export async function enter(page: Page, code: string): Promise<Locator> {
  const cell = await type(page, code);
  await page.keyboard.press("Shift+Enter");
  return cell;
}

/** JupyterLab draws an output later than the number of its cell, Markdown when its parser is in. */
const drawnMs = 10_000;

/** Waits until a cell has ended and this stands below it; a pattern where times are told. */
export async function hasOutput(cell: Locator, output: string | RegExp): Promise<void> {
  await ended(cell);
  const deadline = performance.now() + drawnMs;
  let shown = await textBelow(cell);
  while (!fits(shown, output) && performance.now() < deadline) {
    await new Promise((later) => setTimeout(later, 50));
    shown = await textBelow(cell);
  }
  if (typeof output === "string") assert.equal(shown, output);
  else assert.match(shown, output);
}

function fits(shown: string, output: string | RegExp): boolean {
  return typeof output === "string" ? shown === output : output.test(shown);
}

async function textBelow(cell: Locator): Promise<string> {
  const texts = await cell.locator(".jp-OutputArea-output").allInnerTexts();
  return texts.map((text) => text.trim()).filter(Boolean).join("\n");
}

/** Waits until a cell bears the number of its run, of this one where it is given. */
export async function ended(cell: Locator, count?: number): Promise<void> {
  const number = count === undefined ? /^\[\d+\]:$/ : `[${count}]:`;
  await prompt(cell).filter({ hasText: number }).waitFor();
}

/** Waits until a cell is seen to run. */
export async function running(cell: Locator): Promise<void> {
  await prompt(cell).filter({ hasText: "[*]:" }).waitFor();
}

function prompt(cell: Locator): Locator {
  return cell.locator(".jp-InputArea-prompt").first();
}

/** Runs code in a cell of its own and compares its output. */
export async function shows(page: Page, code: string, output: string): Promise<void> {
  await hasOutput(await enter(page, code), output);
}

/** A button of the notebook's toolbar or of a panel, by the command it gives. */
export function button(page: Page, command: string): Locator {
  return page.locator(`[data-command="${command}"]:visible`).first();
}

/** Chooses from the menu bar: `choose(page, "Kernel", "Restart Kernel…")`. */
export async function choose(page: Page, menu: string, item: string): Promise<void> {
  await page.locator(".lm-MenuBar-itemLabel").getByText(menu, { exact: true }).click();
  await page.locator(".lm-Menu-itemLabel").getByText(item, { exact: true }).click();
}
