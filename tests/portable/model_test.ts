/** The model column runs unchanged in Node and in a browser, and answers there as it does here. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import * as model from "irqscope";
import { chromium } from "playwright-core";
import { projectRoot } from "../../lib/cli/world.ts";
import { firstBoots } from "../boots/boots.ts";
import { findTool, lacks } from "../run/tools.ts";
import { answers } from "./answers.js";

const folder = join(projectRoot, "build", "portable");
const bundle = join(folder, "model.js");
const machineFile = join(folder, "machines.json");
const machines = (await firstBoots()).map(({ machine }) => machine);
const here = await answers(model, machines);

Deno.test.beforeAll(async () => {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(machineFile, JSON.stringify(machines));
  const made = await run(Deno.execPath(), ["bundle", "--platform=browser", "-o", bundle, "mod.ts"]);
  assert.ok(made.success, made.said);
});

Deno.test({
  name: "Node answers as Deno does",
  ignore: lacks("the model in Node", "node"),
  async fn() {
    const script = fileURLToPath(new URL("node.mjs", import.meta.url));
    const { success, out, said } = await run("node", [script, bundle, machineFile]);
    assert.ok(success, said);
    assert.deepEqual(JSON.parse(out), JSON.parse(here));
  },
});

Deno.test({
  name: "a browser answers as Deno does",
  ignore: lacks("the model in a browser", "chromium"),
  async fn() {
    await using server = serve();
    const browser = await chromium.launch({
      executablePath: findTool("chromium")!,
      args: ["--no-sandbox", "--disable-gpu"],
    });
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${server.addr.port}/`);
      assert.deepEqual(JSON.parse(await page.evaluate(inPage, machines)), JSON.parse(here));
    } finally {
      await browser.close();
    }
  },
});

/** Runs in the page, whose own the modules are: hence names that are known only there. */
async function inPage(given: typeof machines): Promise<string> {
  const load = (name: string) => import(name);
  const { answers } = await load("/answers.js");
  return await answers(await load("/model.js"), given);
}

function serve(): Deno.HttpServer<Deno.NetAddr> {
  const files: Record<string, string | URL> = {
    "/model.js": bundle,
    "/answers.js": new URL("answers.js", import.meta.url),
  };
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  return Deno.serve(options, async ({ url }) => {
    const file = files[new URL(url).pathname];
    if (file === undefined) return new Response("", { headers: { "content-type": "text/html" } });
    const headers = { "content-type": "text/javascript" };
    return new Response(await Deno.readFile(file), { headers });
  });
}

async function run(program: string, args: readonly string[]) {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd: projectRoot,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, out: text(stdout), said: text(stderr).slice(-2000) };
}
