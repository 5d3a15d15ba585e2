/** What someone at JupyterLab does with our kernel: one browser, one notebook, step by step. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { startJupyterServer } from "../kernel/services/jupyter_server.ts";
import { python } from "../notebook/python.ts";
import { findTool, lacks } from "../run/tools.ts";
import { writeNotebook } from "./kernel_notebook.ts";
import { button, choose, ended, enter, hasOutput, running, shows, type } from "./kernel_page.ts";
import { cellAt, kernelRests, openBrowser, openNotebook } from "./lab_page.ts";

const name = "JupyterLab drives the kernel";

const table = "[{ id: 254, mode: 'xapic' }, { id: 300, mode: 'x2apic' }]";
const updates = `for (let i = 1; i <= 1000; i++) {
  const options = { raw: true, display_id: 'one', update: i > 1 };
  display({ 'text/plain': \`update \${i}\` }, options);
}`;
const documented = `/** Adds two numbers. */
function add(a: number, b: number): number {
  return a + b;
}
add(40, 2)`;

/** The notebook's cells, and what stands below each when all have run. */
const cells: readonly (readonly [code: string, output: string | RegExp])[] = [
  ["1 + 1", "2"],
  ["console.log('to stdout'); console.error('to stderr')", "to stdout\nto stderr"],
  [table, "id\tmode\n254\txapic\n300\tx2apic"],
  ["Deno.jupyter.md`**bold**`", "bold"],
  ["display('first'); display('second'); 'third'", '"first"\n"second"\n"third"'],
  ["for (const _ of Deno.jupyter.progress([1, 2, 3], 'boot')) await 0", /^boot 3\/3 \d+\.\d s$/],
  [updates, "update 1000"],
  [documented, "42"],
  ["setTimeout(() => console.log('late'), 50); 0", "0\nlate"],
];

Deno.test({
  name,
  ignore: lacks(name, "chromium") || python.missing("jupyterlab") || python.missing("anywidget"),
  async fn(t) {
    await using server = await startJupyterServer("jupyterlab");
    const { address, folder, token } = server;
    const notebook = await writeNotebook(folder, [...cells.map(([code]) => code), ""]);
    const browser = await openBrowser(findTool("chromium")!);
    try {
      const page = await openNotebook(browser, `${address}lab/tree/${notebook}?token=${token}`);
      page.setDefaultTimeout(60_000);
      for (const [name, step] of steps) await t.step(name, () => step(page));
    } finally {
      await browser.close();
    }
  },
});

const steps: readonly (readonly [name: string, step: (page: Page) => Promise<void>])[] = [
  ["run all shows every output, 1,000 updates of one display as one", runsAll],
  ["restart and run all begins anew", restartsAndRunsAll],
  ["Stop ends a busy loop and keeps the variables", stopsLoop],
  ["Stop ends a cell that awaits", stopsAwait],
  ["a cell that waits behind an error stays unnumbered", aborts],
  ["Tab completes with types", completes],
  ["Shift-Tab shows the documentation", documents],
  ["a question is answered in its box", asks],
  ["a slider moves the variable, and the variable the slider", slides],
  ["the other controls set their values too", controls],
  ["a breakpoint in a cell stops it, variables are shown, Continue ends it", breaks],
  ["a page loaded anew while a cell runs finds kernel, variables and slider", reloads],
];

async function runsAll(page: Page): Promise<void> {
  await choose(page, "Run", "Run All Cells");
  await compareAll(page);
  await picture(page, "run-all");
}

/** The numbers of a second run tell what is left of it from what comes after the restart. */
async function restartsAndRunsAll(page: Page): Promise<void> {
  await choose(page, "Run", "Run All Cells");
  await ended(await cellAt(page, cells.length - 1), 2 * cells.length);
  await choose(page, "Kernel", "Restart Kernel and Run All Cells…");
  await page.locator(".jp-Dialog .jp-mod-accept").click();
  await kernelRests(page);
  await compareAll(page);
}

async function compareAll(page: Page): Promise<void> {
  for (const [place, [, output]] of cells.entries()) {
    const cell = await cellAt(page, place);
    await ended(cell, place + 1);
    await hasOutput(cell, output);
  }
}

async function stopsLoop(page: Page): Promise<void> {
  await enter(page, "let kept = 41");
  await stops(page, "while (true) {}");
  await shows(page, "kept + 1", "42");
}

async function stopsAwait(page: Page): Promise<void> {
  await stops(page, "await new Promise(() => {})");
  await shows(page, "kept + 2", "43");
}

/** Runs a cell that never ends and presses Stop. */
async function stops(page: Page, code: string): Promise<void> {
  const cell = await enter(page, code);
  await running(cell);
  const start = performance.now();
  await button(page, "notebook:interrupt-kernel").click();
  await hasOutput(cell, "Interrupted: the cell was stopped; variables are kept");
  const ms = performance.now() - start;
  assert.ok(ms < 3_000, `${ms} ms`); // The browser's part included.
}

async function aborts(page: Page): Promise<void> {
  const failing = await enter(page, "await new Promise((r) => setTimeout(r, 1_000)); throw 'no'");
  const waiting = await enter(page, "'never'");
  await hasOutput(failing, /^Uncaught "no"/);
  await waiting.getByText("[ ]:").waitFor();
  assert.equal(await waiting.locator(".jp-OutputArea-output").count(), 0);
  await picture(page, "aborted");
}

async function completes(page: Page): Promise<void> {
  await shows(page, "const machine = { cpus: 300, name: 'big', boot() { return 1 } }", "");
  const cell = await type(page, "machine.");
  await page.keyboard.press("Tab");
  const items = page.locator(".jp-Completer-item");
  await items.first().waitFor();
  await picture(page, "completer");
  const [boot, ...data] = (await items.allInnerTexts()).map(withoutIcon);
  assert.match(boot ?? "", /^boot (method|function)$/); // As the server or the live object tells.
  assert.deepEqual(data, ["cpus property", "name property"]);
  await page.keyboard.press("Enter");
  assert.equal(await cell.locator(".cm-content").innerText(), "machine.boot");
}

/** An entry of the completer: icon, text and type on lines of their own. */
function withoutIcon(entry: string): string {
  return entry.split("\n").slice(1).join(" ");
}

async function documents(page: Page): Promise<void> {
  await type(page, "add(");
  await page.keyboard.press("Shift+Tab");
  const tooltip = page.locator(".jp-Tooltip");
  await tooltip.waitFor();
  await picture(page, "tooltip");
  const text = await tooltip.innerText();
  assert.match(text, /add\(a: number, b: number\): number[^]*Adds two numbers/);
  await page.keyboard.press("Escape");
}

async function asks(page: Page): Promise<void> {
  const cell = await enter(page, "`Hello ${prompt('Your name?')}`");
  const box = cell.locator(".jp-Stdin-input");
  await box.fill("Ada");
  await picture(page, "question");
  await box.press("Enter");
  await box.waitFor({ state: "detached" });
  await hasOutput(cell, 'Your name? Ada\n"Hello Ada"');
}

async function slides(page: Page): Promise<void> {
  const options = "{ label: 'CPUs', min: 1, max: 9, value: 3 }";
  const cell = await enter(page, `const slider = Deno.jupyter.slider(${options}); slider`);
  const input = cell.locator('input[type="range"]');
  await input.press("ArrowRight");
  await shows(page, "slider.value", "4");
  await shows(page, "slider.value = 7", "7");
  await cell.locator("output").getByText("7", { exact: true }).waitFor();
  assert.equal(await input.inputValue(), "7");
  await picture(page, "slider");
}

async function controls(page: Page): Promise<void> {
  const cell = await enter(
    page,
    `const { checkbox, textbox, dropdown, button } = Deno.jupyter;
