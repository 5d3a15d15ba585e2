/** One line on standard error that is written over while something goes on. */
import type { World } from "./world.ts";

export interface LiveLine {
  /** Shows this text in place of the last one; on a pipe each new text is a line of its own. */
  show(text: string): void;
  /** Leaves the last text standing and goes on below it. */
  end(): void;
}

export function liveLine({ err, talk }: Pick<World, "err" | "talk">): LiveLine {
  return err.columns === undefined ? plainLine(talk) : terminalLine(err.columns);
}

function plainLine(talk: (line: string) => void): LiveLine {
  let last = "";
  return {
    show(text) {
      if (text !== last) talk(text);
      last = text;
    },
    end() {},
  };
}

function terminalLine(columns: number): LiveLine {
  const write = (text: string) => Deno.stderr.writeSync(new TextEncoder().encode(text));
  let shown = false;
  return {
    show(text) {
      shown = true;
      write(`\r\x1b[K${[...text].slice(0, columns - 1).join("")}`);
    },
    end() {
      if (shown) write("\n");
    },
  };
}

/** Shows what the work last said, with the seconds gone by, until it is done. */
export async function whileWorking<T>(
  world: Pick<World, "err" | "talk">,
  work: (say: (text: string) => void) => Promise<T>,
): Promise<T> {
  const line = liveLine(world);
  const started = Date.now();
  let said = "";
  const show = () => said && line.show(`${said} … ${Math.round((Date.now() - started) / 1000)} s`);
  // A pipe gets a sign of life now and then, a terminal a clock.
  const timer = setInterval(show, world.err.columns === undefined ? 15_000 : 500);
  try {
    return await work((text) => line.show(said = text));
  } finally {
    clearInterval(timer);
    line.end();
  }
}
