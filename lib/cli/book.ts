/** `deno task book`: the notebooks run on our kernel without Jupyter, and written as HTML. */
import { join, relative } from "node:path";
import { indexHtml } from "../notebook/html.ts";
import { bookProgress } from "./book_progress.ts";
import { type Chapter, writeChapter, writeText } from "./book_chapter.ts";
import { command } from "./command.ts";
import { InputError } from "./error.ts";
import { leave, runTool } from "./frame.ts";
import type { Tool } from "./help.ts";
import { flag, text } from "./option.ts";
import { denoWorld, projectRoot, type World } from "./world.ts";

export const bookTool: Tool = {
  call: "deno task",
  purpose: "Runs the notebooks without Jupyter and writes them as HTML.",
  examples: ["book", "book --write"],
};

export const book = command({
  name: "book",
  summary: "Run the notebooks without Jupyter and write them as HTML",
  positionals: {},
  options: {
    write: flag("Store the outputs in the notebooks too"),
    notebooks: text("DIR", "The folder of the notebooks; without it notebooks"),
    out: text("DIR", "The folder of the pages; without it build/book"),
  },
  examples: ["book", "book --write", "book --out /var/www/irqscope"],
  async run(_words, { write, notebooks = "notebooks", out = "build/book" }, world) {
    const folders = { from: folder(notebooks, world), out: folder(out, world) };
    const chapters = await writeBook({ ...folders, write }, world);
    const index = join(folders.out, "index.html");
    const failed = chapters.filter(({ failure }) => failure !== undefined);
    return {
      json: { index, chapters },
      text: () => summary(chapters, index),
      no: failed.length > 0,
    };
  },
});

/** The defaults count from the project; whatever a user names, from where the user stands. */
function folder(path: string, world: World): string {
  return path === "notebooks" || path === "build/book"
    ? join(projectRoot, path)
    : world.resolve(path);
}

interface BookOptions {
  readonly from: string;
  readonly out: string;
  readonly write: boolean;
}

async function writeBook({ from, out, write }: BookOptions, world: World): Promise<Chapter[]> {
  const files = (await world.list(from))?.filter((name) => name.endsWith(".ipynb")) ?? [];
  if (files.length === 0) {
    throw new InputError(`Cannot find a notebook in ${from}: give their folder by --notebooks`);
  }
  const chapters: Chapter[] = [];
  const progress = bookProgress(world);
  for (const name of files) {
    const onProgress = (at: Parameters<typeof progress.report>[1]) => progress.report(name, at);
    chapters.push(await writeChapter({ file: join(from, name), out, write, onProgress }, world));
  }
  progress.end();
  await writeText(join(out, "index.html"), indexHtml("irqscope: the notebooks", entries(chapters)));
  return chapters;
}

function entries(chapters: readonly Chapter[]) {
  return chapters.map(({ title, page }) => ({ title, href: page }));
}

function summary(chapters: readonly Chapter[], index: string): string {
  const lines = chapters.map(({ notebook, failure }) =>
    failure === undefined ? `✓ ${notebook}` : `✗ ${notebook}: ${failure}`
  );
  return [...lines, `The book: ${relative(Deno.cwd(), index)}`].join("\n");
}

if (import.meta.main) {
  const table = { book: () => Promise.resolve(book) };
  await leave(await runTool(bookTool, table, ["book", ...Deno.args], denoWorld()));
}