const on = checkbox(), line = textbox(), mode = dropdown({ options: ['xapic', 2] });
const press = button({ label: 'Press' });
[on, line, mode, press].forEach((control) => display(control));`,
  );
  await cell.locator('input[type="checkbox"]').check();
  await cell.locator('input[type="text"]').fill("me");
  await cell.locator("select").selectOption("2");
  await cell.getByRole("button", { name: "Press" }).click();
  await shows(page, "[on.value, line.value, mode.value, press.value].join()", '"true,me,2,1"');
  await shows(page, "mode.value = 'xapic'; on.value = false", "false");
  assert.equal(await cell.locator("select").inputValue(), "xapic");
  assert.equal(await cell.locator('input[type="checkbox"]').isChecked(), false);
  await picture(page, "controls");
}

const halving = `function half(n: number) {
  const result = n / 2;
  return result;
}
half(84)`;

async function breaks(page: Page): Promise<void> {
  const bug = page.locator(".jp-DebuggerBugButton");
  await bug.click();
  const cell = await type(page, halving);
  await cell.locator(".cm-breakpoint-gutter .cm-gutterElement").nth(3).click();
  await page.locator(".jp-DebuggerBreakpoints-body").getByText("3", { exact: true }).waitFor();
  await page.keyboard.press("Shift+Enter");
  const variables = page.locator(".jp-DebuggerVariables-body").first();
  await variables.getByText("result").waitFor();
  await picture(page, "breakpoint");
  assert.equal((await variables.innerText()).replaceAll(/\s+/g, " "), "n 84 result 42");
  await button(page, "debugger:continue").click();
  await hasOutput(cell, "42");
  await bug.click();
}

async function reloads(page: Page): Promise<void> {
  await page.keyboard.press("Control+S");
  // Widgets ask for their states behind the cell, and give up after four seconds.
  await running(await enter(page, "await new Promise((r) => setTimeout(r, 3_000)); kept = 50"));
  await page.reload();
  await kernelRests(page);
  await shows(page, "kept", "50");
  const input = page.locator('.jp-NotebookPanel input[type="range"]');
  assert.equal(await input.inputValue(), "7");
  await input.press("ArrowLeft");
  await shows(page, "slider.value", "6");
  await picture(page, "reloaded");
}

const artefacts = fileURLToPath(new URL("../artefacts/", import.meta.url));

/** What a user sees now, for one to look at: `tests/artefacts/kernel-….png`. */
async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${artefacts}kernel-${name}.png` });
}
