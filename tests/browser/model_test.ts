import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { findTool, lacks } from "../run/tools.ts";
import { draw } from "./draw.ts";
import { isDrawn, openBrowser } from "./lab_page.ts";

const machine = Deno.readTextFileSync(
  new URL("../../notebooks/machines/kvm-15-bit.machine.json", import.meta.url),
);

Deno.test({
  name: "in Node the model draws the same picture as in Deno",
  ignore: nodeIsMissing(),
  fn: () =>
    bundled(async (file) => {
      const program = `await import(${JSON.stringify(`file://${file}`)}); ` +
        `console.log(JSON.stringify(await draw(${JSON.stringify(machine)})))`;
      const { success, stdout, stderr } = await new Deno.Command("node", {
        args: ["--input-type=module", "--eval", program],
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
      assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), await draw(machine));
    }),
});

const inBrowser = "in a browser the model draws on the page's own document";

Deno.test({
  name: inBrowser,
  ignore: lacks(inBrowser, "chromium"),
  fn: () =>
    bundled(async (file) => {
      const browser = await openBrowser(findTool("chromium")!);
      try {
        const page = await browser.newPage();
        await page.addScriptTag({ content: await Deno.readTextFile(file), type: "module" });
        await page.waitForFunction("globalThis.draw !== undefined");
        const drawn = await page.evaluate(drawHere, machine);
        const { title, text } = await draw(machine);
        assert.deepEqual(drawn, { title, text });
        assert.ok(await isDrawn(page.locator("figure img")));
      } finally {
        await browser.close();
      }
    }),
});

/** Runs in the page. */
async function drawHere(text: string) {
  // deno-lint-ignore no-explicit-any -- the page's globals, `draw` of the bundle among them
  const page = globalThis as any;
  const chart = await page.draw(text);
  page.document.body.innerHTML = chart.html;
  return { title: chart.title, text: chart.text };
}

/** Bundles the model for a browser, as the playground is. */
async function bundled(act: (file: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "irqscope-bundle-" });
  try {
    const file = `${folder}/model.js`;
    const entry = fileURLToPath(new URL("draw.ts", import.meta.url));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--platform", "browser", "--output", file, entry],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    await act(file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function nodeIsMissing(): boolean {
  try {
    return !new Deno.Command("node", { args: ["--version"] }).outputSync().success;
  } catch {
    console.log(
      "skipped: in Node the model draws the same: no node; on Debian: apt install nodejs",
    );
    return true;
  }
}
